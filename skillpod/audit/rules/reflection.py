"""REF: ways from one object to all the others, and names that are only known when the code runs."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from typing import Any

from skillpod.audit.facts import Attribute, Base, Dynamic, Escape, Making, Names, Pair, Reading, Use, What, Words
from skillpod.audit.judgement import judged
from skillpod.audit.standard import GUARDED, PERMITTED, Reach, listed
from skillpod.model.finding import Finding, Severity
from skillpod.model.manifest import Manifest

WALKS = frozenset(
    listed("""
        __subclasses__ __globals__ __builtins__ __code__ __closure__ __mro__ __bases__ __base__ __dict__ __loader__ __spec__
        __import__ __reduce__ __reduce_ex__ __getattribute__ __getattr__ __setattr__ __delattr__ __defaults__ __kwdefaults__
        __self__ __func__ __wrapped__ __objclass__ __weakref__ __getstate__ __setstate__ __getnewargs__ __getnewargs_ex__
        __subclasshook__ __subclasscheck__ __instancecheck__ __prepare__ __build_class__ __path__ __cached__ __thisclass__
        __self_class__ __text_signature__ __signature__ __mro_entries__ __static_attributes__ __firstlineno__ __type_params__
        __getinitargs__ __basicsize__ __dictoffset__ __flags__ __itemsize__ __weakrefoffset__ __vectorcalloffset__ __annotate__
        __evaluate_value__ __evaluate_bound__ __evaluate_constraints__ __evaluate_default__ __skillpod_tool__ _convert_
    """)
)
"""Attributes that lead from a value to its class, its module, its code or everything else."""

_HARMLESS_WALKS = frozenset(
    listed("""
        __static_attributes__ __firstlineno__ __type_params__ __basicsize__ __dictoffset__ __flags__ __itemsize__
        __weakrefoffset__ __vectorcalloffset__ __text_signature__ __weakref__ __cached__
    """)
)
_DENIED = WALKS - _HARMLESS_WALKS

_INSIDES = re.compile(
    r"tb_frame|f_(back|globals|locals|builtins|code|trace|trace_opcodes|trace_lines|generator)|(gi|cr|ag)_(frame|code|yieldfrom|await|origin)"
    r"|co_[a-z]+|func_(globals|code|closure|defaults|dict)|im_(func|class|self)"
)
_COMPUTED = ("tb_frame", "f_back", "f_globals", "f_builtins", "gi_frame", "cr_frame", "ag_frame", "co_code", "func_globals")

_ON_SELF = frozenset({"__dict__", "__getstate__", "__setstate__", "__annotations__"})
_ON_SUPER = frozenset(
    listed("""
        __setattr__ __getattribute__ __getattr__ __delattr__ __reduce__ __reduce_ex__ __getstate__ __setstate__ __subclasshook__
        __prepare__ __instancecheck__ __subclasscheck__
    """)
)
_REVIEWED = frozenset({"__annotations__", "get_field"})
"""Attributes through which text becomes code or an attribute elsewhere: ``dataclass`` builds code from the keys of ``__annotations__``."""

_HOLDERS = {"_module": "warnings.catch_warnings"}
"""Private attributes of standard objects that hold a module, and whose they are."""

_METHODS = frozenset({"subprocess_exec", "subprocess_shell", "enable_load_extension", "load_extension"})

_TELLING = _DENIED | {"__annotations__"}

_PATH = re.compile(r"[\w.\[\]()]*__\w+__[\w.\[\]()]*")


def check(reading: Reading, _manifest: Manifest | None) -> Iterator[Finding]:
    yield from _attributes(reading)
    yield from _computed(reading)
    yield from _words(reading)
    yield from _uses(reading)


# --- attributes ------------------------------------------------------------------------------------------------------------------


def _attributes(reading: Reading) -> Iterator[Finding]:
    used = {use.path for use in reading.of(Use)}
    for attribute in reading.of(Attribute):
        name = attribute.name
        if name in _DENIED and not _is_ordinary(attribute):
            message = f"`{attribute.spelled}` takes `{name}`, which leads from an object to what is behind it"
            yield reading.finding("REF-001", Severity.DENY, attribute.spot, message, _instead(name), subject=attribute.name)
        elif _INSIDES.fullmatch(name):
            message = f"`{attribute.spelled}` takes `{name}`, a part of a frame or of compiled code"
            yield reading.finding(
                "REF-002",
                Severity.DENY,
                attribute.spot,
                message,
                "remove it; `traceback.format_exc()` gives an error as text",
                subject=attribute.name,
            )
        elif name == "obj" and attribute.base is Base.HANDLER:
            message = f"`{attribute.spelled}` takes the object an error is about, which may be a module"
            yield reading.finding(
                "REF-001", Severity.DENY, attribute.spot, message, "use the error's text, or `.name`", subject=attribute.name
            )
        elif name in _REVIEWED or (name in _HOLDERS and _HOLDERS[name] in used):
            message = f"`{attribute.spelled}` takes `{name}`, through which text or a module can become something else"
            yield reading.finding(
                "REF-010", Severity.REVIEW, attribute.spot, message, "say what is meant with names of your own", subject=attribute.name
            )
        elif name in _METHODS:
            message = f"`{attribute.spelled}` runs a program or loads native code, whatever it is called on"
            yield reading.finding("REF-007", Severity.DENY, attribute.spot, message, "do it in Python", subject=attribute.name)


def _is_ordinary(attribute: Attribute) -> bool:
    if attribute.base is Base.SUPER:
        return attribute.name in _ON_SUPER
    if attribute.base is Base.SELF:
        return attribute.name in _ON_SELF
    return attribute.spelled == "object.__setattr__" and _fills_self(attribute.call)


def _fills_self(call: Any) -> bool:
    """``object.__setattr__(self, "name", value)``: how a frozen dataclass fills itself."""
    if call is None or len(call.args) < 2 or getattr(call.args[0], "id", "") != "self":
        return False
    name = getattr(call.args[1], "value", "__")
    return isinstance(name, str) and not name.startswith("__")


def _instead(name: str) -> str:
    if name == "__dict__":
        return "use `vars(self)`, `dataclasses.asdict` or the attribute's own name"
    if name in ("__setattr__", "__getattribute__", "__getattr__", "__delattr__"):
        return "use the attribute's own name, or `super()`"
    if name == "__self__":
        return "keep the object in a name of its own"
    return "remove it; `type(value).__name__` gives the name of a class"


# --- what is computed ------------------------------------------------------------------------------------------------------------


def _computed(reading: Reading) -> Iterator[Finding]:
    for dynamic in reading.of(Dynamic):
        if dynamic.prefix and not dynamic.prefix.startswith("_") and not any(name.startswith(dynamic.prefix) for name in _COMPUTED):
            continue
        message = f"`{dynamic.spelled}`: which attribute it is, is only known when it runs"
        fix = 'use a dict of what may be chosen, or begin the name with a constant: getattr(self, "do_" + name)'
        yield reading.finding("REF-003", Severity.REVIEW, dynamic.spot, message, fix, subject=dynamic.spelled)
    for making in reading.of(Making):
        message = f"`{making.spelled}` makes a class whose parts are only known when it runs"
        yield reading.finding(
            "REF-011", Severity.REVIEW, making.spot, message, "write the class out; use `@dataclass` above it", subject=making.spelled
        )
    for names in reading.of(Names):
        message = f"`{names.spelled}` is every name of a module or function; what is taken from it can't be followed"
        yield reading.finding("REF-005", Severity.REVIEW, names.spot, message, "use a dict of your own", subject=names.spelled)
    for escape in reading.of(Escape):
        is_strong = escape.path in GUARDED or (escape.path.partition(".")[0] in GUARDED and escape.path != "os.path")
        message = f"`{escape.spelled}` hands the module {escape.path} on as a value; what is taken from it there can't be followed"
        severity = Severity.DENY if is_strong else Severity.REVIEW
        yield reading.finding(
            "REF-006", severity, escape.spot, message, "hand on the function that is needed, not the module", subject=escape.path
        )
    for pair in reading.of(Pair):
        message = f"`{pair.spelled}` looks like {pair.path}, reached through a value that can't be followed"
        yield reading.finding(
            "REF-007", Severity.REVIEW, pair.spot, message, "import what is meant, or give the attribute another name", subject=pair.path
        )


# --- text ------------------------------------------------------------------------------------------------------------------------


def _words(reading: Reading) -> Iterator[Finding]:
    for words in reading.of(Words):
        if "__" not in words.text:
            continue
        taken = next((name for name in _field_names(words.text) if name in _DENIED), None)
        if taken is not None:
            message = f"a format field takes `{taken}`, which leads from an object to what is behind it"
            yield reading.finding("REF-004", Severity.DENY, words.spot, message, "format the value itself", subject=taken)
        elif len(words.text) <= 200 and _PATH.fullmatch(words.text) and not _TELLING.isdisjoint(re.findall(r"__\w+__", words.text)):
            message = f"the text {words.text!r} is the name of an attribute that leads from an object to what is behind it"
            yield reading.finding(
                "REF-008", Severity.REVIEW, words.spot, message, "remove it, if nothing looks attributes up by it", subject=words.text
            )


def _field_names(text: str) -> Iterator[str]:
    if "{" not in text:
        return
    try:
        fields = [field for _, field, spec, _ in string.Formatter().parse(text) for field in (field, spec) if field]
    except ValueError:
        fields = re.findall(r"\{([^{}]*)", text)
    for field in fields:
        yield from re.findall(r"__\w+__", field)


# --- objects ---------------------------------------------------------------------------------------------------------------------


def _uses(reading: Reading) -> Iterator[Finding]:
    for use in reading.of(Use):
        if use.what not in (What.MODULE, What.MEMBER):
            continue
        stands = judged(use)
        if stands.reach is Reach.INSIDES and stands.is_listed and stands.reach not in PERMITTED:
            message = f"{use.words}: {Reach.INSIDES.value}"
            yield reading.finding("REF-009", Severity.DENY, use.spot, message, "remove it", subject=use.path)
