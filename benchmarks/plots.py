"""Plots as SVG text: small, the same for the same figures, and readable on light and dark ground."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from benchmarks.measure import Series
from benchmarks.table import amount

_STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #24292f }
.head { font-weight: 600; font-size: 13px }
.code { font: 11.5px ui-monospace, monospace }
.faint { fill: #656d76 }
.rule { stroke: #d0d7de; stroke-width: 1 }
.axis { stroke: #8c959f; stroke-width: 1 }
.line { fill: none; stroke-linejoin: round }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .faint { fill: #9198a1 }
  .rule { stroke: #30363d }
  .axis { stroke: #656d76 }
}"""
_SHARES = [step / 50 for step in range(50)] + [0.99, 1.0]


@dataclass(frozen=True, slots=True)
class Line:
    """How one sandbox is drawn: colours are readable on both grounds, dashes tell apart two of one colour."""

    name: str
    colour: str
    width: float = 1.5
    dashes: str = ""

    def stroke(self) -> str:
        dashes = f' stroke-dasharray="{self.dashes}"' if self.dashes else ""
        return f'stroke="{self.colour}" stroke-width="{self.width:g}"{dashes}'


def distributions(title: str, panels: Mapping[str, Sequence[tuple[Line, Series]]]) -> str:
    """A panel each beside the other: which share of the calls took at most so long, on a logarithmic axis."""
    wide, high, top, left, gap = 366, 240, 34, 46, 66
    lines = [line for line, _ in max(panels.values(), key=len)]
    columns, each = 3, 272
    rows = -(-len(lines) // columns)
    width, height = left + len(panels) * wide + (len(panels) - 1) * gap + 24, top + high + 48 + rows * 20
    parts: list[str] = []
    for number, (heading, drawn) in enumerate(panels.items()):
        parts += _panel(left + number * (wide + gap), top, wide, high, heading, drawn)
    for number, line in enumerate(lines):
        x, y = left + number % columns * each, top + high + 48 + number // columns * 20
        parts.append(f'<path class="line" d="M{x} {y}h26" {line.stroke()}/>')
        parts.append(_text(x + 34, y + 4, line.name))
    return _document(title, width, height, parts)


def _panel(x: int, y: int, wide: int, high: int, heading: str, drawn: Sequence[tuple[Line, Series]]) -> Iterator[str]:
    samples = [sample for _, series in drawn for sample in (series.quantile(0.0), series.quantile(1.0))] or [1e-3]
    first, last = math.floor(math.log10(min(samples))), math.ceil(math.log10(max(samples)) + 1e-9)

    def across(seconds: float) -> float:
        return x + wide * (math.log10(seconds) - first) / (last - first)

    yield _text(x, y - 14, heading, "head")
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        level = y + high * (1 - share)
        yield f'<path class="{"rule" if share else "axis"}" d="M{x} {level:g}h{wide}"/>'
        yield _text(x - 8, level + 4, f"{share:.0%}", "faint", "end")
    for exponent in range(first, last + 1):
        at = across(10.0**exponent)
        yield f'<path class="rule" d="M{at:.1f} {y}v{high}"/>'
        yield _text(at, y + high + 18, amount(10.0**exponent * 1.0000001, "s"), "faint", "middle")
    for line, series in drawn:
        points = [f"{across(series.quantile(share)):.1f} {y + high * (1 - share):.1f}" for share in _SHARES]
        yield f'<path class="line" d="M{"L".join(points)}" {line.stroke()}/>'


def waterfall(title: str, steps: Mapping[str, Series], *, codes: Sequence[str], marks: Mapping[str, float]) -> str:
    """Steps one below the other, each from where the last one ended, with its median. ``codes`` are set as code, ``marks`` are lines."""
    label, wide, top, row = 176, 560, 42, 22
    total = max(sum(series.median for series in steps.values()), *marks.values())
    high = row * len(steps)
    step = _round_step(total)
    parts = []
    for number in range(int(total / step) + 1):
        at = label + wide * number * step / total
        parts.append(f'<path class="{"rule" if number else "axis"}" d="M{at:.1f} {top}v{high}"/>')
        parts.append(_text(at, top + high + 18, amount(number * step, "s") if number else "0", "faint", "middle"))
    for number, (name, at) in enumerate(marks.items()):
        x = label + wide * at / total
        parts.append(f'<path d="M{x:.1f} {top - 6}v{high + 6}" stroke="{_MARK}" stroke-dasharray="4 3"/>')
        parts.append(_text(x, top - 12 - 14 * (number % 2), f"{name} {amount(at, 's')}", "", "end" if x > label + wide / 2 else "middle"))
    began = 0.0
    for number, (name, series) in enumerate(steps.items()):
        y, x, width = top + number * row, label + wide * began / total, wide * series.median / total
        parts.append(_text(label - 8, y + 15, name, "code" if name in codes else "", "end"))
        parts.append(f'<rect x="{x:.1f}" y="{y + 4}" width="{max(width, 1):.1f}" height="14" rx="2" fill="{_BAR[name in codes]}"/>')
        inside = width > wide / 3
        parts.append(_text(x + 8 if inside else x + width + 6, y + 15, amount(series.median, "s"), "", colour="#ffffff" if inside else ""))
        began += series.median
    return _document(title, label + wide + 64, top + high + 28, parts)


_BAR = {True: "#d9480f", False: "#748094"}
_MARK = "#1c7ed6"


def _round_step(total: float) -> float:
    """A step of 1, 2 or 5 times a power of ten, so that there are four to ten of them."""
    power = 10.0 ** math.floor(math.log10(total / 4))
    return max(step * power for step in (1, 2, 5) if step * power <= total / 4)


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "", colour: str = "") -> str:
    given = {"class": kind, "text-anchor": anchor, "style": f"fill:{colour}" if colour else ""}
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in given.items() if value)
    return f'<text x="{x:.4g}" y="{y:.4g}"{attributes}>{escape(text)}</text>'


def _document(title: str, width: int, height: int, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">'
    return "\n".join([head, f"<title>{escape(title)}</title>", f"<style>{_STYLE}</style>", *parts, "</svg>", ""])
