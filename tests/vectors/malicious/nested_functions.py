# expect: DYN-001
def a():
    def b():
        return (lambda: eval)("1+1")

    return b
