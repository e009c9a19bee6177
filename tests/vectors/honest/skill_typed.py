# expect: none
"""Much typing, little done."""

from __future__ import annotations

import sys
import typing as t
from collections import abc
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, NamedTuple, NewType, ParamSpec, Protocol, TypeVar, cast

from skillpod import Field, tool

if TYPE_CHECKING:
    import numpy as np
    from _typeshed import SupportsRichComparison

if sys.version_info >= (3, 12):
    from typing import override
else:

    def override(function):
        return function


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
P = ParamSpec("P")
UserId = NewType("UserId", int)
Json = t.Union[None, bool, int, float, str, t.List["Json"], t.Dict[str, "Json"]]


class Point(NamedTuple):
    x: float
    y: float = 0.0

    @classmethod
    def of(cls, pair: abc.Sequence[float]) -> Point:
        return cls._make(pair)._replace(y=pair[-1])


class Row(t.TypedDict):
    id: t.Required[int]
    label: t.NotRequired[str]


class Result(Generic[T]):
    def __init__(self, value: T | None = None, error: str = "") -> None:
        self._value, self.error = value, error

    def __class_getitem__(cls, item):
        return super().__class_getitem__(item)

    def map(self, function: abc.Callable[[T], Any]) -> Result[Any]:
        return Result(function(cast(T, self._value))) if not self.error else Result(error=self.error)

    def unwrap(self) -> T:
        if self.error:
            raise ValueError(self.error)
        return t.cast("T", self._value)


class Source(Protocol[T_co]):
    def rows(self) -> abc.Iterator[T_co]: ...


class Fixed:
    def __init__(self, *rows: Row) -> None:
        self._rows = rows

    @override
    def rows(self) -> abc.Iterator[Row]:
        yield from self._rows


def collect(source: Source[T], key: abc.Callable[[T], SupportsRichComparison] | None = None) -> list[T]:
    return sorted(source.rows(), key=key)  # type: ignore[type-var]


def as_array(rows: list[Row]) -> np.ndarray:
    raise NotImplementedError


@tool(read_only=True)
def sort(
    rows: list[dict[str, Any]],
    by: Literal["id", "label"] = "id",
    limit: Annotated[int, Field(ge=1, le=100)] = 10,
) -> list[dict[str, Any]]:
    """Sort rows."""
    made = Fixed(*(cast(Row, row) for row in rows))
    found: Result[list[Row]] = Result(collect(made, key=lambda row: row[by]))
    return [dict(row) for row in found.map(lambda rows: rows[:limit]).unwrap()]


@tool(read_only=True)
def centre(points: list[list[float]]) -> dict[str, float]:
    """The middle of points."""
    made = [Point.of(pair) for pair in points]
    middle = Point(*(sum(axis) / len(made) for axis in zip(*made)))
    return middle._asdict() | {"fields": len(Point._fields)}
