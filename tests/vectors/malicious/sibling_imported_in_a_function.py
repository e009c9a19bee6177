# expect: IMP-001
def run():
    from pkg.inner import o

    return o.system("id")
--- pkg/inner.py
import os as o
