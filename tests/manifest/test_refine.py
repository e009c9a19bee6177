"""An input schema in the manifest: it may take away and say more, and it must do no harm to the host or to who is shown it."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.documents import MAX_PATTERNS
from skillpod.errors import ArgumentsInvalid
from skillpod.manifest.faults import Faults
from skillpod.manifest.refine import refine
from skillpod.model.manifest import Manifest, ToolSpec
from skillpod.registry.contract import Contract
from tests.manifest.folders import faults, manifest_faults, tools

DIALECT = "https://json-schema.org/draft/2020-12/schema"
HANDLER = """
from typing import Any

@tool
def scan(package: str, depth: int = 1, options: Any = None): ...
"""
ADDRESSES = """
from typing import Literal, TypedDict

class Address(TypedDict, total=False):
    street: str
    city: str

@tool
def notify(name: str = "", address: Address = {}, contactMethod: Literal["phone", "email"] = "email", phone: str = "", email: str = ""): ...
"""
CONFORMANCE: dict[str, Any] = {
    "$schema": DIALECT,
    "type": "object",
    "$defs": {
        "address": {"$anchor": "addressDef", "type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


def manifest(schema: Any, tool: str = "scan", more: str = "") -> str:
    return f"tools: {{{tool}: {{input_schema: {json.dumps(schema, ensure_ascii=False)}}}}}\n{more}"


def refined(schema: Any, source: str = HANDLER, tool: str = "scan") -> ToolSpec:
    (spec,) = tools(source, manifest=manifest(schema, tool))
    return spec


def said(schema: Any, more: str = "") -> list[str]:
    return faults(HANDLER, manifest=manifest(schema, more=more))


def scan(**said: Any) -> dict[str, Any]:
    """A sound refinement of ``scan``, with something else in it."""
    return {"type": "object", "properties": {"package": {"type": "string"}}, "required": ["package"], **said}


def test_the_schema_of_the_conformance_suite_is_exported_as_it_is_written() -> None:
    spec = refined(CONFORMANCE, ADDRESSES, "notify")
    assert dict(spec.input_schema) == CONFORMANCE
    assert list(spec.input_schema) == list(CONFORMANCE)
    assert spec.refines is not None
    assert list(spec.refines["properties"]) == ["name", "address", "contactMethod", "phone", "email"]
    assert "input_schema" not in spec.hints


@pytest.mark.parametrize(
    ("arguments", "fits"),
    [
        ({"contactMethod": "phone", "phone": "1"}, True),
        ({"email": "a@example.org", "address": {"city": "Rome"}}, True),
        ({"contactMethod": "phone", "email": "a@example.org"}, False),
        ({"phone": "1"}, False),
        ({}, False),
        ({"email": "a@example.org", "address": {"city": 1}}, False),
        ({"email": "a@example.org", "address": {"land": "x"}}, False),  # said by the signature alone
    ],
)
def test_arguments_must_fit_the_manifest_and_the_signature(arguments: dict[str, Any], fits: bool) -> None:
    contract = Contract(refined(CONFORMANCE, ADDRESSES, "notify"))
    if fits:
        contract.check_arguments(arguments)
    else:
        with pytest.raises(ArgumentsInvalid):
            contract.check_arguments(arguments)


def test_a_schema_that_says_less_than_the_signature_takes_nothing_more() -> None:
    contract = Contract(refined({"properties": {"package": {}}, "required": ["package"], "type": "object"}))
    contract.check_arguments({"package": "a", "depth": 2})
    for wrong in ({"package": 1}, {"package": "a", "deep": 1}, {"package": "a", "depth": "x"}):
        with pytest.raises(ArgumentsInvalid):
            contract.check_arguments(wrong)


def test_a_tool_without_one_has_the_schema_of_its_signature_alone() -> None:
    (spec,) = tools(HANDLER, manifest="tools: {scan: {approval: never}}\n")
    assert spec.refines is None
    assert dict(spec.hints) == {"approval": "never"}


def test_the_manifests_tests_are_held_to_both() -> None:
    narrow = scan(properties={"package": {"type": "string", "minLength": 3}})
    more = "tests: [{tool: scan, arguments: {package: ab}}, {tool: scan, arguments: {package: abc, depth: x}}]\n"
    assert [line.partition(" (")[0] for line in said(narrow, more)] == [
        "manifest.yaml:tests[0].arguments.package: expected at least 3 characters, got 2",
        "manifest.yaml:tests[1].arguments.depth: expected a whole number, got 'x'",
    ]


def test_the_example_of_the_documentation_does_what_it_says() -> None:
    page = (Path(__file__).parents[2] / "docs" / "manifest.md").read_text()
    example = page.split("## tools.NAME.input_schema")[1].split("```yaml\n")[1].split("```")[0]
    (spec,) = tools('@tool\ndef notify(by: str, phone: str = "", email: str = ""): ...\n', manifest=example)
    contract = Contract(spec)
    contract.check_arguments({"by": "phone", "phone": "+41 44"})
    for wrong in ({"by": "phone", "email": "a"}, {"by": "post"}, {"by": "phone", "phone": "call me"}):
        with pytest.raises(ArgumentsInvalid):
            contract.check_arguments(wrong)


# --- what it may not say ---------------------------------------------------------------------------------------------------------


AT = "manifest.yaml:tools.scan.input_schema"


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({}, f"{AT}.type: arguments are a mapping (write `type: object`)"),
        (scan(type=["object"]), f"{AT}.type: arguments are a mapping"),
        (scan(type="objct"), f"{AT}.type: expected one of array"),
        (scan(required=[]), f"{AT}.required: the parameter `package` has no default, and is not here"),
        (scan(properties={}), f"{AT}.properties.package: the parameter has no default, and is not here"),
        (scan(properties={"package": {}, "dept": {}}), f"{AT}.properties.dept: the tool has no such parameter (did you mean `depth`?)"),
        (scan(properties={"package": True}), f"{AT}.properties.package: expected a schema, got true"),
        (scan(properties={"package": {"$ref": "https://example.org/s.json"}}), "a reference must be #/$defs/NAME"),
        (scan(properties={"package": {"$ref": "#addressDef"}}), "a reference must be #/$defs/NAME"),
        (scan(properties={"package": {"$ref": "#"}}), "a reference must be #/$defs/NAME"),
        (scan(**{"$defs": {"a": {"$ref": "#/$defs/a"}}, "allOf": [{"$ref": "#/$defs/a"}]}), "goes in a circle"),
        (scan(**{"$id": "https://example.org/"}), "`$id` is not accepted"),
        (scan(**{"$dynamicRef": "#a"}), "`$dynamicRef` is not accepted"),
        (scan(**{"$schema": "http://json-schema.org/draft-07/schema#"}), "only JSON Schema 2020-12"),
        (scan(unevaluatedProperties=False), "`unevaluatedProperties` is not accepted (use additionalProperties)"),
        (scan(properties={"package": {"pattern": "(a+)+\\1"}}), "package.pattern: the pattern"),
        (scan(description="a\u200bb"), f"{AT}.description: the schema has the invisible character U+200B in it"),
        (scan(**{"$defs": {"a\U000e0041": {}}}), "has the invisible character U+E0041"),
    ],
)
def test_what_does_not_refine_the_signature_or_is_not_safe_is_refused(schema: Any, fault: str) -> None:
    lines = said(schema)
    assert any(fault in line for line in lines), lines


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        (scan(**{"x-mcp-header": "Authorization"}), "x-mcp-header"),
        (scan(**{"X-Anything": 1}), "X-Anything"),
        (scan(properties={"package": {"x-mcp-header": "Authorization"}}), "properties.package.x-mcp-header"),
        (scan(allOf=[{"properties": {"package": {"x-a": 1}}}]), "allOf[0].properties.package.x-a"),
        (scan(**{"$defs": {"a": {"items": {"x-a": 1}}}}), "$defs.a.items.x-a"),
        (scan(unheard={"of": [{"x-a": 1}]}), "unheard.of[0].x-a"),
        (scan(properties={"package": {"properties": {"properties": {"x-a": 1}}}}), "properties.package.properties.properties.x-a"),
    ],
)
def test_a_keyword_that_begins_with_x_is_refused_at_any_depth(schema: Any, place: str) -> None:
    (only,) = said(schema)
    assert only.startswith(f"{AT}.{place}: extensions are not accepted: an MCP client copies the argument under `x-mcp-header`")


def test_names_and_data_that_begin_with_x_are_no_keywords() -> None:
    options = {"type": "object", "properties": {"x-rate": {"const": {"x-a": 1}}}, "examples": [{"x-a": 1}], "default": {"x-b": 2}}
    assert refined(scan(properties={"package": {}, "options": options})).refines is not None


@pytest.mark.parametrize("name", ["a/properties/b", "a%62", "a~1b", ""])
def test_a_reference_that_a_pointer_reads_otherwise_is_refused(name: str) -> None:
    """The count of what is referred to, and whether it is a circle, must be of the schema that is then evaluated."""
    schema = scan(**{"$defs": {name: {}, "ab": {"$ref": "#/$defs/a%62"}, "a": {"properties": {"b": {"$ref": f"#/$defs/{name}"}}}}})
    assert any("a reference must be #/$defs/NAME" in line for line in said(schema))


def test_a_schema_that_doubles_itself_is_refused_at_once() -> None:
    levels = {f"a{level}": {"allOf": [{"$ref": f"#/$defs/a{level + 1}"}] * 2} for level in range(12)}
    began = time.process_time()
    assert any(
        "more than 1000 subschemas" in line for line in said(scan(**{"$defs": {**levels, "a12": {}}, "not": {"$ref": "#/$defs/a0"}}))
    )
    assert time.process_time() - began < 1


@pytest.mark.parametrize("levels", [40, 900])
def test_references_that_lead_too_deep_are_refused(levels: int) -> None:
    chain = {f"a{level}": {"not": {"$ref": f"#/$defs/a{level + 1}"}} for level in range(levels)}
    lines = said(scan(**{"$defs": {**chain, f"a{levels}": {}}, "not": {"$ref": "#/$defs/a0"}}))
    assert any("nests more than 32 deep" in line or "more than 1000 subschemas" in line for line in lines), lines


def test_a_schema_that_holds_one_value_against_too_much_is_refused_and_many_properties_are_not() -> None:
    many = {"properties": {f"p{number}": {"type": "string"} for number in range(500)}, "additionalProperties": False}
    assert refined(scan(properties={"package": {}, "options": many})).refines is not None
    for keyword in ("allOf", "oneOf"):
        wide = {"items": {keyword: [{"const": number} for number in range(300)]}}
        (only,) = said(scan(properties={"package": {}, "options": wide}))
        assert "one value can be held against more than 256 of its subschemas" in only


def test_many_large_schemas_are_refused_before_they_are_read() -> None:
    source = "from typing import Any\n" + "".join(f"@tool\ndef f{number}(a: Any = None): ...\n" for number in range(6))
    whole = {"type": "object", "properties": {"a": {"properties": {f"p{number}": {} for number in range(900)}}}}
    saying = {f"f{number}": {"input_schema": whole} for number in range(6)}
    began = time.process_time()
    (only,) = faults(source, manifest=f"tools: {json.dumps(saying)}\n")
    assert "more than 5000 subschemas together" in only
    assert time.process_time() - began < 1


def test_a_schema_larger_than_a_tools_may_be_is_refused_by_its_size() -> None:
    (only,) = said(scan(description="a" * 70_000))
    assert "bytes; at most 65536" in only


def test_the_patterns_of_all_tools_are_counted_together() -> None:
    patterns = [{"pattern": f"^{number}$"} for number in range(MAX_PATTERNS)]
    assert refined(scan(properties={"package": {"anyOf": patterns}})).refines is not None
    source = HANDLER.replace("depth: int = 1", 'depth: Annotated[str, Field(pattern="^x$")] = "x"').replace(
        "import Any", "import Annotated, Any"
    )
    (only,) = faults(source, manifest=manifest(scan(properties={"package": {"anyOf": patterns}})))
    assert only == f"{AT}: more than {MAX_PATTERNS} patterns in one skill (check the text in the function)"


def test_an_output_schema_is_refused_with_the_place_where_to_say_it() -> None:
    (only,) = manifest_faults("tools: {scan: {output_schema: {type: string}}}")
    assert only == (
        "manifest.yaml:tools.scan.output_schema: unknown key (what a tool returns is said by the function's own annotation; write it there)"
    )


def test_a_schema_for_a_tool_that_is_not_there_is_refused() -> None:
    (only,) = faults(HANDLER, manifest=manifest(scan(), tool="scam"))
    assert only.startswith("manifest.yaml:tools.scam: there is no tool `scam` (did you mean `scan`?)")


# --- the schema of the signature itself ------------------------------------------------------------------------------------------


def test_a_signature_whose_schema_is_too_deep_is_refused() -> None:
    """Twenty-four annotations inside each other are read; as JSON they can be deeper than clients' parsers go."""
    deep = "int"
    for _ in range(11):
        deep = f"list[{deep} | None]"
    assert any("its schema is nested more than 32 deep" in line for line in faults(f"@tool\ndef f(x: {deep}): ...\n"))
    assert any("its schema is nested more than 32 deep" in line for line in faults(f"@tool\ndef f() -> {deep}: ...\n"))
    assert tools(f"@tool\ndef f(x: {'list[' * 20}int{']' * 20}): ...\n")


# --- any schema, any argument ----------------------------------------------------------------------------------------------------


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.just(10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("ab$", max_size=3),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "package"]), inside, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["a", "b", "package"])


def keywords(inside: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas made of others, by every keyword there is; many are refused, which is as good."""
    many, named = st.lists(inside, min_size=1, max_size=2), st.dictionaries(NAMES, inside, max_size=2)
    return st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), many),
            **dict.fromkeys(("properties", "dependentSchemas", "$defs"), named),
            **dict.fromkeys(("not", "if", "then", "else", "items", "contains", "propertyNames", "additionalProperties"), inside),
            "$ref": st.sampled_from(["#/$defs/a", "#/$defs/b", "#", "#/properties/a"]),
            "$anchor": NAMES,
            "type": st.sampled_from(["object", "string", "integer", "array", ["null", "number"]]),
            "const": VALUES,
            "enum": st.lists(VALUES, min_size=1, max_size=2),
            "multipleOf": st.sampled_from([2, 0.5, 1e-300, 10**400]),
            "minimum": st.sampled_from([1, 1e308]),
            "maxLength": st.just(1),
            "uniqueItems": st.booleans(),
            "minContains": st.integers(0, 1),
            "required": st.lists(NAMES, unique=True, max_size=2),
            "dependentRequired": st.dictionaries(NAMES, st.lists(NAMES, unique=True, max_size=2), max_size=2),
            "pattern": st.sampled_from(["^a", "(a|b)*$", "a{1,3}"]),
        },
    )


@settings(max_examples=150, deadline=None)
@given(st.recursive(st.booleans() | st.just({}), keywords, max_leaves=12), VALUES)
def test_a_schema_that_is_accepted_never_breaks_the_host(schema: Any, value: Any) -> None:
    (plain,) = tools("from typing import Any\n@tool\ndef scan(a: Any = None, b: Any = None, package: Any = None): ...\n")
    whole = {"type": "object", "properties": {"a": {"allOf": [schema]}}}
    if isinstance(schema, dict) and "$defs" in schema:
        whole["$defs"] = schema["$defs"]
    found = Faults()
    (spec,) = refine(
        [plain], Manifest(name="x", version="1.0.0", description="", author="", tools={"scan": {"input_schema": whole}}), set(), found
    )
    if found:
        assert spec.refines is None
        return
    with suppress(ArgumentsInvalid):
        Contract(spec).check_arguments({"a": value})
