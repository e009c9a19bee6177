# expect: none
"""Fills templates."""

import html
import string
import textwrap
from string import Template

from skillpod import Context, tool


class Careful(string.Template):
    delimiter = "%"
    idpattern = r"[a-z][a-z0-9_]*"


class Defaulting(dict):
    def __missing__(self, key):
        return "{" + key + "}"


LETTER = Template("Dear $name,\n\n$body\n\nYours,\n$sender")
ROW = "{name:<20} {amount:>10.2f}"


@tool(read_only=True)
def letter(name: str, body: str, sender: str, width: int = 72) -> str:
    """Write a letter."""
    filled = "\n".join(textwrap.wrap(body, width))
    return LETTER.substitute(name=name, body=filled, sender=sender)


@tool(read_only=True)
def fill(template: str, values: dict[str, str]) -> dict:
    """Fill %name in a template; tell what was left open."""
    made = Careful(template)
    missing = sorted(set(made.get_identifiers()) - values.keys())
    return {"text": made.safe_substitute(values), "missing": missing}


@tool(read_only=True)
def page(name: str, rows: list[dict], ctx: Context) -> str:
    """Make an HTML table, by a template of the skill."""
    lines = "".join("<tr>" + "".join(f"<td>{html.escape(str(v))}</td>" for v in row.values()) + "</tr>" for row in rows)
    template = ctx.read_text("page.html")
    return template.replace("{{name}}", html.escape(name)).replace("{{rows}}", lines)


@tool(read_only=True)
def bill(lines: list[tuple[str, float]]) -> str:
    """List what is to be paid."""
    rows = [ROW.format(name=name, amount=amount) for name, amount in lines]
    total = "{:<20} {:>10.2f}".format("Total", sum(amount for _, amount in lines))
    return "\n".join([*rows, "-" * 31, total, "{greeting}, {who}".format_map(Defaulting(greeting="Thanks"))])
--- page.html
<!doctype html>
<title>{{name}}</title>
<table>{{rows}}</table>
