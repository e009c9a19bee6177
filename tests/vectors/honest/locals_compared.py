# expect: none
def names():
    return "x" in locals()
