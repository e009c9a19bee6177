# expect: none
"""Roman numerals, both ways."""
import functools
import re

from skillpod import tool

PAIRS = tuple(zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), "M CM D CD C XC L XL X IX V IV I".split()))
VALID = re.compile(r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})", re.I)


class Roman(int):
    def __new__(cls, value):
        if isinstance(value, str):
            value = parse(value)
        if not 0 < value < 4000:
            raise ValueError("between 1 and 3999")
        return super().__new__(cls, value)

    def __str__(self):
        return write(int(self))

    def __repr__(self):
        return f"{type(self).__name__}({str(self)!r})"

    def __add__(self, other):
        return type(self)(int(self) + int(other))

    __radd__ = __add__


@functools.lru_cache(maxsize=None)
def write(number):
    for value, letters in PAIRS:
        if number >= value:
            return letters + write(number - value)
    return ""


def parse(text):
    if not text or not VALID.fullmatch(text):
        raise ValueError(f"not a Roman numeral: {text!r}")
    rest, total = text.upper(), 0
    for value, letters in PAIRS:
        while rest.startswith(letters):
            total, rest = total + value, rest[len(letters):]
    return total


@tool(read_only=True)
def to_roman(number: int) -> str:
    """Write a number in Roman numerals."""
    return str(Roman(number))


@tool(read_only=True)
def add(numerals: list[str]) -> str:
    """Add Roman numerals."""
    return str(sum(map(Roman, numerals[1:]), Roman(numerals[0])))


write.cache_clear()
