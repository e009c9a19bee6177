"""The audit's own walk over a syntax tree sees all that the standard library's does."""

import ast
import sys
from pathlib import Path

import pytest

from skillpod.audit.nodes import walk

_LIBRARY = Path(ast.__file__).parent
_SAME_EVERYWHERE = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)

EVERY_KIND = """
match subject:
    case Point(x=0, y=[1, *rest]) | {"key": True, **others} if rest: pass
    case None | -1 | [] as name: pass
async def function(a, /, b: int = 1, *c, d=None, **e) -> "text":
    global g
    async with a as b, c: yield [x async for x in (await b) if x]
    try: del a.b, c[1:2, ...]
    except* (OSError, ValueError) as error: raise KeyError from error
    return lambda *words, key=1: (yield from {**words, 'a': f"{key!r:>{b}}", 'b': (z := not key)})
for x, *y in {1, 2}: assert x < 1 <= 2, -x if x else x and y
else: import os.path as path, sys; from . import *
"""
NEW = "type Pair[T: int, *Ts, **P] = tuple[T, T]\nclass Kind[T]: pass\ndef function[T](a: T) -> T: pass\n"


@pytest.mark.parametrize(
    "text",
    [
        EVERY_KIND.replace("except*", "except"),
        pytest.param(NEW, marks=pytest.mark.skipif(sys.version_info < (3, 12), reason="`type X = ...` came with Python 3.12")),
        *((_LIBRARY / name).read_text("utf-8") for name in ("ast.py", "typing.py", "dataclasses.py", "asyncio/tasks.py")),
    ],
    ids=lambda text: text.strip()[:12],
)
def test_every_node_is_seen_but_for_operators_and_contexts(text: str) -> None:
    tree = ast.parse(text)
    assert {*walk(tree)} == {node for node in ast.walk(tree) if not isinstance(node, _SAME_EVERYWHERE)}
