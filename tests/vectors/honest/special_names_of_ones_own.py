# expect: none
class Node:
    __kind__ = "node"

    def kind(self):
        return self.__kind__


def shown(value):
    return value.__html__() if hasattr(value, "__html__") else str(value)
