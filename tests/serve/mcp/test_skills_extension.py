"""SEP-2640: what the extension lists is what a read gives, and nothing but what it lists can be reached through it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError

from skillpod.model.bundle import Bundle
from skillpod.model.card import Card
from skillpod.model.manifest import Manifest
from skillpod.serve.mcp.addresses import address, folder, locate
from skillpod.serve.mcp.skills import PAGE_BYTES, PAGE_FILES, PAGE_SKILLS, Catalogue, directory


def card(name: str, *, own: str = "", files: Mapping[str, bytes] | None = None, said: Mapping[str, Any] | None = None) -> Card:
    """A published SKILL.md folder; ``own`` is the name its SKILL.md says, the skill's when empty."""
    frontmatter = {"name": own or name, "description": f"What {name} does.", **(said or {})}
    text = f"---\nname: {own or name}\ndescription: What {name} does.\n---\nDo it.\n".encode()
    return Card(
        manifest=Manifest(name=name, version="1.0.0", description="", author="", frontmatter=frontmatter, instructions="SKILL.md"),
        bundle=Bundle.freeze({"SKILL.md": text, **(files or {})}),
        generation=1,
        tools=(),
    )


def tool_only(name: str) -> Card:
    return Card(
        manifest=Manifest(name=name, version="1.0.0", description="", author=""),
        bundle=Bundle.freeze({"manifest.yaml": b"", "handler.py": b"", "README.md": b"How."}),
        generation=1,
        tools=(),
    )


def described(card: Card, path: str) -> dict[str, Any]:
    return {"uri": address(card, path), "name": path.rpartition("/")[2]}


PDF = card(
    "pdf-forms", files={"references/FORMS.md": b"# Forms", "references/deep/one.md": b"1", "scripts/fill.py": b"print()", "zürich.md": b"z"}
)


def test_an_entry_lists_every_file_once_with_the_digest_and_size_of_its_bytes() -> None:
    entry = Catalogue().entry(PDF)

    assert entry["uri"] == "skill://pdf-forms/SKILL.md"
    assert entry["frontmatter"] == {"name": "pdf-forms", "description": "What pdf-forms does."}
    assert [file["uri"] for file in entry["resources"]] == [
        "skill://pdf-forms/SKILL.md",
        "skill://pdf-forms/references/FORMS.md",
        "skill://pdf-forms/references/deep/one.md",
        "skill://pdf-forms/scripts/fill.py",
        "skill://pdf-forms/z%C3%BCrich.md",
    ]
    for file, content in zip(entry["resources"], PDF.bundle.files.values(), strict=True):
        assert file["digest"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert file["size"] == len(content)


def test_every_field_of_the_frontmatter_is_passed_on_and_none_is_acted_upon() -> None:
    said = {"allowed-tools": "Bash(*)", "hooks": {"PreToolUse": ["curl evil"]}, "metadata": {"version": "1"}, "license": "MIT"}

    entry = Catalogue().entry(card("greedy", said=said))

    assert entry["frontmatter"] == {"name": "greedy", "description": "What greedy does.", **said}


def test_a_skill_under_another_name_than_its_own_has_both_in_its_address() -> None:
    other = card("pdf_forms", own="pdf-forms")
    catalogue = Catalogue()

    (listed,) = catalogue.listing([other])["skills"]

    assert listed["uri"] == "skill://pdf_forms/pdf-forms/SKILL.md"
    assert catalogue.skill([other], listed["uri"])["skill"] == listed
    with pytest.raises(MCPError):
        catalogue.skill([other], "skill://pdf_forms/SKILL.md")


@pytest.mark.parametrize(
    "name", ["PDF", "pdf_forms", "-pdf", "pdf-", "pdf--forms", "../pdf", "a/b", "a\u202eb", "a" * 65, "pdf\n", "", None, 7, ["pdf"]]
)
def test_a_skill_whose_own_name_is_none_is_not_listed_and_stays_under_the_name_of_its_folder(name: Any) -> None:
    hostile = card("pdf", said={"name": name})

    assert folder(hostile) == "skill://pdf"
    assert Catalogue().listing([hostile])["skills"] == []
    with pytest.raises(MCPError):
        Catalogue().skill([hostile], "skill://pdf/SKILL.md")


@pytest.mark.parametrize("description", ["", "  ", None, 7])
def test_a_skill_that_does_not_say_what_it_is_for_is_not_listed(description: Any) -> None:
    assert Catalogue().listing([card("mute", said={"description": description})])["skills"] == []


def test_a_skill_without_skill_md_is_not_made_to_look_like_one() -> None:
    cards = [tool_only("scanner"), PDF]

    assert [entry["uri"] for entry in Catalogue().listing(cards)["skills"]] == ["skill://pdf-forms/SKILL.md"]
    with pytest.raises(MCPError, match="no skill is served at this address"):
        Catalogue().skill(cards, "skill://scanner/SKILL.md")


def test_directories_of_every_skill_are_given_for_every_file_is_served() -> None:
    children = directory([tool_only("scanner"), PDF], "skill://scanner", described)["resources"]

    assert [child["name"] for child in children] == ["README.md", "handler.py", "manifest.yaml"]


def test_a_skill_that_changed_has_other_digests_at_the_next_look() -> None:
    catalogue = Catalogue()
    before = catalogue.entry(card("rota", files={"list.md": b"benign"}))

    after = catalogue.entry(card("rota", files={"list.md": b"hostile"}))

    assert before["uri"] == after["uri"]
    assert before["resources"][0] == after["resources"][0]
    assert before["resources"][1]["digest"] != after["resources"][1]["digest"]


def test_an_entry_of_the_same_version_is_hashed_once() -> None:
    catalogue = Catalogue()

    assert catalogue.entry(PDF) is catalogue.entry(PDF)


def test_many_skills_come_in_pages_and_each_comes_once() -> None:
    cards = [card(f"s{number:04}") for number in range(2 * PAGE_SKILLS + 1)]
    catalogue = Catalogue()
    pages = [catalogue.listing(reversed(cards))]
    while cursor := pages[-1].get("nextCursor"):
        pages.append(catalogue.listing(cards, cursor=cursor))

    assert [len(page["skills"]) for page in pages] == [PAGE_SKILLS, PAGE_SKILLS, 1]
    assert [entry["frontmatter"]["name"] for page in pages for entry in page["skills"]] == [card.name for card in cards]


def test_a_page_ends_with_the_skill_that_brings_too_many_files() -> None:
    files = {f"f{number}.md": b"" for number in range(511)}
    page = Catalogue().listing([card(f"large-{letter}", files=files) for letter in "abcdefghijkl"])

    assert sum(len(entry["resources"]) for entry in page["skills"]) == PAGE_FILES
    assert page["nextCursor"] == "large-h"


def test_a_page_ends_with_the_skill_that_brings_too_many_bytes() -> None:
    large = b"\0" * (PAGE_BYTES // 2)
    page = Catalogue().listing([card(name, files={"data.bin": large}) for name in ("a", "b", "c")])

    assert [entry["frontmatter"]["name"] for entry in page["skills"]] == ["a", "b"]
    assert page["nextCursor"] == "b"


@pytest.mark.parametrize("cursor", ["", "2", "../a", "A", "a\n", "a" * 100_000])
def test_a_cursor_that_no_page_gave_is_refused(cursor: str) -> None:
    with pytest.raises(MCPError) as caught:
        Catalogue().listing([PDF], cursor=cursor)

    assert caught.value.code == -32602


def test_a_skill_that_goes_between_two_pages_hides_no_other() -> None:
    cards = [card(f"s{number:03}") for number in range(PAGE_SKILLS + 2)]
    first = Catalogue().listing(cards)
    last = first["nextCursor"]

    second = Catalogue().listing([each for each in cards if each.name != last], cursor=last)

    assert [entry["frontmatter"]["name"] for entry in second["skills"]] == ["s100", "s101"]


def test_a_directory_gives_its_direct_children_and_says_which_are_directories() -> None:
    root = directory([PDF], "skill://pdf-forms", described)["resources"]
    references = directory([PDF], "skill://pdf-forms/references", described)["resources"]

    assert [child["name"] for child in root] == ["SKILL.md", "references", "scripts", "zürich.md"]
    assert [child["name"] for child in root if child.get("mimeType") == "inode/directory"] == ["references", "scripts"]
    assert [child["uri"] for child in references] == ["skill://pdf-forms/references/FORMS.md", "skill://pdf-forms/references/deep"]


ESCAPES = [
    "skill://pdf-forms/..",
    "skill://pdf-forms/../pdf-forms",
    "skill://pdf-forms/references/../scripts",
    "skill://pdf-forms/references/%2e%2e/scripts",
    "skill://pdf-forms/%2E%2E",
    "skill://pdf-forms/references%2Fdeep",
    "skill://pdf-forms//references",
    "skill://pdf-forms/./references",
    "skill://pdf-forms/references/",
    "skill://pdf-forms/",
    "skill://pdf-forms/etc",
    "skill://pdf-forms//etc/passwd",
    "skill:///etc",
    "skill://",
    "skill://other/references",
    "skill://PDF-FORMS/references",
    "skill://pdf-forms/REFERENCES",
    "skill://pdf-forms/references?x=1",
    "skill://pdf-forms/references#deep",
    "skill://user@pdf-forms/references",
    "skill://pdf-forms:80/references",
    "skill://pdf-forms/references\x00",
    "skill://pdf-forms/references\\deep",
    "skill://pdf-forms/\ud800",
    "skill://pdf-forms/zürich.md",
    "file:///etc",
    "pdf-forms/references",
    "/etc",
    "",
]


@pytest.mark.parametrize("uri", ESCAPES)
def test_a_directory_walk_can_not_leave_what_was_listed(uri: str) -> None:
    with pytest.raises(MCPError) as caught:
        directory([PDF, card("notes")], uri, described)

    assert caught.value.code == -32602
    assert caught.value.data == {"uri": uri}


@pytest.mark.parametrize("uri", [uri.replace("references", "scripts/fill.py") for uri in ESCAPES if "references" in uri])
def test_a_file_has_one_address_and_no_other_spelling_of_it_names_it(uri: str) -> None:
    place = locate([PDF], uri)

    assert place is None or place.path not in PDF.bundle.files


def test_a_file_is_no_directory() -> None:
    with pytest.raises(MCPError, match="this is a file"):
        directory([PDF], "skill://pdf-forms/SKILL.md", described)


def test_every_address_that_is_listed_names_its_file_again() -> None:
    odd = card("odd", files={"a b.md": b"", "100%.md": b"", "q?.md": b"", "h#.md": b"", "é/ü.md": b"", "~t+&=.md": b"", "%2e%2e/x.md": b""})

    for name in odd.bundle.files:
        place = locate([PDF, odd], address(odd, name))
        assert place is not None
        assert (place.card, place.path) == (odd, name)
