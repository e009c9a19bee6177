"""The strict subset: what it can say, what it leaves to words, and nulls that mean nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from skillpod.documents import Schema
from skillpod.registry.functions.nulls import without_nulls
from skillpod.registry.functions.strict import strict_schema
from tests.registry.functions.shapes import Rules, filled, parameters, values


def taking(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def strict(schema: Rules) -> dict[str, Any]:
    found = strict_schema(schema)
    assert found is not None
    return found


# --- what it accepts ---------------------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(schema=parameters, data=st.data())
def test_what_the_strict_schema_accepts_is_restored_to_what_the_tool_accepts(schema: Rules, data: st.DataObject) -> None:
    export = strict(schema)
    value = data.draw(values(export, export.get("$defs", {}), misses=data.draw(st.sampled_from([0, 12, 4]))))
    if Schema(export).accepts(value):
        assert Schema(schema).accepts(without_nulls(schema, value))


@settings(max_examples=150, deadline=None)
@given(schema=parameters, data=st.data())
def test_what_the_tool_accepts_has_a_form_that_the_strict_schema_accepts(schema: Rules, data: st.DataObject) -> None:
    value = data.draw(values(schema, schema["$defs"], misses=0))
    assume(Schema(schema).accepts(value))
    written = filled(schema, value, schema["$defs"])
    assert Schema(strict(schema)).accepts(written)
    assert Schema(schema).accepts(without_nulls(schema, written))
    if "anyOf" not in json.dumps(schema) and not any(null_means_something(rules) for rules in objects(schema)):
        assert without_nulls(schema, written) == value


@settings(max_examples=150, deadline=None)
@given(schema=parameters, data=st.data())
def test_arguments_that_fit_are_left_as_they_are(schema: Rules, data: st.DataObject) -> None:
    value = data.draw(values(schema, schema["$defs"], misses=0))
    assume(Schema(schema).accepts(value))
    assert without_nulls(schema, value) is value


def objects(schema: Any) -> list[Rules]:
    below = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return [found for rules in below for found in objects(rules)] + ([schema] if "properties" in schema else [])


def null_means_something(rules: Rules) -> bool:
    """A parameter may be left out and takes null as well: the two can't be told apart afterwards."""
    plain = [inner for inner in rules["properties"].values() if "$ref" not in inner]
    return any(Schema({**inner, "$defs": {"Leaf": {}, "Tree": {}}}).accepts(None) for inner in plain)


# --- what it says ------------------------------------------------------------------------------------------------------------------


def test_what_may_be_left_out_is_required_and_may_be_null() -> None:
    found = strict(taking("text", text={"type": "string"}, times={"type": "integer", "default": 3}))
    assert found["required"] == ["text", "times"]
    assert found["properties"]["times"] == {"type": ["integer", "null"], "description": "(default 3)"}


@pytest.mark.parametrize(
    ("rules", "kept", "description"),
    [
        (
            {"type": "string", "minLength": 2, "maxLength": 9, "description": "Words."},
            {},
            "Words. (at least 2 characters, at most 9 characters)",
        ),
        ({"type": "array", "items": {"type": "string"}, "uniqueItems": True}, {"items": {"type": "string"}}, "(no item twice)"),
        ({"type": "string", "format": "uri"}, {}, '(format "uri")'),
        ({"type": "string", "format": "date"}, {"format": "date"}, None),
        ({"type": "integer", "minimum": 1, "maximum": 9}, {"minimum": 1, "maximum": 9}, None),
        ({"type": "string", "pattern": "^x"}, {"pattern": "^x"}, None),
    ],
)
def test_what_the_subset_has_no_word_for_is_said_in_the_description(rules: Rules, kept: Rules, description: str | None) -> None:
    said = {"description": description} if description else {}
    assert strict(taking("it", it=rules))["properties"]["it"] == {"type": rules["type"], **kept, **said}


def test_a_choice_that_may_be_left_out_is_a_union_with_null() -> None:
    found = strict(taking(unit={"enum": ["C", "F"], "type": "string", "default": "C", "description": "Which."}))
    assert found["properties"]["unit"] == {
        "description": 'Which. (default "C")',
        "anyOf": [{"enum": ["C", "F"], "type": "string"}, {"type": "null"}],
    }


def test_a_constant_and_choices_of_several_types_say_their_types() -> None:
    found = strict(taking("one", "any", one={"const": 1}, any={"enum": ["a", None]}))
    assert found["properties"] == {"one": {"enum": [1], "type": "integer"}, "any": {"enum": ["a", None], "type": ["null", "string"]}}


POINT = taking("x", x={"type": "number"}, y={"type": "number"})


def test_a_reference_stands_alone() -> None:
    point = {"$ref": "#/$defs/P"}
    schema = {**taking("a", "b", a=point, b={**point, "description": "B."}, c=point), "$defs": {"P": POINT}}
    found = strict(schema)["properties"]
    assert found["a"] == {"$ref": "#/$defs/P"}
    assert found["b"]["description"] == "B."
    assert found["b"]["properties"].keys() == {"x", "y"}
    assert found["c"] == {"anyOf": [{"$ref": "#/$defs/P"}, {"type": "null"}]}


def test_a_tool_without_parameters_is_strict() -> None:
    assert strict(taking()) == {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"type": "array"},
        {"type": "object"},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "array", "prefixItems": [{"type": "string"}], "minItems": 1, "maxItems": 1},
        {"allOf": [{"type": "string"}]},
        {"not": {"type": "string"}},
        {"type": "string", "if": {"minLength": 2}},
        {"anyOf": [{"type": "string"}, {}]},
        {"anyOf": [{"type": "string"}], "maxLength": 2, "type": "string"},
        {"$ref": "#/$defs/None"},
        {"const": [1]},
    ],
)
def test_what_has_no_strict_form_has_none(rules: Rules) -> None:
    assert strict_schema(taking("it", it=rules)) is None


def test_a_schema_beyond_the_limits_has_no_strict_form() -> None:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(10):
        deep = {"type": "array", "items": deep}
    assert strict_schema(taking(it=deep)) is None
    assert strict_schema(taking(it=deep["items"])) is not None
    assert strict_schema(taking(it={"enum": list(range(1001))})) is None
    assert strict_schema(taking(it={"enum": [f"{number:0100}" for number in range(251)]})) is None
    assert strict_schema(taking(**{f"p{number}": {"type": "string"} for number in range(5001)})) is None
    assert strict_schema(taking(**{f"{number:065}": {"type": "string"} for number in range(2000)})) is None


def test_a_class_that_holds_itself_under_a_description_ends() -> None:
    tree = taking("below", below={"type": "array", "items": {"$ref": "#/$defs/Tree", "description": "A child."}})
    found = strict({**taking("root", root={"$ref": "#/$defs/Tree", "description": "The root."}), "$defs": {"Tree": tree}})
    assert found["properties"]["root"]["properties"]["below"]["items"] == {"$ref": "#/$defs/Tree"}
    assert found["$defs"]["Tree"]["properties"]["below"]["items"] == {"$ref": "#/$defs/Tree"}


@pytest.mark.parametrize("beside", [{}, {"description": "One of two."}])
def test_classes_that_double_with_every_level_cost_no_more_than_their_names(beside: Rules) -> None:
    both = [{"$ref": f"#/$defs/C{level + 1}", **beside} for level in range(200)]
    classes: dict[str, Any] = {f"C{level}": taking("a", "b", a=both[level], b=both[level]) for level in range(200)}
    schema = {**taking("it", it={"$ref": "#/$defs/C0"}), "$defs": {**classes, "C200": taking()}}
    assert strict_schema(schema) is None


# --- nulls -------------------------------------------------------------------------------------------------------------------------


def test_null_for_what_may_be_left_out_is_dropped_at_every_depth() -> None:
    point = {"$ref": "#/$defs/P"}
    either = {"anyOf": [{"type": "string"}, point]}
    schema = {**taking(at=point, more={"type": "array", "items": point}, either=either), "$defs": {"P": POINT}}
    half, whole = {"x": 1, "y": None}, {"x": 1}
    given = {"at": half, "more": [half, half], "either": half}
    assert without_nulls(schema, given) == {"at": whole, "more": [whole, whole], "either": whole}
    assert without_nulls(schema, {"at": None, "more": None, "either": None}) == {}


def test_null_that_a_parameter_takes_is_kept() -> None:
    schema = taking(limit={"anyOf": [{"type": "integer"}, {"type": "null"}], "default": 5}, other={"type": "string"})
    assert without_nulls(schema, {"limit": None, "other": None}) == {"limit": None}


def test_null_for_what_is_required_is_left_for_the_tool_to_refuse() -> None:
    assert without_nulls(taking("text", text={"type": "string"}), {"text": None}) == {"text": None}


@pytest.mark.parametrize("arguments", [None, 3, [], {"unknown": None}])
def test_what_fits_in_no_way_comes_back_for_the_tool_to_refuse(arguments: Any) -> None:
    assert without_nulls(taking("text", text={"type": "string"}), arguments) == arguments


def test_arguments_nested_too_deeply_come_back_as_they_are() -> None:
    deep: Any = None
    for _ in range(100_000):
        deep = [deep]
    tree = {**taking(it={"$ref": "#/$defs/T"}), "$defs": {"T": {"type": "array", "items": {"$ref": "#/$defs/T"}}}}
    assert without_nulls(tree, {"it": deep})["it"] is deep
