"""The history of a repository that the operator binds, read by git in a jail of its own."""

from typing import Annotated, TypedDict

from skillpod import Context, Field, Finished, tool

_FIELDS = "%h%x1f%ad%x1f%an%x1f%s%x1e"
"""Hash, day, author and subject, with separators that no subject has."""


class Commit(TypedDict):
    """One line of the history."""

    hash: str
    day: str
    author: str
    subject: str


@tool(read_only=True)
def commits(ctx: Context, path: str = "", most: Annotated[int, Field(ge=1, le=200)] = 20) -> list[Commit]:
    """Say what changed, newest first.

    Args:
        path: A file or directory of the repository; empty for all of it.
        most: How many commits at most.
    """
    said = _git(ctx, "log", f"--max-count={most}", "--date=short", f"--format={_FIELDS}", "--", *([path] if path else [])).check().text
    return [_commit(record) for record in said.split("\x1e") if record.strip()]


@tool(read_only=True)
def show(commit: Annotated[str, Field(pattern="^[0-9a-f]{4,40}$")], ctx: Context) -> str:
    """Give one commit in full: who made it, what it says, and the difference it makes.

    Args:
        commit: The beginning of its hash, at least four digits.
    """
    return _git(ctx, "show", "--stat", "--patch", "--date=short", commit, "--").check().text


def _git(ctx: Context, *words: str) -> Finished:
    """Words of ours come first, and ``--`` ends what could be an option: a path that begins with a dash is a path."""
    return ctx.run(["git", "--no-pager", *words], volume="repository")


def _commit(record: str) -> Commit:
    short, day, author, subject = record.strip().split("\x1f")
    return {"hash": short, "day": day, "author": author, "subject": subject}
