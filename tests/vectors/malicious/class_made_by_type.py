# expect: REF-011
def make(names):
    return type("A", (), names)
