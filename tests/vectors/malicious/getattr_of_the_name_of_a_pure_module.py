# expect: REF-003
def take(name):
    return getattr("math", name)


print("got", take("_" * 2 + "class" + "_" * 2))
