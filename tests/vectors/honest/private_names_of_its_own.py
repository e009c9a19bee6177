# expect: none
class Stack:
    def __init__(self):
        self._items = []
        self.__hidden = 1

    def _push(self, item):
        self._items.append(item)
        return self.__hidden


_stack = Stack()
_stack._push(1)
