"""What the rules were when their version was last looked at. ``python -m tests.audit.ruleset`` records what they are now."""

from __future__ import annotations

import ast
import hashlib
import json
from pathlib import Path
from typing import Any

from skillpod.audit.fingerprint import normal
from skillpod.audit.ruleset import RULESET

_AUDIT = Path(__file__).parent.parent.parent / "skillpod" / "audit"
_SHAPES = _AUDIT.parent / "model" / "credential_shapes.py"
"""What keys look like: the log redacts by it, too."""
_RECORD = Path(__file__).with_name("ruleset.json")


def now() -> dict[str, Any]:
    """The version, and a digest of the audit's code and tables without comments, docstrings and layout."""
    sources = [*sorted(_AUDIT.rglob("*.py")), _SHAPES]
    trees = ((path.relative_to(_AUDIT.parent).as_posix(), ast.parse(path.read_bytes())) for path in sources)
    text = "\n".join(f"{name} {normal([_without_docstrings(tree)])}" for name, tree in trees)
    return {"ruleset": RULESET, "digest": f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"}


def recorded() -> dict[str, Any]:
    record: dict[str, Any] = json.loads(_RECORD.read_text())
    return record


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [below for below in body if not _is_text(below)]  # type: ignore[attr-defined]  # SAFE: it has one: it was read
    return tree


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


if __name__ == "__main__":
    _RECORD.write_text(json.dumps(now(), indent=2) + "\n")
