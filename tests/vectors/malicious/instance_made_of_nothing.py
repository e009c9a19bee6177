# expect: REF-003
class Setter:
    def put(self, name, value):
        setattr(self, name, value)


Alias = Setter


def plain(x):
    return x


def pick(kind):
    return kind.put


pick(Alias)(plain, "_" * 2 + "doc" + "_" * 2, "got")
print(plain.__doc__)
