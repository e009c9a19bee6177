# expect: none
"""Wrappers that hand on."""

from __future__ import annotations

import functools
from operator import attrgetter, itemgetter, methodcaller
from types import SimpleNamespace
from weakref import WeakKeyDictionary, ref

from skillpod import tool


class Table:
    def __init__(self, rows):
        self.rows = rows

    def column(self, name):
        return [row[name] for row in self.rows]

    def first(self):
        return self.rows[0]


class Counting:
    """Counts what is asked of a table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.counts = {}

    def __getattr__(self, name: str):
        self.counts[name] = self.counts.get(name, 0) + 1
        if name == "rows":
            return self._table.rows
        methods = {"column": self._table.column, "first": self._table.first}
        try:
            return methods[name]
        except KeyError:
            raise AttributeError(name) from None


class Lazy:
    def __init__(self, function):
        self.function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        value = self.function(instance)
        instance.__dict__.setdefault("_lazy", {})[self.name] = value
        return value


class Settings(SimpleNamespace):
    known = ("width", "height")

    @classmethod
    def of(cls, values):
        return cls(**{name: values[name] for name in cls.known if name in values})

    def update(self, **values):
        for name, value in values.items():
            if name not in self.known:
                raise AttributeError(name)
            setattr(self, name, value)
        return self

    @Lazy
    def area(self):
        """How large it is."""
        return self.width * self.height


_NAMES: WeakKeyDictionary[Table, str] = WeakKeyDictionary()


@tool(read_only=True)
def sort(rows: list[dict], by: str, then: str = "name") -> list[dict]:
    """Sort rows by a column."""
    table = Table(rows)
    _NAMES[table] = by
    counting = Counting(table)
    weak = ref(table)
    if by not in counting.first():
        raise ValueError(f"no column {by}")
    ordered = sorted(counting.rows, key=itemgetter(by, then)) if then in rows[0] else sorted(rows, key=itemgetter(by))
    titles = list(map(methodcaller("title"), counting.column(by))) if isinstance(rows[0][by], str) else []
    return [*ordered, {"counts": counting.counts, "titles": titles, "alive": weak() is not None}]


@tool(read_only=True)
def area(width: int, height: int, **more: int) -> int:
    """The area of a rectangle."""
    made = Settings.of({"width": 1}).update(width=width, height=height)
    boxes = sorted([made, Settings(width=1, height=1)], key=attrgetter("width", "height"))
    return functools.reduce(lambda total, box: total + box.area, boxes, 0)
