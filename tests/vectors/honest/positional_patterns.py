# expect: none
class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


def where(point):
    match point:
        case Point(0, 0):
            return "origin"
        case Point(x, y):
            return f"{x},{y}"
