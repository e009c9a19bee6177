"""Mutations of places: names are others, code stands in another block, and the skill is spread over more files."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.audit.rewriting import HANDLER, STRONG, Answer, Change, Files, Mutation, of_handler, on_top
from tests.audit.rewriting_values import FUNCTIONS, blocks, is_private

_SCOPES = (*FUNCTIONS, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.ClassDef)
_NAMESPACES = frozenset({"globals", "locals", "vars"})


# --- names -----------------------------------------------------------------------------------------------------------------------


def bound(tree: ast.AST) -> Iterator[str]:
    """Every name that is bound anywhere, once for each time."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest


def _spoken(tree: ast.Module) -> set[str]:
    """Names that are also known in another way: attributes, keywords, words in texts, names of a class's body, dotted imports."""
    said: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            said.add(node.attr)
        elif isinstance(node, ast.keyword) and node.arg:
            said.add(node.arg)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            said.update(re.findall(r"\w+", node.value))
        elif isinstance(node, ast.ClassDef):
            said.update(name for statement in node.body for name in bound_here(statement))
        elif isinstance(node, ast.alias) and not node.asname and "." in node.name:
            said.add(node.name.partition(".")[0])
    return said


def bound_here(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        yield statement.name
    else:
        yield from bound(statement)


class _Renaming(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def generic_visit(self, node: Any) -> Any:
        for field in ("id", "arg", "name", "rest"):
            if isinstance(getattr(node, field, None), str) and not isinstance(node, (ast.alias, ast.keyword)):
                setattr(node, field, self.names.get(getattr(node, field), getattr(node, field)))
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            node.names = [self.names.get(name, name) for name in node.names]
        if isinstance(node, ast.alias) and (node.asname or node.name) in self.names:
            node.asname = self.names[node.asname or node.name]
        return super().generic_visit(node)


def _renamed(which: Callable[[ast.Module], set[str]]) -> Callable[[Files], Files | None]:
    def rewrite(files: Files) -> Files | None:
        tree = ast.parse(files[HANDLER])
        if _mentions(tree, _NAMESPACES) or any(isinstance(node, ast.Name) and is_private(node.id) for node in ast.walk(tree)):
            return None
        elsewhere = {word for name, text in files.items() if name != HANDLER for word in re.findall(r"\w+", text)}
        plain = which(tree) - _spoken(tree) - set(dir(builtins)) - elsewhere
        names = {name: f"quite_{chr(97 + index % 26) * (index // 26 + 1)}" for index, name in enumerate(sorted(plain)) if "__" not in name}
        if not names:
            return None
        return {**files, HANDLER: ast.unparse(_Renaming(names).visit(tree))}

    return rewrite


def _imported(tree: ast.Module) -> set[str]:
    aliases = [alias for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names]
    return {alias.asname or alias.name.partition(".")[0] for alias in aliases} - {"*"}


def _mentions(tree: ast.AST, names: frozenset[str]) -> bool:
    return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(tree))


# --- blocks ----------------------------------------------------------------------------------------------------------------------

_BLOCKS = {
    "condition": "if True:\n    BODY",
    "else": "if 0:\n    pass\nelse:\n    BODY",
    "try": "try:\n    BODY\nfinally:\n    pass",
    "handler": "try:\n    raise ValueError\nexcept ValueError:\n    BODY",
    "for": "for _once in (1,):\n    BODY",
    "while": "while True:\n    BODY\n    break",
    "with": "import contextlib\nwith contextlib.suppress(KeyError):\n    BODY",
    "match": "match 1:\n    case _:\n        BODY",
}
_IN_FUNCTIONS = {
    "function": "def around():\n    BODY\naround()",
    "functions": "def around():\n    def inner():\n        BODY\n    return inner\naround()()",
    "method": "class Around:\n    def run(self):\n        BODY\nAround().run()",
    "static_method": "class Around:\n    @staticmethod\n    def run():\n        BODY\nAround.run()",
    "property": "class Around:\n    @property\n    def run(self):\n        BODY\nAround().run",
    "generator": "def around():\n    BODY\n    yield 1\nlist(around())",
    "decorated": "@(lambda function: function())\ndef around():\n    BODY",
    "coroutine": "async def around():\n    BODY\ntry:\n    around().send(None)\nexcept StopIteration:\n    pass",
    "hook": "class Around:\n    def __init_subclass__(cls):\n        BODY\nclass Below(Around):\n    pass",
    "operator": "class Around:\n    def __add__(self, other):\n        BODY\nAround() + 1",
}


def _within(template: str, is_possible: Callable[[ast.Module], bool]) -> Change:
    def change(tree: ast.Module) -> ast.Module | None:
        head = len(on_top(ast.Module(list(tree.body), []), "pass").body)
        at = next(
            (index for index, each in enumerate(on_top(ast.Module(list(tree.body), []), "pass").body) if isinstance(each, ast.Pass)), head
        )
        body = tree.body[at:]
        if not body or not is_possible(tree):
            return None
        around = ast.parse(template)
        for block, _ in list(blocks(around)):
            for index, statement in enumerate(block):
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Name) and statement.value.id == "BODY":
                    block[index : index + 1] = body
        tree.body[at:] = around.body
        return tree

    return change


def _unless_asked(change: Change) -> Callable[[Files], Files | None]:
    """Where the handler's names become a block's own, nothing else of the skill may ask for them."""
    rewrite = of_handler(change)
    return lambda files: None if any("handler" in text for name, text in files.items() if name != HANDLER) else rewrite(files)


def _has_no_break(tree: ast.Module) -> bool:
    return not any(isinstance(each, (ast.Break, ast.Continue)) for each in tree.body)


def _fits_a_function(tree: ast.Module) -> bool:
    """Whether the module's names may as well be a function's: nothing asks for them as globals, and none hides a builtin for a while."""
    if _mentions(tree, _NAMESPACES | {"__builtins__"}) or set(bound(tree)) & set(dir(builtins)):
        return False
    return not any(
        isinstance(node, ast.Global)
        or (isinstance(node, (ast.Import, ast.ImportFrom)) and any(alias.name in ("*", "handler") for alias in node.names))
        or (isinstance(node, ast.AnnAssign) and node in tree.body)
        or (isinstance(node, ast.Attribute) and node.attr == "modules")
        for node in ast.walk(tree)
    )


def _fits_a_class(tree: ast.Module) -> bool:
    return _fits_a_function(tree) and not any(isinstance(node, _SCOPES) for node in ast.walk(tree))


_EXPRESSIONS = {
    "lambda": "(lambda: VALUE)()",
    "comprehension": "[VALUE for _once in (1,)]",
    "generator": "any(VALUE for _once in (1,))",
    "default": "(lambda value=VALUE: value)()",
    "f_string": "f'{VALUE}'",
    "condition": "(VALUE if 1 else 0)",
    "argument": "id(VALUE)",
    "subscript": "{}.get(0, VALUE)",
    "assignment": "(kept := VALUE)",
    "dict": "{0: VALUE}",
}


def _expressions_within(template: str) -> Change:
    def change(tree: ast.Module) -> ast.Module | None:
        count = 0
        for block, is_class in list(blocks(tree)):
            for statement in block:
                if isinstance(statement, ast.Expr) and not is_class and _may_move(statement.value):
                    text = template.replace("VALUE", f"({ast.unparse(statement.value)})")
                    try:
                        statement.value = ast.parse(text, mode="eval").body
                    except SyntaxError:
                        return None
                    count += 1
        return tree if count else None

    return change


def _may_move(node: ast.expr) -> bool:
    bound_here = (ast.Constant, ast.Await, ast.Yield, ast.YieldFrom)
    return not isinstance(node, bound_here) and not any(
        isinstance(each, (*bound_here[1:], ast.NamedExpr)) or (isinstance(each, ast.Name) and each.id in ("super", "locals", "vars"))
        for each in ast.walk(node)
    )


# --- files -----------------------------------------------------------------------------------------------------------------------


def _takes_imports_from(spell: Callable[[list[str]], str], added: dict[str, str]) -> Callable[[Files], Files | None]:
    """The module's own imports of what is no part of the skill stand in another file, ``IMPORTS`` of ``added``."""

    def rewrite(files: Files) -> Files | None:
        tree = ast.parse(files[HANDLER])
        moved = [each for each in tree.body if _is_foreign(each)]
        names = sorted({name for each in moved for name in bound(each)})
        if not moved or any(name.startswith("_") for name in names):
            return None
        tree.body = [each for each in tree.body if each not in moved]
        imports = "\n".join(map(ast.unparse, moved))
        spelled = {name: text.replace("IMPORTS", imports).replace("NAMES", ", ".join(names)) for name, text in added.items()}
        return {**files, **spelled, HANDLER: ast.unparse(on_top(tree, spell(names)))}

    return rewrite


def _is_foreign(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Import):
        return True
    return (
        isinstance(statement, ast.ImportFrom)
        and not statement.level
        and statement.module != "__future__"
        and statement.names[0].name != "*"
    )


def _takes_imports_as_attributes(files: Files) -> Files | None:
    moved = _takes_imports_from(lambda _: "from . import further_part", {"further_part.py": "IMPORTS"})(files)
    if moved is None or _mentions(ast.parse(files[HANDLER]), _NAMESPACES):
        return None
    tree = ast.parse(moved[HANDLER])
    names = set(bound(ast.parse(moved["further_part.py"]))) - set(bound(tree))
    return (
        {**moved, HANDLER: ast.unparse(_Attached(names).visit(tree))} if set(bound(ast.parse(moved["further_part.py"]))) == names else None
    )


class _Attached(ast.NodeTransformer):
    def __init__(self, names: set[str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in self.names:
            return node
        return ast.Attribute(ast.Name("further_part", ast.Load()), node.id, node.ctx)


def _takes_builtins_from_a_sibling(files: Files) -> Files | None:
    tree = ast.parse(files[HANDLER])
    used = sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in STRONG - {"super"}} - set(bound(tree)))
    if not used:
        return None
    part = "\n".join(f"taken_{name} = {name}" for name in used)
    tree = _Renaming({name: f"taken_{name}" for name in used}).visit(tree)
    brought = "from .further_part import " + ", ".join(f"taken_{name}" for name in used)
    return {**files, "further_part.py": part, HANDLER: ast.unparse(on_top(tree, brought))}


def _moved_whole(home: str, added: dict[str, str]) -> Callable[[Files], Files | None]:
    def rewrite(files: Files) -> Files | None:
        if any("handler" in text or re.search(r"from \.|__name__", text) for text in files.values()) or home in files:
            return None
        return {**files, **added, home: files[HANDLER]}

    return rewrite


_SAME = Answer.SAME_RULE
_FILES: tuple[tuple[str, Callable[[Files], Files | None]], ...] = (
    ("from_a_sibling", _takes_imports_from(lambda names: f"from .part_a import {', '.join(names)}", {"part_a.py": "IMPORTS"})),
    ("from_a_sibling_absolutely", _takes_imports_from(lambda names: f"from part_a import {', '.join(names)}", {"part_a.py": "IMPORTS"})),
    ("by_a_star", _takes_imports_from(lambda _: "from .part_a import *", {"part_a.py": "IMPORTS"})),
    (
        "by_a_package",
        _takes_imports_from(
            lambda names: f"from .part_b import {', '.join(names)}",
            {"part_b/__init__.py": "from .inner import NAMES", "part_b/inner.py": "IMPORTS"},
        ),
    ),
    (
        "by_two_stars",
        _takes_imports_from(
            lambda _: "from .part_b import *", {"part_b/__init__.py": "from .inner import *", "part_b/inner.py": "IMPORTS"}
        ),
    ),
    (
        "by_the_parent",
        _takes_imports_from(
            lambda names: f"from .part_b.inner import {', '.join(names)}",
            {"part_b/__init__.py": "", "part_b/inner.py": "from ..part_a import NAMES", "part_a.py": "IMPORTS"},
        ),
    ),
    (
        "by_a_chain",
        _takes_imports_from(
            lambda names: f"from .part_a import {', '.join(names)}",
            {"part_a.py": "from .part_c import NAMES", "part_c.py": "from .part_d import NAMES", "part_d.py": "IMPORTS"},
        ),
    ),
    ("as_attributes", _takes_imports_as_attributes),
    ("whole_in_a_sibling", _moved_whole("part_a.py", {HANDLER: "from . import part_a\n"})),
    ("whole_in_a_sibling_by_a_star", _moved_whole("part_a.py", {HANDLER: "from .part_a import *\n"})),
    ("whole_in_a_package", _moved_whole("part_b/__init__.py", {HANDLER: "from . import part_b\n"})),
    ("whole_below_a_package", _moved_whole("part_b/inner.py", {HANDLER: "from .part_b import inner\n", "part_b/__init__.py": ""})),
    ("whole_by_a_package", _moved_whole("part_b/inner.py", {HANDLER: "import part_b\n", "part_b/__init__.py": "from . import inner\n"})),
    ("whole_in_a_function", _moved_whole("part_a.py", {HANDLER: "def bring():\n    from . import part_a\n\n\nbring()\n"})),
    ("whole_in_tests", _moved_whole("tests/part.py", {HANDLER: "from .tests.part import *\n"})),
)

MUTATIONS = (
    Mutation("names:imports", _renamed(_imported), _SAME),
    Mutation("names:all", _renamed(lambda tree: set(bound(tree))), _SAME),
    *(Mutation(f"block:{name}", of_handler(_within(template, _has_no_break)), _SAME) for name, template in _BLOCKS.items()),
    *(Mutation(f"block:{name}", _unless_asked(_within(template, _fits_a_function)), _SAME) for name, template in _IN_FUNCTIONS.items()),
    Mutation("block:class", _unless_asked(_within("class Around:\n    BODY", _fits_a_class))),
    *(Mutation(f"expression:{name}", of_handler(_expressions_within(template)), _SAME) for name, template in _EXPRESSIONS.items()),
    *(Mutation(f"files:{name}", rewrite, _SAME) for name, rewrite in _FILES),
    Mutation("files:builtins_from_a_sibling", _takes_builtins_from_a_sibling),
)
