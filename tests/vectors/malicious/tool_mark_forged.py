# expect: REF-001
def scan():
    pass


scan.__skillpod_tool__ = {}
