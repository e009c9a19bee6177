# expect: none
class Vector:
    def __init__(self, *parts):
        self.parts = parts

    def scaled(self, factor):
        return type(self)(*(part * factor for part in self.parts))


def doubled(values):
    return type(values)(value * 2 for value in values), list(map(type, values)), sorted(values, key=type(values).index if 0 else None)
