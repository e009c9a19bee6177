"""The supported subset of Python, construct by construct: what is taken and works, and what is refused, in which words."""

from __future__ import annotations

from collections.abc import Mapping

TAKEN: Mapping[str, str] = {
    "functions": "def f(a, b=1, /, c=2, *d, e=3, **g): return (a, b, c, d, e, g)\ndef attack(): return f(1, *[2, 3], e=4, x=5)[0]",
    "async functions": (
        "import asyncio\nasync def f():\n    async for x in g():\n        await asyncio.sleep(0)\n    return [x async for x in g()]\n"
        "async def g():\n    yield 1\ndef attack():\n    made = f()\n    made.close()\n    return True"
    ),
    "lambdas and closures": "def attack():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n        return n\n    return (lambda x=2: x + up())()",
    "generators": "def f():\n    x = yield 1\n    yield from [x]\ndef attack():\n    made = f()\n    return next(made) + made.send(2) == 3",
    "decorators": "import functools\ndef d(f):\n    @functools.wraps(f)\n    def inner(*a): return f(*a)\n    return inner\n@d\ndef f(x): return x\ndef attack(): return f(1)",
    "f-strings": "def attack():\n    x = 1.5\n    return f'{x!r:>{5}} {x:.2f}' == '  1.5 1.50'",
    "`str.format`": "def attack(): return '{} {a:>3}'.format(1, a=2) == '1   2'",
    "comprehensions": "def attack(): return [[x for x in range(y) if x % 2] for y in {3: 1} | {4: 2}] and {1: 2 for _ in 'a'} and sum(x for x in [1])",
    "unpacking": "def attack():\n    a, (b, *c), d = 1, [2, 3, 4], 5\n    x = y = [*c, d]\n    return {**{'a': 1}, 'b': x}",
    "augmented assignment": "class A:\n    n = 1\ndef attack():\n    a = A()\n    a.n += 1\n    d = {'k': [1]}\n    d['k'][0] += 1\n    d['k'] += [3]\n    return a.n == d['k'][0] == 2",
    "walrus": "def attack(): return (n := 3) and n",
    "`match`": (
        "def attack():\n    match {'a': [1, 2], 'k': 'x'}:\n        case {'a': [first, *rest], **more} if first == 1:\n"
        "            return rest and more\n        case str() | int() as other:\n            return other\n        case None:\n            return 0"
    ),
    "`try`, `with`, `raise ... from`": (
        "from contextlib import contextmanager\n@contextmanager\ndef c():\n    yield (1, 2)\ndef attack():\n    with c() as (a, b):\n"
        "        try:\n            raise ValueError('x') from None\n        except (KeyError, ValueError) as fault:\n            return str(fault)\n"
        "        finally:\n            a = b"
    ),
    "classes": (
        "class A:\n    __slots__ = ('_x',)\n    def __init__(self, x): self._x = x\n    def __eq__(self, other): return self._x == other._x\n"
        "    def __hash__(self): return 1\n    @property\n    def x(self): return self._x\n    @classmethod\n    def one(cls): return cls(1)\n"
        "    @staticmethod\n    def two(): return 2\nclass B(A):\n    def __init__(self):\n        super().__init__(3)\n"
        "def attack(): return A(1) == A.one() and B().x == 3"
    ),
    "private names": "_N = 1\ndef _f(): return _N\nclass A:\n    def __init__(self): self._n = _f()\n    def _g(self): return self._n\ndef attack(): return A()._g()",
    "dataclasses": (
        "from dataclasses import dataclass, field, replace\n@dataclass(frozen=True, slots=True)\nclass A:\n    a: int\n"
        "    b: list[int] = field(default_factory=list)\n"
        "def attack(): return replace(A(1), a=2).a"
    ),
    "enums": "from enum import Enum, auto\nclass C(Enum):\n    A = auto()\n    B = 'b'\n    def up(self): return self.name\ndef attack(): return C('b').up() == 'B' and list(C)",
    "typed dicts and named tuples": (
        "from typing import NamedTuple, NotRequired, TypedDict\nclass D(TypedDict, total=False):\n    a: int\n    b: NotRequired[str]\n"
        "class N(NamedTuple):\n    a: int\n    b: str = ''\ndef attack(): return D(a=1)['a'] and N(1)._replace(a=2).a"
    ),
    "protocols, generics, abstract classes": (
        "from abc import ABC, abstractmethod\nfrom typing import Generic, Protocol, TypeVar, runtime_checkable\nT = TypeVar('T')\n"
        "class B(Generic[T]):\n    pass\n@runtime_checkable\nclass P(Protocol):\n    def f(self) -> int: ...\nclass A(ABC):\n    @abstractmethod\n"
        "    def f(self): ...\nclass C(A, B[int]):\n    def f(self): return 1\ndef attack(): return isinstance(C(), P) and C().f()"
    ),
    "annotations": "x: int = 1\ndef f(a: list[int] | None = None, *, b: 'int' = 1) -> dict[str, int]: return {}\ndef attack():\n    y: str = 'a'\n    return y",
    "`getattr` and `hasattr`": "class A: n = 1\ndef attack():\n    setattr(A, 'm', 2)\n    return getattr(A, 'n') and hasattr(A, 'm') and getattr(A, 'x', 3)",
    "`type(value)` and `isinstance`": "def attack(): return type(1) is int and isinstance(int, type) and not isinstance(1, type)",
    "`print`": "def attack():\n    print('a', 1, sep='')\n    return True",
}
"""By the words of docs/module-isolation.md: a module whose ``attack`` returns something true."""

REFUSED: Mapping[str, tuple[str, str, str]] = {
    "`except*`": (
        "try:\n    pass\nexcept* ValueError:\n    pass",
        "`except*` is not supported",
        "catch the group with `except ExceptionGroup` and look at its `exceptions`",
    ),
    "`import *`": ("from math import *", "`import *` is not supported", "name what is imported"),
    "a module that is not offered": (
        "import os",
        "the module `os` is not offered to module isolation",
        "see docs/module-isolation.md for what is",
    ),
    "a name that a module does not offer": (
        "import json\njson.codecs",
        "`json` does not offer `codecs` to module isolation",
        "see docs/module-isolation.md for what is",
    ),
    "a metaclass": ("class A(metaclass=type): pass", "a metaclass is not supported", "write a plain class, or a decorator"),
    "a special method that makes, finds or describes": (
        "class A:\n    def __getattr__(self, name): pass",
        "the name `__getattr__` is the interpreter's own",
        "define another method",
    ),
    "a name with two underscores in front": (
        "__x = 1",
        "the name `__x` is the interpreter's own",
        "write one underscore in front, or none",
    ),
    "a special attribute": ("x = (1).__class__", "the attribute `__class__` is the interpreter's own", "write `type(value)`"),
    "an attribute of frames, generators and tasks": (
        "x = (y for y in []).gi_frame",
        "the attribute `gi_frame` leads into the interpreter",
        "do without it",
    ),
    "a class pattern with patterns in it": (
        "match 1:\n    case int(real=1):\n        pass",
        "a class pattern with patterns in it is not supported",
        "write `case Point() as p if p.x == 0`",
    ),
    "a dotted name in a pattern": (
        "import math\nmatch 1:\n    case math.pi:\n        pass",
        "a dotted name in a pattern is not supported",
        "capture and compare: `case value if value == Color.RED`",
    ),
    "`open`": ("open('x')", "the built-in `open` is not there", "read the skill's own files with ctx.read_text or ctx.read_bytes"),
    "`eval`, `exec`, `compile`": ("eval('1')", "the built-in `eval` is not there", "parse what is expected: json.loads, int, float"),
    "`globals`, `locals`, `vars`": (
        "globals()",
        "the built-in `globals` is not there",
        "keep what is looked up by name in a dict of your own",
    ),
    "`dir`": ("dir(1)", "the built-in `dir` is not there", "name the attributes"),
}
"""By the words of docs/module-isolation.md: the code, what is said of it, and what it says to write instead."""
