# expect: none
"""Tries regular expressions."""

import re
import time
from contextlib import contextmanager, suppress

from skillpod import Context, tool

FLAGS = {"ignorecase": re.IGNORECASE, "multiline": re.MULTILINE, "dotall": re.DOTALL, "verbose": re.VERBOSE}


@contextmanager
def measured(into: dict):
    started = time.perf_counter()
    try:
        yield into
    finally:
        into["seconds"] = round(time.perf_counter() - started, 4)


@tool(read_only=True)
async def test(pattern: str, texts: list[str], ctx: Context, flags: list[str] = []) -> dict:
    """Try a pattern on texts.

    Args:
        pattern: A Python regular expression.
        texts: What to try it on.
        flags: ignorecase, multiline, dotall, verbose.
    """
    combined = re.NOFLAG
    for flag in flags:
        combined |= FLAGS[flag]
    try:
        compiled = re.compile(pattern, combined)
    except re.error as error:
        return {"valid": False, "message": f"{error.msg} at position {error.pos}", "hint": " " * (error.pos or 0) + "^"}
    found = {"valid": True, "groups": compiled.groups, "names": dict(compiled.groupindex), "matches": []}
    with measured(found):
        for text in texts:
            if ctx.remaining() < 1:
                raise TimeoutError("the pattern takes too long: it may backtrack. Avoid nested repetition such as (a+)+")
            matches = [{"span": m.span(), "groups": m.groups(), "named": m.groupdict()} for m in compiled.finditer(text)]
            found["matches"].append(matches)
    with suppress(IndexError):
        found["first"] = found["matches"][0][0]
    return found
