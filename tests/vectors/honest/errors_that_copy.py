# expect: none
import copy


class Problem(Exception):
    def __init__(self, where, why):
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why

    def __reduce__(self):
        return type(self), (self.where, self.why)


class Tree:
    def __init__(self, parts):
        self.parts = parts

    def __copy__(self):
        return Tree(list(self.parts))

    def __deepcopy__(self, memo):
        return Tree(copy.deepcopy(self.parts, memo))


def twin(tree):
    return copy.copy(tree), copy.deepcopy(tree), copy.copy(Problem("a", "b"))
