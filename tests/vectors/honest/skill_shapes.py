# expect: none
"""Shapes: a hierarchy of classes with super, abstract and generic ones."""

from __future__ import annotations

import abc
import copy
import math
import operator
from functools import reduce, singledispatchmethod, total_ordering
from numbers import Real
from typing import Any, Protocol, TypedDict, overload, runtime_checkable

from skillpod import tool


@runtime_checkable
class HasArea(Protocol):
    @property
    def area(self) -> float: ...


class Spec(TypedDict, total=False):
    kind: str
    sides: list[float]
    radius: float


@total_ordering
class Shape(abc.ABC):
    kinds: dict[str, type["Shape"]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        Shape.kinds[cls.__name__.lower()] = cls

    def __init__(self, name: str = "") -> None:
        self.name = name or type(self).__name__

    @property
    @abc.abstractmethod
    def area(self) -> float: ...

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Shape):
            return NotImplemented
        return math.isclose(self.area, other.area)

    def __lt__(self, other: Shape) -> bool:
        return self.area < other.area

    def __hash__(self) -> int:
        return hash((self.__class__, self.area))

    def __repr__(self) -> str:
        return f"<{self.__class__.__qualname__} {self.area:.2f}>"


class Rectangle(Shape):
    def __init__(self, width: float, height: float, **more: Any) -> None:
        super().__init__(**more)
        self.width, self.height = width, height

    @property
    def area(self) -> float:
        return self.width * self.height

    def scaled(self, by: float) -> Rectangle:
        other = copy.copy(self)
        other.width *= by
        other.height *= by
        return other


class Square(Rectangle):
    def __init__(self, side: float, **more: Any) -> None:
        super(Square, self).__init__(side, side, **more)

    @Rectangle.area.getter
    def area(self) -> float:
        return super().area


class Circle(Shape):
    def __init__(self, radius: float, **more: Any) -> None:
        super().__init__(**more)
        self.radius = radius

    @property
    def area(self) -> float:
        return math.pi * self.radius**2


class Report:
    @singledispatchmethod
    def line(self, value) -> str:
        return str(value)

    @line.register
    def _(self, value: Shape) -> str:
        return f"{value.name}: {value.area:.2f}"

    @line.register(list)
    def _(self, value) -> str:
        return "; ".join(map(self.line, value))


@overload
def total(shapes: list[Shape]) -> float: ...
@overload
def total(shapes: list[Shape], start: Real) -> float: ...
def total(shapes, start=0.0):
    return reduce(operator.add, map(operator.attrgetter("area"), shapes), start)


@tool(read_only=True)
def compare(specs: list[dict[str, Any]]) -> dict[str, Any]:
    """Compare shapes by their area."""
    shapes = []
    for spec in specs:
        spec = dict(spec)
        kind = Shape.kinds[spec.pop("kind")]
        shapes.append(kind(**spec))
    assert all(isinstance(shape, HasArea) for shape in shapes)
    return {"largest": repr(max(shapes)), "total": total(shapes), "report": Report().line(sorted(shapes))}
