# expect: REF-011
def make(parts):
    return type(*parts)


print("got", make(("Made", (), {})))
