# expect: REF-011
class Meta(type(int)):
    def __new__(mcs, name, bases, names):
        print("got", sorted(names))
        return super().__new__(mcs, name, bases, names)


class Made(metaclass=Meta):
    x: int
