"""SKILL.md in the shapes real ones have: what is read of it, what is passed over, what is a fault."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from skillpod.documents import FRONTMATTER_LIMIT
from skillpod.errors import ManifestInvalid
from skillpod.model.capability import NOTHING, Lifetime, Tier
from skillpod.model.manifest import Manifest
from tests.manifest.agent_skills import MAIN, SKILL, faults, frozen, read, skill_md, tools
from tests.manifest.folders import HANDLER, MANIFEST, reader, reasons

BOTH = MANIFEST.replace("find_vulnerability", "pdf-tools")


def both(manifest: str = BOTH, skill: str = SKILL, files: Mapping[str, str] | None = None) -> Manifest:
    """A folder with SKILL.md, manifest.yaml and, unless other files are given, a handler."""
    given = {"manifest.yaml": manifest, **({"handler.py": HANDLER.decode()} if files is None else files)}
    return reader().read(frozen(skill, given), folder="pdf-tools")


# --- what is read ------------------------------------------------------------------------------------------------------------------


def test_a_folder_with_skill_md_alone_is_a_skill_that_asks_for_nothing() -> None:
    found = read()
    assert (found.name, found.version, found.author, found.license) == ("pdf-tools", "0.0.0", "unknown", "")
    assert found.description == "Fill and split PDF files. Use it when somebody hands you a form."
    assert (found.entry, found.scripts, found.instructions) == ("", (), "SKILL.md")
    assert (found.tier, found.permissions, found.lifetime) == (Tier.READ_ONLY, NOTHING, Lifetime.CALL)
    assert tools() == {}


def test_the_frontmatter_is_kept_as_it_stands() -> None:
    found = read(skill_md("license: MIT\nallowed-tools: [Bash, Read]\nmetadata: {version: 1.2.0, author: Jane Doe, n: 3}\nodd: yes"))
    assert dict(found.frontmatter) == {
        "name": "pdf-tools",
        "description": "Fill PDF forms.",
        "license": "MIT",
        "allowed-tools": ["Bash", "Read"],
        "metadata": {"version": "1.2.0", "author": "Jane Doe", "n": 3},
        "odd": "yes",
    }
    assert (found.version, found.author, found.license) == ("1.2.0", "Jane Doe", "MIT")


@pytest.mark.parametrize("said", ["1.0", "v1.2.0", "1.2.0-beta", "latest", "[1, 2]", "01.2.3"])
def test_a_version_that_is_none_of_ours_is_none(said: str) -> None:
    assert read(skill_md(f"metadata: {{version: {said}}}")).version == "0.0.0"


@pytest.mark.parametrize("said", ["metadata: words", "metadata: [a]", "metadata:", "license: 3", "license: {a: b}", "compatibility: [x]"])
def test_a_value_of_another_kind_than_the_standard_has_is_passed_over(said: str) -> None:
    found = read(skill_md(said))
    assert (found.version, found.author, found.license) == ("0.0.0", "unknown", "")


@pytest.mark.parametrize(
    "said", ["name: PDF-Tools", "name: other-skill", "", "name: [a]", "name: 3", "name: a--b", f"name: {'x' * 200}"], ids=str
)
def test_the_folder_s_name_is_the_skill_s_whatever_the_frontmatter_says(said: str) -> None:
    assert read(skill_md(name=said)).name == "pdf-tools"


def test_where_no_folder_is_known_the_frontmatter_s_name_is_taken() -> None:
    assert read(folder="").name == "pdf-tools"
    assert "can't be a skill's name" in faults(skill_md(name=""), folder="")[0]


@pytest.mark.parametrize("folder", ["2d-shapes", "PDF", "a__b", "x" * 65])
def test_a_folder_that_no_skill_can_be_called_is_refused(folder: str) -> None:
    assert "rename the folder" in faults(SKILL, folder=folder)[0]


@pytest.mark.parametrize("content", [SKILL.replace("\n", "\r\n").encode(), SKILL.encode("utf-8-sig")])
def test_windows_line_ends_and_byte_order_marks_are_read(content: bytes) -> None:
    assert read(content) == read(SKILL)


def test_text_of_every_script_is_kept() -> None:
    text = "Füllt Formulare aus. 填写表格。 يملأ النماذج 👩‍💻"
    assert read(skill_md(description=f"description: {text}")).description == text


def test_a_folded_description_is_one_text() -> None:
    found = read(skill_md(description="description: >-\n  Fill forms: all of them.\n  Use it\n  often."))
    assert found.description == "Fill forms: all of them. Use it often."


def test_a_long_description_is_cut_for_agents_and_kept_in_the_frontmatter() -> None:
    found = read(skill_md(description=f"description: {'word ' * 300}"))
    assert len(found.description) <= 1024
    assert found.description.endswith("…")
    assert len(found.frontmatter["description"]) > 1024


def test_what_is_invisible_does_not_reach_an_agent_through_the_description() -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")
    assert read(skill_md(description=f"description: Fill{hidden} forms")).description == "Fill forms"


# --- what is a fault ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["", "description:", "description: ' '", "description: [a]", "description: 3"])
def test_a_skill_that_does_not_say_what_it_is_for_is_refused(said: str) -> None:
    (fault,) = faults(skill_md(description=said))
    assert fault.startswith("SKILL.md:")
    assert "when to use it" in fault


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# No frontmatter\n", "SKILL.md:1:1: the file does not begin with frontmatter"),
        ("", "SKILL.md:1:1: the file does not begin with frontmatter"),
        ("---\nname: x\ndescription: y\n# and on it goes\n", "SKILL.md:1:1: the frontmatter never ends"),
        ("---\n---\n# x\n", "SKILL.md:1:1: the document is empty"),
        ("---\n- a\n---\n", "SKILL.md:2:1: expected a mapping of keys, got a list"),
        (skill_md(description="description: Use when: always"), "SKILL.md:3:22: not YAML: mapping values"),
        (skill_md("name: again"), "SKILL.md:4:1: the key 'name' is here for the second time"),
        (skill_md("metadata: &a {x: *a}"), "SKILL.md:4:11: anchors and aliases"),
        (skill_md("hooks: !!python/object/apply:os.system [id]"), "SKILL.md:4:8: tags"),
        (skill_md("<<: {a: b}"), "SKILL.md:4:1: merge keys"),
        (skill_md("a: " + "[" * 40 + "]" * 40), "SKILL.md:4:35: nested deeper than 32 levels"),
        (skill_md(f"note: {'x' * FRONTMATTER_LIMIT}"), f"the frontmatter has over {FRONTMATTER_LIMIT} characters"),
    ],
)
def test_frontmatter_that_can_not_be_read_is_refused_with_its_line(text: str, said: str) -> None:
    (fault,) = faults(text)
    assert said in fault


def test_text_that_is_no_utf_8_or_has_no_end_is_refused() -> None:
    assert "SKILL.md:3:1: the file is not UTF-8 text" in faults(SKILL.encode().replace(b"Fill", b"F\xfcll"))[0]
    assert "at most 1048576 are read" in faults(skill_md(body="x" * 2**20))[0]


def test_a_misspelt_skill_md_is_recognised() -> None:
    bundle = frozen()
    renamed = type(bundle).freeze({"skill.md": bundle.files["SKILL.md"]})
    with pytest.raises(ManifestInvalid, match=r"rename skill.md to SKILL.md") as caught:
        reader().read(renamed, folder="pdf-tools")
    assert reasons(caught)[0].endswith("(rename skill.md to SKILL.md)")


# --- with a manifest ---------------------------------------------------------------------------------------------------------------


def test_with_both_files_the_manifest_governs_and_skill_md_is_the_manual() -> None:
    found = both(files={"README.md": "# for people", "handler.py": HANDLER.decode()})
    assert (found.version, found.description, found.author) == ("1.2.0", "Look up known vulnerabilities.", "Jane Doe <jane@example.org>")
    assert (found.entry, found.instructions, found.scripts) == ("handler.py", "SKILL.md", ())
    assert found.frontmatter["name"] == "pdf-tools"


def test_the_manifest_may_name_another_manual() -> None:
    assert both(BOTH + "instructions: README.md\n", files={"README.md": "# x"}).instructions == "README.md"


def test_frontmatter_that_can_not_be_read_is_no_fault_beside_a_manifest() -> None:
    found = both(skill="# just a text\n")
    assert (found.instructions, dict(found.frontmatter)) == ("SKILL.md", {})


def test_a_manifest_beside_skill_md_needs_no_handler() -> None:
    found = both(files={})
    assert (found.entry, found.scripts) == ("", ())


def test_a_manifest_names_the_programs_that_are_tools() -> None:
    found = both(BOTH + "scripts: [scripts/fill.py]\n", files={"scripts/fill.py": MAIN, "scripts/other.py": MAIN})
    assert (found.entry, found.scripts) == ("", ("scripts/fill.py",))


def test_a_program_that_is_not_there_is_told_with_the_one_that_is() -> None:
    with pytest.raises(ManifestInvalid, match="not in the folder") as caught:
        both(BOTH + "scripts: [scripts/fil.py]\n", files={"scripts/fill.py": MAIN})
    assert reasons(caught) == [
        "manifest.yaml:scripts[0]: 'scripts/fil.py' is not in the folder (did you mean `scripts/fill.py`?)",
    ]


@pytest.mark.parametrize("said", ["[]", "[../x.py]", "[run.sh]", "[/a.py]", "[a/./b.py]", "x.py"])
def test_a_list_of_programs_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(ManifestInvalid, match="scripts"):
        both(BOTH + f"scripts: {said}\n")
