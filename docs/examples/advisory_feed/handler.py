"""Known vulnerabilities of a package version, from api.osv.dev, with nothing but the standard library."""

from __future__ import annotations

import json
from typing import Any, Literal, TypedDict
from urllib.request import Request, urlopen

from skillpod import Context, tool

_API = "https://api.osv.dev/v1/query"
_SECONDS = 10.0


class Advisory(TypedDict):
    id: str
    summary: str
    aliases: list[str]


@tool(title="Ask for advisories", read_only=True, category="security")
def advisories(package: str, version: str, ctx: Context, ecosystem: Literal["PyPI", "npm", "Go", "crates.io"] = "PyPI") -> list[Advisory]:
    """List what is known against one version of a package, newest information first; an empty list is good news.

    Args:
        package: Name in its ecosystem.
        version: Exact version.
        ecosystem: Where the package is published.
    """
    question = {"package": {"name": package, "ecosystem": ecosystem}, "version": version}
    request = Request(
        _API,
        data=json.dumps(question).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=min(_SECONDS, ctx.remaining())) as response:
        found: dict[str, Any] = json.load(response)
    return [Advisory(id=each["id"], summary=each.get("summary", ""), aliases=each.get("aliases", [])) for each in found.get("vulns", [])]
