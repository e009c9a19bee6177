# expect: REF-004
def show():
    return 0


"{0:{1.__globals__}}".format("a", show)
