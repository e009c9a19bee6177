# expect: none
from collections.abc import Iterator, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any


class Folded(MutableMapping):
    def __init__(self, *args, **kwargs):
        self._store = {}
        self.update(dict(*args, **kwargs))

    def __getitem__(self, key):
        return self._store[key.casefold()][1]

    def __setitem__(self, key, value):
        self._store[key.casefold()] = key, value

    def __delitem__(self, key):
        del self._store[key.casefold()]

    def __iter__(self) -> Iterator[str]:
        return (key for key, _ in self._store.values())

    def __len__(self):
        return len(self._store)

    def __or__(self, other):
        return type(self)({**self, **other})

    def __copy__(self):
        return type(self)(self)

    def __deepcopy__(self, memo):
        import copy

        return type(self)({key: copy.deepcopy(value, memo) for key, value in self.items()})


class Tree(dict):
    def __missing__(self, key):
        value = self[key] = type(self)()
        return value

    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__


class Ring(MutableSequence):
    __slots__ = ("_items",)

    def __init__(self, items=()):
        self._items = list(items)

    def __getitem__(self, index):
        return self._items[index % len(self._items)]

    def __setitem__(self, index, value):
        self._items[index % len(self._items)] = value

    def __delitem__(self, index):
        del self._items[index % len(self._items)]

    def __len__(self):
        return len(self._items)

    def insert(self, index, value):
        self._items.insert(index, value)

    def __eq__(self, other):
        return isinstance(other, Ring) and self._items == other._items

    __hash__ = None


def flatten(value: Any, path: tuple = ()):
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from flatten(below, (*path, key))
    elif isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        for index, below in enumerate(value):
            yield from flatten(below, (*path, index))
    else:
        yield path, value
