"""Names of skills, of exported tools and of the files in a folder."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillpod.model.names import EXPORTED_NAME, SIDECAR, collision_key, exported_name, file_name_fault, is_skill_name

DOT = "\u0307"


@pytest.mark.parametrize("name", ["a", "demo", "find_vulnerability", "a-b_c9", "x" * 64])
def test_a_plain_name_names_a_skill(name: str) -> None:
    assert is_skill_name(name)


@pytest.mark.parametrize("name", ["", "A", "9a", "_a", "a_", "a__b", "a.b", "a/b", "a b", "x" * 65, "ä", "a\n", "..", "a-_b"])
def test_any_other_name_does_not(name: str) -> None:
    assert not is_skill_name(name)


def test_an_exported_name_joins_skill_and_tool() -> None:
    assert exported_name("demo", "scan") == "demo__scan"


@given(st.from_regex(r"[a-z][a-z0-9]{0,63}", fullmatch=True), st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,90}", fullmatch=True))
def test_every_exported_name_fits_every_provider(skill: str, tool: str) -> None:
    assert EXPORTED_NAME.fullmatch(exported_name(skill, tool))


def test_two_long_tools_that_differ_late_keep_two_names() -> None:
    assert exported_name("s" * 64, "scan_one") != exported_name("s" * 64, "scan_two")


@pytest.mark.parametrize("name", ["skill.oms.sig", "skill.oms.0123abcd.sig"])
def test_signature_sidecars_are_known_by_name(name: str) -> None:
    assert SIDECAR.fullmatch(name)


@pytest.mark.parametrize("name", ["lib/skill.oms.sig", "skill.oms..sig", "skill.oms.a.b.sig", "Skill.oms.sig", "skill.oms.sig\n"])
def test_nothing_else_is_a_sidecar(name: str) -> None:
    assert not SIDECAR.fullmatch(name)


@pytest.mark.parametrize(
    "name", ["handler.py", "lib/inner.py", ".env", "データ.json", "é.txt", "a b.txt", "so", "x.sock", "common.py", "com10", "a.so.txt"]
)
def test_an_ordinary_name_has_no_fault(name: str) -> None:
    assert file_name_fault(name) == ""


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("", "empty"),
        ("/etc/passwd", "empty"),
        ("a//b", "empty"),
        ("a/", "empty"),
        ("../up", "`..`"),
        ("a/../b", "`..`"),
        ("./a", "`.`"),
        ("line\nbreak", "control"),
        ("nul\0byte", "control"),
        ("tab\t", "control"),
        ("\x85next", "control"),
        ("txt\u202eyp.py", "bidi"),
        ("zero\u200bwidth", "format"),
        ("\ufeffbom", "format"),
        ("line\u2028separator", "control"),
        ("not\udcffutf8", "surrogate"),
        ("new\u0378", "assigned"),
        ("back\\slash", "backslash"),
        ("c:drive", "colon"),
        ("stream:name", "colon"),
        (" lead", "space"),
        ("trail ", "space"),
        ("trail.", "dot"),
        ("dir /file", "space"),
        ("con", "Windows"),
        ("Aux.py", "Windows"),
        ("lib/nul.txt", "Windows"),
        ("COM1", "Windows"),
        ("com\u00b9.py", "Windows"),
        ("aux .py", "Windows"),
        ("conin$", "Windows"),
        ("native.so", "native"),
        ("native.cpython-311-x86_64-linux-gnu.so", "native"),
        ("lib/native.so.1.2", "native"),
        ("NATIVE.SO", "native"),
        ("native.pyd", "native"),
        ("hook.pth", "native"),
        ("link.egg-link", "native"),
        ("lib.dylib", "native"),
        ("lib.dll", "native"),
    ],
)
def test_a_hostile_name_is_refused_for_its_reason(name: str, word: str) -> None:
    assert word in file_name_fault(name)


def test_a_decomposed_name_is_refused() -> None:
    assert "normal form C" in file_name_fault(unicodedata.normalize("NFD", "é.py"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Handler.py", "handler.py"), ("STRASSE", "straße"), ("ΣΑΣ", "σας"), ("é", "e\u0301"), ("\u212a", "k"), ("\u0130", f"i{DOT}")],
)
def test_names_that_fold_together_collide(one: str, other: str) -> None:
    assert collision_key(one) == collision_key(other)


@pytest.mark.parametrize(("one", "other"), [("a", "b"), ("é", "e"), ("a_b", "a-b")])
def test_names_that_differ_do_not(one: str, other: str) -> None:
    assert collision_key(one) != collision_key(other)


@given(st.text(max_size=8))
def test_a_key_does_not_depend_on_normal_form_or_upper_case_of_ascii(name: str) -> None:
    assert collision_key(unicodedata.normalize("NFD", name)) == collision_key(unicodedata.normalize("NFC", name))
    if name.isascii():
        assert collision_key(name.upper()) == collision_key(name.lower())


@given(st.text(max_size=12))
def test_no_text_is_too_strange_to_judge(name: str) -> None:
    assert isinstance(file_name_fault(name), str)
