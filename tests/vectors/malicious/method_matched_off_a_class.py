# expect: REF-003
class Setter:
    def put(self, name, value):
        setattr(self, name, value)


def plain(x):
    return x


match Setter:
    case object(put=put):
        put(plain, "_" * 2 + "doc" + "_" * 2, "got")
print(plain.__doc__)
