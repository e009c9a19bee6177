"""Open issues of a repository. The host makes the requests and puts the token on them: no line here ever holds it."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict
from urllib.parse import quote

from skillpod import Context, Field, tool

_API = "https://api.github.com"
_NOT_FOUND = 404


class Issue(TypedDict):
    number: int
    title: str
    labels: list[str]


@tool(title="List open issues", read_only=True, category="development")
def issues(owner: str, repository: str, ctx: Context, most: Annotated[int, Field(ge=1, le=100)] = 20) -> list[Issue]:
    """List the open issues of a repository, newest first.

    Args:
        owner: The user or organisation it belongs to.
        repository: Its name.
        most: How many at most.
    """
    path = f"/repos/{quote(owner, safe='')}/{quote(repository, safe='')}/issues?state=open&per_page={most}"
    response = ctx.fetch(_API + path, headers={"Accept": "application/vnd.github+json"})
    if response.status == _NOT_FOUND:
        raise ValueError(f"there is no repository {owner}/{repository}, or the token may not see it")
    if not response.ok:
        raise RuntimeError(f"the server said {response.status}: {response.text()[:200]}")
    found: list[dict[str, Any]] = response.json()
    return [Issue(number=each["number"], title=each["title"], labels=[label["name"] for label in each["labels"]]) for each in found]
