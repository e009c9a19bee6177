# expect: none
class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __repr__(self):
        return "Point(%s)" % ", ".join(f"{name}={getattr(self, name)!r}" for name in Point.__slots__)
