# expect: REF-003
def put(*arguments):
    setattr(*arguments)


def plain(x):
    return x


put(plain, "_" * 2 + "doc" + "_" * 2, "got")
print(plain.__doc__)
