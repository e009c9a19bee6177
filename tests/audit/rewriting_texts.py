"""Mutations of texts: a constant is put together when the code runs."""

from __future__ import annotations

import ast
import base64
import codecs
from collections.abc import Callable
from typing import Any

from tests.audit.rewriting import Change, Mutation, of_handler, on_top

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


# --- a text is written in another way --------------------------------------------------------------------------------------------


def _halves(text: str) -> tuple[str, str]:
    return text[: len(text) // 2], text[len(text) // 2 :]


def _rot13(text: str) -> str:
    return f"codecs.decode({codecs.encode(text, 'rot13')!r}, 'rot13')"


TEXTS: dict[str, tuple[Callable[[str], str], str]] = {
    "sum": (lambda text: "({!r} + {!r})".format(*_halves(text)), ""),
    "sum_of_letters": (lambda text: "(" + " + ".join(map(repr, text)) + ")", ""),
    "join": (lambda text: "''.join([{!r}, {!r}])".format(*_halves(text)), ""),
    "percent": (lambda text: "('%s%s' % ({!r}, {!r}))".format(*_halves(text)), ""),
    "format": (lambda text: "'{{}}{{}}'.format({!r}, {!r})".format(*_halves(text)), ""),
    "f_string": (lambda text: 'f"{{{!r}}}{{{!r}}}"'.format(*_halves(text)), ""),
    "slice": (lambda text: f"{'x' + text + 'y'!r}[1:-1]", ""),
    "every_second": (lambda text: f"{'_'.join(text)!r}[::2]", ""),
    "reversed": (lambda text: f"{text[::-1]!r}[::-1]", ""),
    "reversed_and_joined": (lambda text: f"''.join(reversed({text[::-1]!r}))", ""),
    "chr": (lambda text: "(" + " + ".join(f"chr({ord(letter)})" for letter in text) + ")", ""),
    "chr_mapped": (lambda text: f"''.join(map(chr, {[*map(ord, text)]}))", ""),
    "bytes": (lambda text: f"{text.encode()!r}.decode()", ""),
    "bytes_of_numbers": (lambda text: f"bytes({[*text.encode()]}).decode()", ""),
    "hexadecimal": (lambda text: f"bytes.fromhex({text.encode().hex()!r}).decode()", ""),
    "number": (lambda text: f"({int.from_bytes(text.encode())}).to_bytes({len(text.encode())}, 'big').decode()", ""),
    "base64": (lambda text: f"base64.b64decode({base64.b64encode(text.encode())!r}).decode()", "import base64"),
    "rot13": (_rot13, "import codecs"),
    "replaced": (lambda text: "{!r}.replace('~~', '')".format("~~".join(_halves(text))), ""),
    "split": (lambda text: f"{'x|' + text!r}.split('|', 1)[1]", ""),
    "swapped_case": (lambda text: f"{text.swapcase()!r}.swapcase()", ""),
    "stripped": (lambda text: f"{text + '~'!r}.rstrip('~')", ""),
    "json": (lambda text: f"json.loads({chr(34) + text + chr(34)!a})", "import json"),
    "partition": (lambda text: f"{text + chr(0x1F) + 'x'!r}.partition({chr(0x1F)!r})[0]", ""),
}


class _Texts(ast.NodeTransformer):
    """Texts that are values: no docstrings, annotations, patterns, or parts of f-strings."""

    def __init__(self, spell: Callable[[str], str]) -> None:
        self.spell = spell
        self.found = 0

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        text = node.value
        if not isinstance(text, str) or len(text) < 2 or not text.isascii() or not text.isprintable() or set(text) & set("'\"\\~|"):
            return node
        self.found += 1
        return ast.parse(self.spell(text), mode="eval").body

    def visit_Expr(self, node: ast.Expr) -> Any:
        return node if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        return node

    def visit_MatchValue(self, node: ast.MatchValue) -> ast.pattern:
        return node

    def visit_MatchMapping(self, node: ast.MatchMapping) -> ast.pattern:
        return node


def _texts_by(spell: Callable[[str], str], above: str) -> Change:
    def change(tree: ast.Module) -> ast.Module | None:
        rewriter = _Texts(spell)
        for node in ast.walk(tree):
            if (
                isinstance(node, _FUNCTIONS)
                and node.returns is not None
                and any(isinstance(each, ast.Constant) for each in ast.walk(node.returns))
            ):
                return None
        rewriter.visit(tree)
        return on_top(tree, above) if rewriter.found else None

    return change


MUTATIONS = tuple(Mutation(f"text:{name}", of_handler(_texts_by(spell, above))) for name, (spell, above) in TEXTS.items())
