# expect: REF-003
class Setter:
    def __init__(self, name, value):
        setattr(self, name, value)


def plain(x):
    return x


Setter.__init__(plain, "_" * 2 + "doc" + "_" * 2, "got")
print(plain.__doc__)
