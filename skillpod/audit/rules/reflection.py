"""REF: ways from one object to all the others, and names that are only known when the code runs."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from typing import Any

from skillpod.audit.facts import Attribute, Base, Dynamic, Escape, Making, Names, Pair, Reading, Spot, Template, Use, What, Words
from skillpod.audit.judgement import judged
from skillpod.audit.standard import PERMITTED, Reach, listed
from skillpod.model.finding import Finding, Severity
from skillpod.model.later import later
from skillpod.model.manifest import Manifest

WALKS = frozenset(
    listed("""
        __subclasses__ __globals__ __builtins__ __code__ __closure__ __mro__ __bases__ __base__ __dict__ __loader__ __spec__
        __import__ __reduce__ __reduce_ex__ __getattribute__ __getattr__ __setattr__ __delattr__ __defaults__ __kwdefaults__
        __self__ __func__ __wrapped__ __objclass__ __weakref__ __getstate__ __setstate__ __getnewargs__ __getnewargs_ex__
        __subclasshook__ __subclasscheck__ __instancecheck__ __prepare__ __build_class__ __path__ __cached__ __thisclass__
        __self_class__ __text_signature__ __signature__ __mro_entries__ __static_attributes__ __firstlineno__ __type_params__
        __getinitargs__ __basicsize__ __dictoffset__ __flags__ __itemsize__ __weakrefoffset__ __vectorcalloffset__ __annotate__
        __evaluate_value__ __evaluate_bound__ __evaluate_constraints__ __evaluate_default__ __skillpod_tool__
    """)
)
"""Attributes that lead from a value to its class, its module, its code or everything else."""

ORDINARY = frozenset(
    listed("""
        __abs__ __abstractmethods__ __add__ __aenter__ __aexit__ __aiter__ __all__ __and__ __anext__ __annotations__ __args__
        __await__ __bool__ __bound__ __buffer__ __bytes__ __call__ __cause__ __ceil__ __class__ __class_getitem__ __complex__
        __constraints__ __contains__ __context__ __contravariant__ __copy__ __covariant__ __deepcopy__ __default__ __del__
        __delete__ __delitem__ __dir__ __divmod__ __doc__ __enter__ __eq__ __exit__ __file__ __float__ __floor__ __floordiv__
        __format__ __ge__ __get__ __getformat__ __getitem__ __gt__ __has_default__ __hash__ __iadd__ __iand__ __ifloordiv__
        __ilshift__ __imatmul__ __imod__ __imul__ __index__ __infer_variance__ __init__ __init_subclass__ __int__ __invert__
        __ior__ __ipow__ __irshift__ __isabstractmethod__ __isub__ __iter__ __itruediv__ __ixor__ __le__ __len__ __length_hint__
        __lshift__ __lt__ __match_args__ __matmul__ __missing__ __mod__ __module__ __mul__ __name__ __ne__ __neg__ __new__
        __next__ __notes__ __or__ __orig_bases__ __orig_class__ __origin__ __package__ __parameters__ __pos__ __pow__ __qualname__
        __radd__ __rand__ __rdivmod__ __release_buffer__ __replace__ __repr__ __reversed__ __rfloordiv__ __rlshift__ __rmatmul__
        __rmod__ __rmul__ __ror__ __round__ __rpow__ __rrshift__ __rshift__ __rsub__ __rtruediv__ __rxor__ __set__ __set_name__
        __setformat__ __setitem__ __sizeof__ __slots__ __str__ __sub__ __suppress_context__ __traceback__ __truediv__ __trunc__
        __typing_is_unpacked_typevartuple__ __typing_prepare_subst__ __typing_subst__ __typing_unpacked_tuple_args__ __unpacked__
        __value__ __xor__
    """)
)
"""Special names that lead to nothing but what the value is itself; ``__annotations__`` has a rule of its own."""

_PROTOCOLS = frozenset(
    listed("""
        __all__ __author__ __author_email__ __build__ __contact__ __copyright__ __credits__ __date__ __debug__ __description__
        __email__ __homepage__ __license__ __main__ __maintainer__ __status__ __summary__ __title__ __uri__ __url__ __version__
        __version_info__ __version_tuple__ __array__ __array_function__ __array_interface__ __array_priority__ __array_ufunc__
        __arrow_c_array__ __arrow_c_schema__ __arrow_c_stream__ __attrs_attrs__ __click_params__ __clause_element__ __dataframe__
        __dlpack__ __geo_interface__ __cmp__ __coerce__ __div__ __nonzero__ __unicode__ __dataclass_fields__ __fspath__ __future__
        __html__ __html_format__ __json__ __members__ __post_init__ __pydantic_fields__ __rich__ __rich_console__ __rich_measure__
        __rich_repr__ __tablename__ __stdin__ __stdout__ __stderr__ __test__ __deprecated__ __final__ __override__ __concat__
        __iconcat__ __inv__ __not__
    """)
)
"""Names that others than the interpreter have given a meaning, or an earlier one had, and what modules say of themselves."""

_HARMLESS_WALKS = frozenset(
    listed("""
        __mro__ __bases__ __base__ __static_attributes__ __firstlineno__ __type_params__ __basicsize__ __dictoffset__ __flags__ __itemsize__
        __weakrefoffset__ __vectorcalloffset__ __text_signature__ __weakref__ __cached__
    """)
)
_DENIED = WALKS - _HARMLESS_WALKS

_INSIDES = later(
    r"tb_frame|f_(back|globals|locals|builtins|code|trace|trace_opcodes|trace_lines|generator)|(gi|cr|ag)_(frame|code|yieldfrom|await|origin)"
    r"|co_[a-z]+|func_(globals|code|closure|defaults|dict)|im_(func|class|self)"
)
_COMPUTED = tuple(
    listed("""
        tb_frame tb_next f_back f_globals f_builtins f_code f_locals f_trace f_generator gi_frame gi_code gi_yieldfrom cr_frame cr_code
        cr_await cr_origin ag_frame ag_code ag_await co_code co_consts co_names co_replace func_globals func_code im_func im_self
        subprocess_exec subprocess_shell enable_load_extension load_extension load_module exec_module find_module find_spec
        create_connection create_unix_connection create_datagram_endpoint create_server create_unix_server sock_connect obj get_field
        convert_field
    """)
)
"""Names without underscores before them that any rule refuses: a computed name may not begin like one of them."""

_ON_SELF = frozenset({"__dict__", "__getstate__", "__setstate__", "__reduce__", "__reduce_ex__"})
_ON_CLASS = frozenset({"__dict__"})
_REVIEWED_WHEN_READ = frozenset({"__dict__", "__wrapped__", "__getstate__", "__setstate__", "__reduce__", "__reduce_ex__"})
"""Not more than ``getattr`` with a computed name: what they lead to is still an attribute's name away from anything strong."""
_ON_SUPER = frozenset(
    listed("""
        __setattr__ __getattribute__ __getattr__ __delattr__ __reduce__ __reduce_ex__ __getstate__ __setstate__ __subclasshook__
        __prepare__ __instancecheck__ __subclasscheck__
    """)
)
_REVIEWED = frozenset({"__annotations__", "get_field", "convert_field"})
"""Attributes through which text becomes code or an attribute elsewhere: ``dataclass`` builds code from the keys of ``__annotations__``."""

_HOLDERS = frozenset({"_module", "_csock", "_ssock", "_os", "_io", "_flavour"})
"""Private attributes of standard objects that hold a module (``warnings.catch_warnings``, databases, paths) or a socket (event loops)."""

_METHODS = frozenset(
    listed("""
        subprocess_exec subprocess_shell enable_load_extension load_extension load_module exec_module find_module find_spec _convert_
        _evaluate evaluate_forward_ref _make_subprocess_transport
    """)
)
"""Methods that run or load something, whatever they are called on."""

_TELLING = _DENIED | {"__annotations__"}

_PATH = later(r"[\w.\[\]()]*__\w+__[\w.\[\]()]*")


def check(reading: Reading, _manifest: Manifest | None) -> Iterator[Finding]:
    yield from _attributes(reading)
    yield from _computed(reading)
    yield from _words(reading)
    yield from _uses(reading)


# --- attributes ------------------------------------------------------------------------------------------------------------------


def _attributes(reading: Reading) -> Iterator[Finding]:
    for attribute in reading.of(Attribute):
        name = attribute.name
        if name in _DENIED and not _is_ordinary(attribute):
            is_weak = name in _REVIEWED_WHEN_READ and not attribute.is_changed
            message = f"`{attribute.spelled}` takes `{name}`, which leads from an object to what is behind it"
            severity = Severity.REVIEW if is_weak else Severity.DENY
            yield reading.finding("REF-001", severity, attribute.spot, message, _instead(name), subject=name)
        elif _is_unknown(attribute):
            message = f"`{attribute.spelled}` takes `{name}`, which is on no list of special names that are known to be harmless"
            yield reading.finding(
                "REF-012",
                Severity.REVIEW,
                attribute.spot,
                message,
                "give what is yours a plain name, and do without what is not",
                subject=name,
            )
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
        elif (name in _REVIEWED and not _is_own_and_asked(attribute)) or (name in _HOLDERS and attribute.base is not Base.SELF):
            message = f"`{attribute.spelled}` takes `{name}`, through which text or a module can become something else"
            yield reading.finding(
                "REF-010", Severity.REVIEW, attribute.spot, message, "say what is meant with names of your own", subject=attribute.name
            )
        elif name in _METHODS:
            message = f"`{attribute.spelled}` runs a program or loads code, whatever it is called on"
            yield reading.finding("REF-007", Severity.DENY, attribute.spot, message, "do it in Python", subject=attribute.name)
        elif name == "_fields" and attribute.is_changed:
            message = f"`{attribute.spelled}` says which attributes are looked up by others, by text"
            fix = "write the fields in the body of the class"
            yield reading.finding("REF-010", Severity.REVIEW, attribute.spot, message, fix, subject=name)


def _is_ordinary(attribute: Attribute) -> bool:
    name = attribute.name
    if attribute.base is Base.SUPER:
        return name in _ON_SUPER and _is_bound(name, attribute.call) and (name not in _LOOKUPS or _is_told(attribute.call))
    if (
        attribute.base is Base.SELF
        and not attribute.spelled.startswith("getattr(")
        and (name in _ON_SELF or (name == "__wrapped__" and attribute.is_changed))
    ):
        return True
    if attribute.base is Base.CLASS and name in _ON_CLASS and not attribute.is_changed:
        return True
    if name == "__dict__" and attribute.is_asked:
        return True
    return attribute.spelled in _OF_OBJECT and _is_of_self(attribute.call)


def _is_own_and_asked(attribute: Attribute) -> bool:
    """The annotations of a class of one's own, for the names in them."""
    return attribute.name == "__annotations__" and attribute.is_asked and attribute.base in (Base.SELF, Base.CLASS)


def _is_unknown(attribute: Attribute) -> bool:
    name = attribute.name
    is_special = name.startswith("__") and name.endswith("__") and len(name) > 4
    if not is_special or attribute.is_own or attribute.base in (Base.SELF, Base.CLASS, Base.SUPER):
        return False
    if attribute.spelled == name:  # a name, not an attribute: what no builtin and no module has is what the skill itself bound
        return False
    return name not in ORDINARY and name not in WALKS and name not in _PROTOCOLS


_LOOKUPS = frozenset({"__getattribute__", "__getattr__"})
_TAKES = {
    "__getattribute__": 1,
    "__getattr__": 1,
    "__setattr__": 2,
    "__delattr__": 1,
    "__reduce__": 0,
    "__reduce_ex__": 1,
    "__getstate__": 0,
}


def _is_bound(name: str, call: Any) -> bool:
    """Whether a method of ``super()`` is called with no more than it takes: in a class method it is not bound, and the first of one more
    is the object whose method it is, whatever that may be."""
    most = _TAKES.get(name)
    return most is None or (
        call is not None and len(call.args) <= most and not call.keywords and not any(isinstance(each, ast.Starred) for each in call.args)
    )


def _is_told(call: Any) -> bool:
    """``super().__getattribute__(name)``, of a name that is given or constant; not of one that is put together there."""
    if call is None or not call.args:
        return False
    return isinstance(call.args[0], ast.Name) or (isinstance(call.args[0], ast.Constant) and not str(call.args[0].value).startswith("__"))


_OF_OBJECT = frozenset({"object.__setattr__", "object.__delattr__", "object.__getattribute__"})


def _is_of_self(call: Any) -> bool:
    """``object.__setattr__(self, name, value)``: how a frozen dataclass fills itself; a special name is not one of its fields."""
    if call is None or len(call.args) < 2 or getattr(call.args[0], "id", "") != "self":
        return False
    name = getattr(call.args[1], "value", "")
    return (isinstance(name, str) and not name.startswith("__")) or not isinstance(call.args[1], ast.Constant)


def _is_safe_prefix(dynamic: Dynamic) -> bool:
    """A name that surely begins like no special name, and like no part of a frame; with one underscore only on the skill's own objects."""
    prefix = dynamic.prefix
    if not prefix or any(name.startswith(prefix) for name in _COMPUTED):
        return False
    is_private = prefix.startswith("_")
    return not is_private or (dynamic.base in (Base.SELF, Base.CLASS) and len(prefix) > 1 and prefix[1] != "_")


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
        if _is_safe_prefix(dynamic):
            continue
        message = f"`{dynamic.spelled}`: which attribute it is, is only known when it runs"
        fix = 'use a dict of what may be chosen, or begin the name with a constant: getattr(self, "do_" + name)'
        severity = Severity.REVIEW if dynamic.base is Base.SELF else Severity.DENY
        yield reading.finding("REF-003", severity, dynamic.spot, message, fix, subject=dynamic.spelled)
    for template in reading.of(Template):
        message = f"`{template.spelled}` formats a text that is put together when it runs: its fields can read any attribute"
        fix = "keep templates constant, and put what varies into their fields"
        yield reading.finding("REF-013", Severity.REVIEW, template.spot, message, fix, subject=template.spelled)
    for making in reading.of(Making):
        message = f"`{making.spelled}` makes a class whose parts are only known when it runs"
        yield reading.finding(
            "REF-011", Severity.REVIEW, making.spot, message, "write the class out; use `@dataclass` above it", subject=making.spelled
        )
    for names in reading.of(Names):
        whose = "an object" if names.is_weak else "a module, function or object"
        message = f"`{names.spelled}` is every name of {whose}; what is taken from it can't be followed"
        yield reading.finding(
            "REF-005",
            Severity.REVIEW if names.is_weak else Severity.DENY,
            names.spot,
            message,
            "use `dataclasses.asdict`, or the attributes by their names" if names.is_weak else "use a dict of your own",
            subject=names.spelled,
        )
    for escape in reading.of(Escape):
        message = f"`{escape.spelled}` hands the module {escape.path} on as a value; what is taken from it there can't be followed"
        severity = Severity.DENY if escape.is_strong else Severity.REVIEW
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
    for use in reading.of(Use):
        for text in (text for texts in use.told.values() for text in texts) if use.path == "logging.Formatter" else ():
            yield from _taken_by_a_field(reading, use.spot, text)
    for words in reading.of(Words):
        found = list(_taken_by_a_field(reading, words.spot, words.text))
        yield from found
        if found or "__" not in words.text or len(words.text) > 200 or not _PATH.fullmatch(words.text):
            continue
        if not _TELLING.isdisjoint(re.findall(r"__\w+__", words.text)):
            message = f"the text {words.text!r} is the name of an attribute that leads from an object to what is behind it"
            fix = "remove it, if nothing looks attributes up by it"
            yield reading.finding("REF-008", Severity.REVIEW, words.spot, message, fix, subject=words.text)


def _taken_by_a_field(reading: Reading, spot: Spot, text: str) -> Iterator[Finding]:
    taken = next((name for name in _field_names(text) if name in _DENIED or _INSIDES.fullmatch(name)), None)
    if taken is not None:
        message = f"a format field takes `{taken}`, which leads from an object to what is behind it"
        yield reading.finding("REF-004", Severity.DENY, spot, message, "format the value itself", subject=taken)


def _field_names(text: str) -> Iterator[str]:
    if "{" not in text:
        return
    try:
        fields = [field for _, field, spec, _ in string.Formatter().parse(text) for field in (field, spec) if field]
    except ValueError:
        fields = re.findall(r"\{([^{}]*)", text)
    for field in fields:
        yield from (name.lstrip(".") for name in re.findall(r"__\w+__|\.\w+", field))


# --- objects ---------------------------------------------------------------------------------------------------------------------


def _uses(reading: Reading) -> Iterator[Finding]:
    for use in reading.of(Use):
        if use.what not in (What.MODULE, What.MEMBER):
            continue
        stands = judged(use)
        if stands.reach is Reach.INSIDES and stands.is_listed and stands.reach not in PERMITTED:
            message = f"{use.words}: {Reach.INSIDES.value}"
            yield reading.finding("REF-009", Severity.DENY, use.spot, message, "remove it", subject=use.path)
