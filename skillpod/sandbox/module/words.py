"""The tables of the supported subset: which names, methods and constructs code may use, and what to write instead of the others."""

from __future__ import annotations

from collections.abc import Mapping


def named(text: str) -> frozenset[str]:
    """The words of a table that would be a screen of quotes."""
    return frozenset(text.split())


PREFIX = "skillpod_module."
"""What the ``__module__`` of everything begins with that such a skill made."""

HOOKS = frozenset({"_getattr_", "_write_", "_change_", "_writeitem_", "_over_", "_stop_", "__metaclass__"})
"""Names the rewritten code looks up in its namespace. No code can bind one: a name of a skill never has both underscores."""

READ_ONLY_NAMES = frozenset({"__name__", "__doc__"})
WRITTEN_NAMES = frozenset({"__all__", "__author__", "__version__", "__slots__"})

METHODS = frozenset(
    f"__{name}__"
    for name in named(
        "init post_init repr str bytes bool len hash call contains iter next reversed aiter anext await missing enter exit "
        "aenter aexit getitem setitem delitem lt le eq ne gt ge add radd iadd sub rsub isub mul rmul imul matmul truediv "
        "rtruediv itruediv floordiv rfloordiv mod rmod pow rpow neg pos abs invert int float index round trunc floor ceil "
        "divmod rdivmod and rand iand or ror ior xor rxor ixor lshift rlshift rshift rrshift"
    )
)
"""Special methods that a class may define, and that may be called on ``super()``. Left out is what makes, finds or describes attributes
and classes (``__new__``, ``__getattr__``, ``__get__``, ``__init_subclass__``, ``__set_name__``), and ``__del__``, which runs anywhere."""

PLAIN_METHODS = frozenset(
    name
    for kind in (str, bytes, bytearray, list, dict, set, frozenset, tuple, int, float)
    for name in dir(kind)
    if not name.startswith("_") and name not in ("format", "format_map", "mro")
)
"""Public methods of the built-in containers, numbers and texts. They are looked up as they stand: no object that such a skill can hold
has anything else under one of these names, and a guard would cost more than the method."""

INSTEAD_OF_NAME: Mapping[str, str] = {
    "open": "read the skill's own files with ctx.read_text or ctx.read_bytes",
    "eval": "parse what is expected: json.loads, int, float",
    "exec": "write the code into the skill's files",
    "compile": "write the code into the skill's files",
    "globals": "keep what is looked up by name in a dict of your own",
    "locals": "keep what is looked up by name in a dict of your own",
    "vars": "use dataclasses.asdict, or a dict of your own",
    "dir": "name the attributes",
    "input": "take it as a parameter of the tool",
    "breakpoint": "remove it",
    "help": "remove it",
    "exit": "return, or raise an exception",
    "quit": "return, or raise an exception",
    "memoryview": "use bytes and slices",
}
"""Built-in functions that are not there, and what does the same."""

JAIL = "run the skill in the jail, which takes all of Python"

INSTEAD_OF_NODE: Mapping[str, tuple[str, str]] = {
    "TryStar": ("`except*`", "catch the group with `except ExceptionGroup` and look at its `exceptions`"),
    "TypeAlias": ("the `type` statement", "assign the alias: `Rows = list[str]`"),
    "TypeVar": ("a type parameter in brackets", "leave it out, or make it with typing.TypeVar"),
    "ParamSpec": ("a type parameter in brackets", "leave it out"),
    "TypeVarTuple": ("a type parameter in brackets", "leave it out"),
    "TemplateStr": ("a template string", "write an f-string"),
    "Interpolation": ("a template string", "write an f-string"),
}
"""By the name of the syntax node: the construct in words, and what to write instead."""

INSPECTION = named(
    "tb_frame tb_next f_back f_builtins f_code f_generator f_globals f_locals f_trace co_code gi_frame gi_code gi_yieldfrom "
    "cr_await cr_frame cr_code cr_origin ag_await ag_frame ag_code get_loop get_context get_coro get_stack"
)
"""Public attributes that lead from a traceback, generator, coroutine or future into the interpreter or the event loop."""
