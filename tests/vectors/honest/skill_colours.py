# expect: none
"""Converts colours."""

import colorsys
import re
from dataclasses import astuple, dataclass
from typing import Self

from skillpod import tool

NAMES = {"black": "#000000", "white": "#ffffff", "red": "#ff0000", "tomato": "#ff6347"}


@dataclass(frozen=True, slots=True, order=True)
class Colour:
    red: int
    green: int
    blue: int

    def __post_init__(self):
        if not all(0 <= part <= 255 for part in astuple(self)):
            raise ValueError(f"out of range: {self}")

    @classmethod
    def parse(cls, text: str) -> Self:
        text = NAMES.get(text.lower(), text)
        match re.fullmatch(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", text.lower()):
            case None:
                raise ValueError(f"not a colour: {text}")
            case found:
                return cls(*(int(part, 16) for part in found.groups()))

    @property
    def hsl(self) -> tuple[float, float, float]:
        hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in astuple(self)))
        return round(hue * 360, 1), round(saturation, 3), round(light, 3)

    @property
    def luminance(self) -> float:
        linear = [(c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4) for c in (p / 255 for p in astuple(self))]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    def __format__(self, spec: str) -> str:
        if spec == "hex":
            return "#{:02x}{:02x}{:02x}".format(*astuple(self))
        return format(str(self), spec)


@tool(read_only=True)
def contrast(first: str, second: str) -> dict:
    """The contrast of two colours, by WCAG 2."""
    a, b = sorted((Colour.parse(first), Colour.parse(second)), key=lambda c: c.luminance)
    ratio = (b.luminance + 0.05) / (a.luminance + 0.05)
    return {"ratio": round(ratio, 2), "aa": ratio >= 4.5, "aaa": ratio >= 7, "colours": [f"{a:hex}", f"{b:hex}"], "hsl": [a.hsl, b.hsl]}
