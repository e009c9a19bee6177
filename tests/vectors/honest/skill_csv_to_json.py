# expect: none
"""CSV in, JSON out."""

import csv
import io
import json
from typing import Any, Literal

from skillpod import Context, File, tool

_CASTS = {"text": str, "integer": int, "number": float, "flag": lambda text: text.strip().lower() in {"1", "true", "yes"}}
Kind = Literal["text", "integer", "number", "flag"]


@tool
def convert(table: str, kinds: dict[str, Kind] | None = None, delimiter: str = "") -> list[dict[str, Any]]:
    """Turn CSV into records.

    Args:
        table: The CSV, with a line of headings.
        kinds: What each column holds; text where nothing is said.
        delimiter: What stands between fields; guessed when empty.
    """
    if delimiter:
        dialect = csv.excel
        options = {"delimiter": delimiter}
    else:
        dialect, options = csv.Sniffer().sniff(table[:2048], ",;\t|"), {}
    reader = csv.DictReader(io.StringIO(table, newline=""), dialect=dialect, **options)
    rows = []
    for number, row in enumerate(reader, start=2):
        try:
            rows.append({name: _CASTS[(kinds or {}).get(name, "text")](value) for name, value in row.items()})
        except (ValueError, TypeError) as error:
            raise ValueError(f"line {number}: {error}") from None
    return rows


@tool
def write(records: list[dict[str, Any]], ctx: Context) -> File:
    """Write records as a CSV file."""
    names = list(dict.fromkeys(name for record in records for name in record))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(records)
    ctx.log(json.dumps({"rows": len(records)}))
    return File(out.getvalue().encode(), name="table.csv", media_type="text/csv")
