# expect: none
from __future__ import annotations

from functools import singledispatch, singledispatchmethod


@singledispatch
def show(value):
    return str(value)


@show.register
def _(value: int):
    return f"{value:,}"


@show.register(list)
def _(value):
    return ", ".join(map(show, value))


class Printer:
    @singledispatchmethod
    def show(self, value):
        return str(value)

    @show.register
    def _(self, value: float):
        return f"{value:.2f}"
