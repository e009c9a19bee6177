# expect: IMP-001
def run():
    import os as o

    return o.system("id")
