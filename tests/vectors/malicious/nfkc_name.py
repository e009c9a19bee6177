# expect: SRC-008
def ﬁnd():
    return 1
