# expect: DYN-001
@eval
def text():
    pass
