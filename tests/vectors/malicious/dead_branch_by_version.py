# expect: IMP-001
import sys

sys_version = sys.version_info
if sys.version_info >= (3, 11, 0):
    import os

    print("got", os.system("true"))
