"""Annotations into JSON Schema: every type an author may write, and what is said of the others."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest

from skillpod.documents import Schema, meta_faults
from tests.manifest.folders import argument, faults, one

BEFORE = """
import collections.abc as abc
import dataclasses, enum, typing
import typing as t
from dataclasses import dataclass, field, KW_ONLY
from enum import Enum, IntEnum, StrEnum, auto
from typing import *
"""


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        ("str", {"type": "string"}),
        ("int", {"type": "integer"}),
        ("float", {"type": "number"}),
        ("bool", {"type": "boolean"}),
        ("None", {"type": "null"}),
        ("object", {}),
        ("Any", {}),
        ("typing.Any", {}),
        ("list", {"type": "array"}),
        ("list[int]", {"type": "array", "items": {"type": "integer"}}),
        ("List[str]", {"type": "array", "items": {"type": "string"}}),
        ("list[Any]", {"type": "array"}),
        ("abc.Sequence[int]", {"type": "array", "items": {"type": "integer"}}),
        ("set[str]", {"type": "array", "items": {"type": "string"}, "uniqueItems": True}),
        ("frozenset[int]", {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}),
        ("tuple", {"type": "array"}),
        ("tuple[int, ...]", {"type": "array", "items": {"type": "integer"}}),
        (
            "tuple[int, str]",
            {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "minItems": 2, "maxItems": 2},
        ),
        ("tuple[()]", {"type": "array", "maxItems": 0}),
        ("dict", {"type": "object"}),
        ("dict[str, int]", {"type": "object", "additionalProperties": {"type": "integer"}}),
        ("dict[str, Any]", {"type": "object"}),
        ("abc.Mapping[str, list[bool]]", {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "boolean"}}}),
        (
            'dict[Literal["a", "b"], int]',
            {"type": "object", "additionalProperties": {"type": "integer"}, "propertyNames": {"enum": ["a", "b"], "type": "string"}},
        ),
        ("Optional[int]", {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        ("int | None", {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        ("None | int | None", {"anyOf": [{"type": "null"}, {"type": "integer"}]}),
        ("Union[int, Union[str, int], None]", {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]}),
        ("Union[int]", {"type": "integer"}),
        ("int | Any", {}),
        ('Literal["a", "b"]', {"enum": ["a", "b"], "type": "string"}),
        ("Literal[1]", {"const": 1, "type": "integer"}),
        ("Literal[-1, True, None]", {"enum": [-1, True, None]}),
        ('Literal["a", Literal["b", "a"]]', {"enum": ["a", "b"], "type": "string"}),
        ("t.Literal['x'] | None", {"anyOf": [{"const": "x", "type": "string"}, {"type": "null"}]}),
        ("'list[int]'", {"type": "array", "items": {"type": "integer"}}),
        ("list['int | None']", {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}),
        ('Annotated[int, "How many."]', {"type": "integer", "description": "How many."}),
        ("Annotated[int, Field(ge=1, lt=10, multiple_of=2)]", {"type": "integer", "minimum": 1, "exclusiveMaximum": 10, "multipleOf": 2}),
        ("Annotated[float, Field(gt=-1.5, le=1e3)]", {"type": "number", "exclusiveMinimum": -1.5, "maximum": 1000.0}),
        (
            'Annotated[str, Field(min_length=1, max_length=9, pattern="^[a-z]+$", examples=["ab"])]',
            {"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^[a-z]+$", "examples": ["ab"]},
        ),
        ("Annotated[list[int], Field(min_length=1)]", {"type": "array", "items": {"type": "integer"}, "minItems": 1}),
        ("Annotated[dict, Field(max_length=3)]", {"type": "object", "maxProperties": 3}),
        ("Annotated[int | None, Field(ge=0)]", {"anyOf": [{"type": "integer"}, {"type": "null"}], "minimum": 0}),
        ('Annotated[Annotated[str, "Inner."], Field(max_length=3)]', {"type": "string", "description": "Inner.", "maxLength": 3}),
        ("Final[int]", {"type": "integer"}),
    ],
)
def test_an_annotation_has_its_schema(annotation: str, schema: dict[str, Any]) -> None:
    found = argument(annotation, BEFORE)
    assert found == schema
    assert meta_faults(found, name="it") == []


@pytest.mark.parametrize(
    ("annotation", "said"),
    [
        ("bytes", "`bytes` has no JSON shape we know (take base64 text as a str)"),
        ("datetime.date", "take ISO 8601 text"),
        ("Path", "take a str and make the Path from it"),
        ("Callable[[int], int]", "JSON has no functions"),
        ("dict[int, str]", "the keys of JSON objects are strings"),
        ("dict[str]", "takes the types of keys and values"),
        ("list[int, str]", "takes one type"),
        ("Missing", "`Missing` is not defined in this file (import it, or correct its spelling)"),
        ("pydantic.BaseModel", "`pydantic.BaseModel` has no JSON shape we know"),
        ("3", "`3` is no type"),
        ("[int]", "`[int]` is no type"),
        ("int if True else str", "is no type"),
        ("'list['", "is not Python"),
        ("make()", "`make()` is no type"),
        ("Literal[1.5]", "`1.5` can't be in a Literal"),
        ("Literal[b'x']", "is not a literal"),
        ("Annotated[int, Ge(1)]", "`Ge` is not defined"),
        ("Annotated[int, print]", "in Annotated is not known (write a description as a string, or Field(...) from skillpod)"),
        ("Annotated[str, Field(ge=1)]", "`ge` is for numbers"),
        ("Annotated[int, Field(max_length=1)]", "`max_length` is for text, lists and mappings"),
        ("Annotated[int, Field(pattern='a')]", "`pattern` is for text"),
        ("Annotated[str, Field(pattern='(a')]", "the pattern lacks a `)`"),
        ("Annotated[str, Field(pattern='(?=a)')]", "look-around and flags are not accepted"),
        ("Annotated[str, Field(pattern='([ab]*a[ab]{30})$')]", "has too many ways to match"),
        ("Annotated[int, Field(ge='1')]", "`ge` is a number"),
        ("Annotated[int, Field(multiple_of=0)]", "`multiple_of` is a number above 0"),
        ("Annotated[str, Field(min_length=-1)]", "whole number from 0"),
        ("Annotated[int, Field(1)]", "Field takes keywords only"),
        ("Annotated[int, Field(greater=1)]", "Field has no `greater`"),
        ("Annotated[int, Field(ge=len('x'))]", "is not a literal"),
        ("list[Context]", "a Context is a parameter of its own"),
        ("Context | None", "a Context is a parameter of its own"),
        ("type[int]", "name the type of the values"),
        ("Literal[()]", "a Literal without values"),
        ("Union[()]", "a Union without types"),
        ("Loop", "`Loop` is made of itself"),
        ("Named", "use a dataclass"),
        ("Plain", "the class `Plain` has no JSON shape (put @dataclass on it, or make it a TypedDict or an Enum)"),
        ("list[Box[int]]", "is generic"),
        ("Rights", "the Flag `Rights` has no JSON shape"),
        ("Late", "is imported for type checkers only"),
        ("list[" * 40 + "int" + "]" * 40, "the type is too large"),
    ],
)
def test_what_can_not_be_read_names_the_function_the_parameter_and_the_place(annotation: str, said: str) -> None:
    source = f"""
import datetime, pydantic
from dataclasses import dataclass
from enum import Flag
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Callable, Generic, Literal, NamedTuple, TypeVar, Union
if TYPE_CHECKING:
    from elsewhere import Late
T = TypeVar("T")
Loop = list["Loop"]
class Named(NamedTuple):
    a: int
class Plain:
    a: int
class Rights(Flag):
    A = 1
@dataclass
class Box(Generic[T]):
    item: T
def make(): ...

@tool
def f(first: int, x: {annotation}): ...
"""
    (only,) = faults(source)
    assert only.startswith("handler.py:")
    assert "tool `f`, parameter `x`: " in only
    assert said in only


def test_an_unreadable_file_that_deep_is_one_fault() -> None:
    (only,) = faults(f"@tool\ndef f(x: {'list[' * 500}int{']' * 500}): ...\n")
    assert "not Python" in only


# --- classes ---------------------------------------------------------------------------------------------------------------------


def test_a_dataclass_is_a_closed_object_with_its_defaults_and_descriptions() -> None:
    found = argument(
        "Line",
        BEFORE
        + '''
class Unit(Enum):
    PIECE = "piece"
    HOUR = "hour"

@dataclass(frozen=True, slots=True)
class Base:
    id: int

@dataclass
class Line(Base):
    """One line of an invoice.

    Attributes:
        price: In cents.
    """
    kept: ClassVar[int] = 3
    _: KW_ONLY
    text: "str"
    price: int = -5
    unit: Unit = Unit.HOUR
    tags: list[str] = field(default_factory=list)
    computed: int = field(default_factory=lambda: 3)
    number: int = field(default=7, repr=False)
    total: int = field(init=False)
    note: str | None = None
    def method(self): ...
''',
    )
    assert found == {
        "$ref": "#/$defs/Line",
        "$defs": {
            "Line": {
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "text": {"type": "string"},
                    "price": {"type": "integer", "description": "In cents.", "default": -5},
                    "unit": {"$ref": "#/$defs/Unit", "default": "hour"},
                    "tags": {"type": "array", "items": {"type": "string"}, "default": []},
                    "computed": {"type": "integer"},
                    "number": {"type": "integer", "default": 7},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
                },
                "additionalProperties": False,
                "required": ["id", "text"],
                "description": "One line of an invoice.",
            },
            "Unit": {"enum": ["piece", "hour"], "type": "string"},
        },
    }


def test_a_typed_dict_knows_what_may_be_left_out() -> None:
    found = argument(
        "Options",
        BEFORE
        + """
class Base(TypedDict):
    a: int
class Options(Base, total=False):
    b: typing.Required[str]
    c: "NotRequired[int]"
    d: bool
""",
    )["$defs"]["Options"]
    assert list(found["properties"]) == ["a", "b", "c", "d"]
    assert found["required"] == ["a", "b"]
    assert found["additionalProperties"] is False


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ('class E(Enum):\n    A = "a"\n    B = "b"\n    ALIAS = "a"', {"enum": ["a", "b"], "type": "string"}),
        ("class E(IntEnum):\n    A = 1\n    B = auto()", {"enum": [1, 2], "type": "integer"}),
        ("class E(StrEnum):\n    A = auto()\n    LONG_NAME = auto()", {"enum": ["a", "long_name"], "type": "string"}),
        ("class E(enum.Enum):\n    A = auto()\n    B = 7\n    C = auto()", {"enum": [1, 7, 8], "type": "integer"}),
        ('class E(str, Enum):\n    """Doc."""\n    A = "x"\n    def label(self): ...', {"const": "x", "type": "string"}),
        ("class Root(Enum):\n    pass\nclass E(Root):\n    A = 1\n    B = None", {"enum": [1, None]}),
        ("class E(Enum):\n    A = (1, 2)", {"const": [1, 2], "type": "array"}),
    ],
)
def test_an_enum_is_its_values(body: str, values: dict[str, Any]) -> None:
    assert argument("E", f"{BEFORE}\n{body}\n")["$defs"]["E"] == values


def test_the_values_of_an_enum_equal_what_python_makes_of_it() -> None:
    unit = "class Unit(StrEnum):\n    A = auto()\n    B = 'bee'\n"
    level = "class Level(IntEnum):\n    LOW = -1\n    MID = auto()\n    TOP = 9\n    END = auto()\n"
    body = unit + level
    namespace: dict[str, Any] = {}
    exec(BEFORE + body, namespace)
    for name in ("Unit", "Level"):
        assert argument(name, BEFORE + body)["$defs"][name]["enum"] == [member.value for member in namespace[name]]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("class E(Enum):\n    A = len('x')", "is not a literal"),
        ("class E(Enum):\n    pass", "has no members"),
        ("class E(str, Enum):\n    A = auto()", "`auto()` of `A` is only known when the code runs"),
        ("class E(Enum):\n    A = 1\n    def __new__(cls, x): ...", "makes its own values"),
        ("@dataclass\nclass E(Elsewhere):\n    a: int", "`Elsewhere` is not defined"),
        ("from x import Elsewhere\n@dataclass\nclass E(Elsewhere):\n    a: int", "the base `Elsewhere` can't be read"),
        ("@dataclass\nclass E:\n    a: dataclasses.InitVar[int]", "an InitVar has no JSON shape"),
        ("@dataclass\nclass E:\n    a: bytes", "field `a`: `bytes` has no JSON shape"),
        ("class E(TypedDict):\n    a: list[Missing]", "field `a`: `Missing` is not defined"),
    ],
)
def test_a_class_that_can_not_be_read_says_why(body: str, said: str) -> None:
    (only,) = faults(f"{BEFORE}\n{body}\n@tool\ndef f(x: E): ...\n")
    assert said in only


def test_recursion_ends_at_the_name() -> None:
    found = argument(
        "Node", BEFORE + "\n@dataclass\nclass Node:\n    name: str\n    children: list['Node'] = field(default_factory=list)\n"
    )
    assert found["$defs"]["Node"]["properties"]["children"] == {"type": "array", "items": {"$ref": "#/$defs/Node"}, "default": []}
    schema = Schema(
        one(
            "from dataclasses import dataclass\n@dataclass\nclass Node:\n    next: 'Node | None' = None\n@tool\ndef f(x: Node): ...\n"
        ).input_schema
    )
    assert schema.accepts({"x": {"next": {"next": None}}})
    assert not schema.accepts({"x": {"next": {"next": 1}}})


def test_a_union_that_leads_back_twice_would_take_for_ever_and_is_refused() -> None:
    source = (
        "from dataclasses import dataclass\n"
        "@dataclass\nclass Add:\n    left: 'Add | Times'\n"
        "@dataclass\nclass Times:\n    left: 'Add | Times'\n"
        "@tool\ndef f(x: Add): ...\n"
    )
    assert any("a union has more than one way back to `Add`" in line for line in faults(source))


def test_unions_within_unions_are_counted() -> None:
    field = "x: 'A{0} | B{0}'"
    classes = "".join(
        f"class {name}{level}(TypedDict, total=False):\n    {field.format(level + 1)}\n" for level in range(9) for name in ("A", "B")
    )
    ends = "class A9(TypedDict):\n    x: int\nclass B9(TypedDict):\n    x: int\n"
    assert any(
        "its unions have 512 combinations" in line
        for line in faults(f"from typing import TypedDict\n{classes}{ends}@tool\ndef f(x: A0): ...\n")
    )


def test_aliases_of_aliases_can_not_explode() -> None:
    aliases = "A0 = int\n" + "".join(f"A{level + 1} = tuple[A{level}, A{level}, A{level}]\n" for level in range(20))
    assert any("the type is too large" in line for line in faults(f"{aliases}@tool\ndef f(x: A20): ...\n"))


# --- names -----------------------------------------------------------------------------------------------------------------------


def test_an_alias_stands_for_what_it_names() -> None:
    before = (
        "from typing import NewType, TypeAlias, Literal\n"
        "Id = NewType('Id', int)\nIds: TypeAlias = 'list[Id]'\nMode = Literal['a', 'b']\nModes = Mode\n"
    )
    assert argument("Ids", before) == {"type": "array", "items": {"type": "integer"}}
    assert argument("Modes", before) == {"enum": ["a", "b"], "type": "string"}
    assert argument("Literal[Mode, 'c']", before)["enum"] == ["a", "b", "c"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="`type X = ...` came with Python 3.12")
def test_a_type_statement_is_an_alias() -> None:
    assert argument("Ids", "type Ids = list[int]\n") == {"type": "array", "items": {"type": "integer"}}


@pytest.mark.parametrize(
    "import_",
    [
        "from .models import Unit",
        "from models import Unit",
        "from . import models; Unit = models.Unit",
        "import models; Unit = models.Unit",
        "import models as m; Unit = m.Unit",
        "from find_vulnerability.models import Unit",
        "from .models import *",
        "from .middle import Renamed as Unit",
        "try:\n    from .models import Unit\nexcept ImportError:\n    from other import Unit",
    ],
)
def test_a_class_of_a_sibling_module_is_found(import_: str) -> None:
    models = "import enum\nclass Unit(enum.Enum):\n    A = 'a'\n"
    found = argument("Unit", import_ + "\n", models=models, middle="from .models import Unit as Renamed\n")
    assert found["$defs"] == {"Unit": {"const": "a", "type": "string"}}


def test_a_class_of_a_package_in_the_folder_is_found() -> None:
    files = {"kinds/__init__.py": "from .units import Unit\n", "kinds/units.py": "from enum import Enum\nclass Unit(Enum):\n    A = 1\n"}
    assert argument("Unit", "from .kinds import Unit\n", **files)["$defs"]["Unit"] == {"const": 1, "type": "integer"}
    assert argument("kinds.Unit", "from . import kinds\n", **files)["$ref"] == "#/$defs/Unit"


def test_two_classes_of_one_name_are_two_definitions() -> None:
    before = "from typing import TypedDict\nfrom .a import Row as A\nfrom .b import Row as B\nclass Both(TypedDict):\n    a: A\n    b: B\n"
    rows = {name: f"from typing import TypedDict\nclass Row(TypedDict):\n    {name}: int\n" for name in ("a", "b")}
    found = argument("Both", before, **rows)["$defs"]
    assert list(found["Row"]["properties"]) == ["a"]
    assert list(found["Row_2"]["properties"]) == ["b"]


def test_a_module_of_the_standard_library_wins_over_a_sibling_as_in_the_guest() -> None:
    (only,) = faults("from enum import Unit\n@tool\ndef f(x: Unit): ...\n", enum="class Unit: ...\n")
    assert "`enum.Unit` has no JSON shape we know" in only


def test_an_import_that_leads_nowhere_says_so() -> None:
    (only,) = faults("from .models import Missing\n@tool\ndef f(x: Missing): ...\n", models="x = 1\n")
    assert "`Missing` comes from models.py, where it is not defined (correct the import)" in only


def test_imports_in_a_circle_end() -> None:
    (only,) = faults("from .a import X\n@tool\ndef f(x: X): ...\n", a="from .b import X\n", b="from .a import X\n")
    assert "in a circle" in only or "too many names" in only


def test_stars_that_import_each_other_end_at_once() -> None:
    stars = "".join(f"from .m{number} import *\n" for number in range(40))
    began = time.process_time()
    (only,) = faults(f"{stars}@tool\ndef f(x: Missing): ...\n", **{f"m{number}": stars for number in range(40)})
    assert "`Missing` is not defined" in only
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "classes",
    [
        "class A(A):\n    x: int\n",
        "class A(B): ...\nclass B(A): ...\n",
        "from dataclasses import dataclass\n@dataclass\nclass A(A):\n    x: int\n",
        "from enum import Enum\nclass A(Enum):\n    x = x\n",
        "A = A.x\n",
        "A = B\nB = A\n",
    ],
)
def test_what_is_made_of_itself_is_one_fault(classes: str) -> None:
    (only,) = faults(f"{classes}@tool\ndef f(x: A): ...\n")
    assert "tool `f`, parameter `x`: " in only


def test_a_skill_brings_only_so_many_patterns() -> None:
    fields = ", ".join(f"a{number}: Annotated[str, Field(pattern='{number}x')]" for number in range(33))
    both = f"from typing import Annotated\n@tool\ndef f({fields}): ...\n@tool\ndef g({fields.replace('x', 'y')}): ...\n"
    assert all("more than 64 patterns in one skill" in line for line in faults(both))


def test_a_name_that_shadows_a_builtin_is_the_skills_own() -> None:
    assert argument("list", "from typing import TypedDict\nclass list(TypedDict):\n    a: int\n")["$ref"] == "#/$defs/list"


# --- results ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        ("", None),
        ("-> Any", None),
        ("-> None", {"type": "null"}),
        ("-> int", {"type": "integer"}),
        ("-> dict[int, str]", {"type": "object", "additionalProperties": {"type": "string"}}),
        ("-> set[int]", {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}),
    ],
)
def test_a_result_has_a_schema_when_it_is_annotated(annotation: str, schema: Any) -> None:
    assert one(f"from typing import Any\n@tool\ndef f() {annotation}: ...\n").output_schema == schema


def test_a_dataclass_that_comes_out_has_every_field() -> None:
    spec = one(
        "from dataclasses import dataclass, field\n"
        "@dataclass\nclass R:\n    a: int = 1\n    b: int = field(init=False, default=2)\n"
        "@tool\ndef f() -> list[R]: ...\n"
    )
    assert spec.output_schema == {
        "type": "array",
        "items": {"$ref": "#/$defs/R"},
        "$defs": {
            "R": {
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
                "additionalProperties": False,
                "required": ["a", "b"],
            }
        },
    }


def test_a_result_that_is_no_json_is_a_fault() -> None:
    (only,) = faults("@tool\ndef f() -> bytes: ...\n")
    assert "tool `f`, its result: `bytes` has no JSON shape" in only
