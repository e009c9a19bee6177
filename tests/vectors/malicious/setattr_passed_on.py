# expect: REF-003
def put(function, names):
    list(map(setattr, [function] * len(names), names, names.values()))


def plain(x):
    return x


put(plain, {"_" * 2 + "doc" + "_" * 2: "got"})
print(plain.__doc__)
