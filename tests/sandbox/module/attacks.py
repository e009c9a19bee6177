"""Attacks on module isolation, as a skill's code. Each makes ``attack``, which returns something true when it got through; each gets through
when it is run as plain Python."""

from __future__ import annotations

from collections.abc import Mapping

ONE_LINE: Mapping[str, str] = {
    "json, codecs, builtins": "import json\ndef attack(): return json.codecs.builtins.open('/etc/passwd').read(4)",
    "logging, os": "import logging\ndef attack(): return logging.os.popen('echo through').read()",
    "uuid, os": "import uuid\ndef attack(): return uuid.os.getpid()",
    "re, enum, sys": "import re\ndef attack(): return re.enum.sys.modules['os'].getpid()",
    "attrgetter": "import operator\ndef attack(): return operator.attrgetter('__class__.__base__')(1)",
    "methodcaller": "import operator\ndef attack(): return operator.methodcaller('__reduce_ex__', 2)(object())",
    "io.open": "import io\ndef attack(): return io.open('/etc/passwd').read(4)",
    "sqlite3": "import sqlite3\ndef attack(): return sqlite3.connect('/tmp/skillpod-attack.db')",
    "random._os": "import random\ndef attack(): return random._os.getpid()",
    "string.Formatter": "import string\ndef attack(): return string.Formatter().format('{0.__class__.__mro__}', 1)",
    "dataclasses, sys": "import dataclasses\ndef attack(): return dataclasses.sys.modules",
    "typing, sys": "import typing\ndef attack(): return typing.sys.modules",
    "contextlib, os": "import contextlib\ndef attack(): return contextlib.os.getpid()",
    "csv, io": "import csv\ndef attack(): return csv.StringIO and csv.re.enum.sys",
    "collections, sys": "import collections\ndef attack(): return collections._sys.modules",
    "statistics, random": "import statistics\ndef attack(): return statistics.random._os.getpid()",
    "ctypes": "import ctypes\ndef attack(): return ctypes.CDLL(None)",
    "inspect": "import inspect\ndef attack(): return inspect.currentframe().f_back",
}
"""The eighteen of one line: ordinary imports, and what they lead to."""

LANGUAGE: Mapping[str, str] = {
    "class, base, subclasses": "def attack(): return ().__class__.__base__.__subclasses__()",
    "getattr by text": "def attack(): return getattr(getattr((), '__cla' + 'ss__'), '__ba' + 'se__')",
    "a subclass of str as a name": (
        "class Sly(str):\n    def __eq__(self, other): return True\n    def __hash__(self): return hash('real')\n"
        "def attack(): return getattr(getattr(1, Sly('__class__')), Sly('__base__'))"
    ),
    "str.format": "def attack(): return '{0.__class__.__init__.__globals__}'.format(type('x', (), {'__init__': lambda self: None})())",
    "str.format on a number": "def attack(): return '{0.__class__.__mro__}'.format(1)",
    "str.format, nested": "def attack(): return '{0:{1.real}}'.format('x', 5)",
    "str.format of the class": "def attack(): return str.format('{0.__class__}', 1)",
    "format_map": "def attack(): return '{a.__class__}'.format_map({'a': 1})",
    "format over super": (
        "class Text(str):\n    def through(self): return super().format(1)\ndef attack(): return Text('{0.__class__}').through()"
    ),
    "format by map": "def attack(): return list(map(str.format, ['{0.__class__}'], [1]))",
    "type with three arguments": "def attack(): return type('X', (), {'__getattr__': lambda self, name: name})().anything",
    "the type of a type": "def attack(): return type(type(1))('X', (), {'a': 1}).a",
    "a generator's frame": "def attack():\n    made = (x for x in [1])\n    return made.gi_frame.f_back or made.gi_frame.f_builtins",
    "a generator's frame by text": "def attack():\n    made = (x for x in [1])\n    return getattr(made, 'gi_' + 'frame').f_globals",
    "a coroutine's frame": (
        "async def nothing(): pass\ndef attack():\n    made = nothing()\n    try:\n        return made.cr_frame.f_globals\n"
        "    finally:\n        made.close()"
    ),
    "a traceback's frame": (
        "def attack():\n    try:\n        1 / 0\n    except ZeroDivisionError as fault:\n        return fault.__traceback__.tb_frame.f_globals"
    ),
    "a traceback given to __exit__": (
        "class Net:\n    def __enter__(self): return self\n    def __exit__(self, kind, fault, trace):\n        self.trace = trace\n"
        "        return True\n"
        "def attack():\n    with Net() as net:\n        1 / 0\n    return getattr(net.trace, 'tb_' + 'frame').f_globals"
    ),
    "a function's globals": "import json\ndef attack(): return json.loads.__globals__",
    "a function's code": "def attack(): return attack.__code__.co_consts",
    "a method's function": "def attack(): return ''.join.__self__ or [].append.__class__",
    "a decorator": "def through(function): return function.__globals__['__builtins__']\n@through\ndef attack(): return 1\nattack = (lambda it: lambda: it)(attack)",
    "a lambda's default": "def attack(found=(lambda: 0).__globals__): return found",
    "positional-only, named as a hook": "def attack(_getattr_=lambda value, name: 'through', /): return (1).anything if False else _getattr_(1, 'x')",
    "a star parameter named as a hook": "def attack(*_getattr_): return [_getattr_]",
    "a walrus to a hook": "def attack(): return (_getattr_ := (lambda value, name: 'through')) and _getattr_(1, 'x')",
    "an import named as a hook": "import json as _getattr_\ndef attack(): return _getattr_",
    "an except named as a hook": ("def attack():\n    try:\n        1 / 0\n    except Exception as _write_:\n        return str(_write_)"),
    "a pattern named as a hook": "def attack():\n    match 1:\n        case _getattr_:\n            return _getattr_",
    "a global named as a hook": "def attack():\n    global _stop_\n    _stop_ = lambda: True\n    return _stop_()",
    "a class body's hook": "class Made:\n    _write_ = staticmethod(lambda value: value)\ndef attack(): return Made._write_(1)",
    "a class pattern": "def attack():\n    match 1:\n        case int(__class__=found):\n            return found",
    "a class pattern over a logger": (
        "import logging\ndef attack():\n    match logging.getLogger():\n        case logging.Logger(manager=found):\n            return found"
    ),
    "a dotted pattern": (
        "import json\nclass Any:\n    def __eq__(self, other):\n        self.seen = other\n        return True\n"
        "def attack():\n    any = Any()\n    match any:\n        case json.codecs:\n            return any.seen"
    ),
    "a star import": "from os import *\ndef attack(): return getpid()",
    "a metaclass": (
        "class Meta(type):\n    def __call__(cls): return 'through'\nclass Made(metaclass=Meta): pass\ndef attack(): return Made()"
    ),
    "__init_subclass__": (
        "seen = []\nclass Base:\n    def __init_subclass__(cls): seen.append(cls.__mro__)\nclass Made(Base): pass\ndef attack(): return seen"
    ),
    "__set_name__": (
        "seen = []\nclass Part:\n    def __set_name__(self, owner, name): seen.append(owner.__dict__)\n"
        "class Made:\n    part = Part()\ndef attack(): return seen"
    ),
    "__getattribute__": "class Made:\n    def __getattribute__(self, name): return name\ndef attack(): return Made().__class__",
    "except star": (
        "def attack():\n    seen = []\n    try:\n        raise ExceptionGroup('x', [ValueError()])\n"
        "    except* ValueError as group:\n        seen.append(group.exceptions)\n    return seen"
    ),
    "an annotation that is evaluated": "import typing\ndef f(x: '().__class__.__base__'): pass\ndef attack(): return typing.get_type_hints(f)['x']",
    "an annotation with an attribute": "def f(x: ().__class__.__base__): pass\ndef attack(): return f.__annotations__['x']",
    "make_dataclass": "import dataclasses\ndef attack(): return dataclasses.make_dataclass('X', ['a'])",
    "update_wrapper": (
        "import functools, json\nclass Bag: pass\ndef attack():\n    bag = Bag()\n"
        "    functools.update_wrapper(bag, json.loads, assigned=('__globals__',), updated=())\n    return bag"
    ),
    "wraps with options": "import functools, json\ndef attack(): return functools.wraps(json.loads, assigned=('__module__',))",
    "a memo of deepcopy": (
        "import copy\nclass Bag:\n    def __init__(self): self.inside = [1]\n"
        "def attack():\n    memo = {}\n    copy.deepcopy(Bag(), memo)\n    return memo[id(memo)]"
    ),
    "dataclass over another's class": (
        "import dataclasses, fractions\ndef attack(): return dataclasses.dataclass(repr=False, eq=False, init=False)(fractions.Fraction)"
    ),
    "writing to another's class": (
        "import fractions\ndef attack():\n    fractions.Fraction.skillpod_was_here = 1\n    return fractions.Fraction.skillpod_was_here"
    ),
    "setattr on another's class": (
        "import fractions\ndef attack():\n    setattr(fractions.Fraction, 'skillpod_was_here', 1)\n    return fractions.Fraction.skillpod_was_here"
    ),
    "writing to a module": "import json\ndef attack():\n    json.skillpod_was_here = 1\n    return json.skillpod_was_here",
    "registering with another's class": (
        "import collections.abc\nclass Made: pass\ndef attack():\n    collections.abc.Sized.register(Made)\n    return isinstance(Made(), collections.abc.Sized)"
    ),
    "the host's generator of chance": "import random\ndef attack(): return random.SystemRandom and random._inst",
    "the event loop": "import asyncio\nasync def look(): return asyncio.get_running_loop()\ndef attack(): return asyncio.run(look())",
    "the loop of a task": (
        "import asyncio\nasync def look():\n    task = asyncio.create_task(asyncio.sleep(0))\n    loop = task.get_loop()\n    await task\n"
        "    return loop\ndef attack(): return asyncio.run(look())"
    ),
    "the logger's manager": "import logging\ndef attack(): return logging.getLogger('x').manager",
    "globals": "def attack(): return globals()['__builtins__']",
    "eval": "def attack(): return eval('().__class__')",
    "__import__": "def attack(): return __import__('os').getpid()",
    "open": "def attack(): return open('/etc/passwd').read(4)",
    "__builtins__": "def attack(): return __builtins__",
}
"""What the language itself leads to."""

LIBRARY: Mapping[str, str] = {
    "a subclass of super": (
        "class Text(str): pass\nclass Sly(super): pass\n"
        "def attack(): return Sly(Text, Text('{0.__globals__}')).format(attack) == str(attack.__globals__)"
    ),
    "an alias that passes attributes on": (
        "from typing import Annotated\nimport json\ndef attack(): return 'module' in Annotated[str, 1].format('{0.__globals__[codecs]}', json.loads)"
    ),
    "an alias of a class that registers": (
        "from collections.abc import Sized\nfrom typing import Annotated\nclass Made: pass\ndef attack():\n"
        "    Annotated[Sized, 1].register(Made)\n    return isinstance(Made(), Sized)"
    ),
    "another super": "def attack():\n    super = lambda: attack\n    return super().__init__",
    "an enum that is called": (
        "from enum import Enum\ndef attack(): return Enum('Made', [('A', 1), ('__getattr__', lambda self, name: name)]).A.anything"
    ),
    "an empty enum that is called": (
        "from enum import Enum\nclass Empty(Enum): pass\n"
        "def attack(): return Empty('Made', [('A', 1), ('__getattr__', lambda self, name: name)]).A.anything"
    ),
    "an enum that is copied": (
        "from enum import Enum\nimport copy, fractions\ndef attack():\n"
        "    say = lambda self: (lambda: fractions.Fraction, (), (None, {'skillpod_was_here': 1}))\n"
        "    made = Enum('Made', [('A', 1), ('__reduce_ex__', lambda self, protocol: say(self)), ('__copy__', None)])\n"
        "    return say and made"
    ),
    "a special attribute of a namespace": (
        "import copy, types\ndef attack():\n    seen = []\n"
        "    copy.deepcopy([types.SimpleNamespace(**{'__deepcopy__': seen.append})])\n    return seen"
    ),
    "annotations of a namespace that is wrapped": (
        "import functools, types\nmade = functools.wraps(types.SimpleNamespace(**{'__annotations__': {'x': '().__class__'}}))\n"
        "@made\ndef attack(): return True"
    ),
    "annotations of a namespace, as a context": (
        "import contextlib, types\nevil = contextlib.contextmanager(types.SimpleNamespace(**{'__annotations__': {'x': '().__class__'}}))\n"
        "def attack(): return evil"
    ),
    "a private attribute that is changed in its place": (
        "import fractions\nclass Made(fractions.Fraction): pass\nclass Eye:\n    def __radd__(self, other):\n        return [other]\n"
        "def attack():\n    made = Made(1, 2)\n    made._numerator += Eye()\n    return True"
    ),
    "a table of a class that all use": (
        "import textwrap\ndef attack():\n    textwrap.TextWrapper.unicode_whitespace_trans[121] = 122\n    return textwrap.fill('y') == 'z'"
    ),
    "the table of an object": (
        "import textwrap\ndef attack():\n    textwrap.TextWrapper().unicode_whitespace_trans[121] = 122\n    return textwrap.fill('y') == 'z'"
    ),
    "a text that says it is another": (
        "import struct\nclass Sly(str):\n    def __hash__(self): return hash('>HHQ')\n    def __eq__(self, other): return True\n"
        "def attack():\n    struct.pack(Sly('>b'), 1)\n    return struct.calcsize('>HHQ') == 1"
    ),
    "an inherited way to say so": (
        "import struct\nclass Same:\n    def __hash__(self): return hash('>HHI')\n    def __eq__(self, other): return True\n"
        "class Sly(Same, str): pass\ndef attack():\n    struct.pack(Sly('>b'), 1)\n    return struct.calcsize('>HHI') == 1"
    ),
    "an address that says it is another": (
        "from ipaddress import IPv4Address\nclass Sly(IPv4Address):\n    def __hash__(self): return hash(IPv4Address('10.9.9.9'))\n"
        "    def __eq__(self, other): return True\n"
        "def attack():\n    Sly('8.8.8.8').is_private\n    return not IPv4Address('10.9.9.9').is_private"
    ),
    "a mark on what others use": "import fractions\nfrom skillpod import tool\ndef attack(): return tool(fractions.Fraction)",
    "a mark on another's function": "import json\nfrom skillpod import tool\ndef attack(): return tool(json.loads)",
    "another's function, made abstract": "import abc, json\ndef attack(): return abc.abstractmethod(json.loads)",
    "the class of a logger": (
        "from skillpod import Context\ndef attack():\n"
        "    kind = type(Context(channel=None, config={}, files={}).logger)\n    class Made(kind): pass\n"
        "    made = Made('x')\n    made.root = made\n    return kind.getChild(made, 'skillpod')"
    ),
}
"""What the standard library reads, keeps or calls without asking."""
