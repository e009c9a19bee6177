"""Packages in a guest: what can be imported, what wins, what can't be written, and who sees none of it."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from skillpod.errors import PackageUnusable, SkillpodError, ToolRaised
from skillpod.model.guest import Act, Attempt
from skillpod.model.manifest import PackageAsk
from skillpod.model.provision import Package, Provision
from skillpod.ports import Guests
from skillpod.store.packages import PackageStore
from skillpod.store.wheel import digest_of, read_wheel
from tests.support.guests import launch
from tests.support.hosts import ORDINARY_USER, on_a_host
from tests.support.jailed import jailed, sandbox, value
from tests.support.volumes import common_ground
from tests.support.wheels import unpacked, wheel

WORDS = {"words/__init__.py": "from words.inner import WORD\n", "words/inner.py": "WORD = 'hello'\n", "words/data.txt": "a resource\n"}
HANDLER = """
    from skillpod import tool

    @tool
    def evaluated(text: str) -> str:
        return str(eval(text, {}))
"""


@pytest.fixture
def words(tmp_path: Path) -> Package:
    return unpacked(tmp_path / "packages", "words", WORDS)


def told(text: str, *packages: Package, files: Mapping[str, bytes] | None = None, name: str = "probe") -> Any:
    """What an expression is in a guest that was given these packages."""

    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> Any:
        return await value(guests, "evaluated", text=text)

    return jailed(launch(HANDLER, files=files, name=name, provision=Provision(packages=packages)), act)


def test_a_guest_imports_a_package_and_what_is_in_it(words: Package) -> None:
    assert told("__import__('words').inner.WORD", words) == "hello"


def test_without_it_there_is_no_such_module() -> None:
    with pytest.raises(ToolRaised, match="No module named 'words'"):
        told("__import__('words')")


def test_it_has_its_metadata_and_its_resources(words: Package) -> None:
    assert told("__import__('importlib.metadata').metadata.version('words')", words) == "1.0.0"
    assert told("__import__('importlib.resources').resources.files('words').joinpath('data.txt').read_text()", words) == "a resource\n"


def test_two_packages_share_a_namespace(tmp_path: Path) -> None:
    one = unpacked(tmp_path / "packages", "one", {"shared/one.py": "NAME = 1\n"})
    two = unpacked(tmp_path / "packages", "two", {"shared/two.py": "NAME = 2\n"})
    import_both = "__import__('shared.one').one.NAME + __import__('shared.two').two.NAME"
    assert told(import_both, one, two) == "3"


@pytest.mark.parametrize("module", ["json", "skillpod", "antigravity"])
def test_a_package_takes_no_name_of_the_standard_library(tmp_path: Path, module: str) -> None:
    taken = unpacked(tmp_path / "packages", "taken", {f"{module}.py": "WORD = 'taken'\n"})
    assert (
        told(f"hasattr(__import__('importlib').import_module('{module}'), 'WORD') if '{module}' != 'antigravity' else False", taken)
        == "False"
    )


def test_a_package_takes_no_name_of_the_skills_own_files(words: Package) -> None:
    assert told("__import__('words').WORD", words, files={"words.py": b"WORD = 'its own'\n"}) == "its own"


def test_a_skill_that_is_named_as_its_package_can_import_it(words: Package) -> None:
    assert told("__import__('words').WORD", words, name="words") == "hello"


@pytest.mark.parametrize("act", ["open('/packages/words/words/__init__.py', 'a')", "open('/packages/words/new.py', 'w')"])
def test_nobody_writes_into_a_package(words: Package, act: str) -> None:
    with pytest.raises(ToolRaised) as refused:
        told(act, words)
    assert refused.value.exception in ("PermissionError", "OSError")


def test_a_guest_writes_no_bytecode(words: Package) -> None:
    assert told("__import__('words').__cached__ and not __import__('os').path.exists(__import__('words').__cached__)", words) == "True"
    assert not list(Path(words.place).rglob("*.pyc"))


def test_what_was_compiled_when_it_was_built_is_what_runs(tmp_path: Path) -> None:
    """Shown by a package whose source was changed behind it, which the store would not have let through."""
    content = wheel("words", {"words/__init__.py": "WORD = 'hello'\n"})
    ask = PackageAsk(name="words", version="1.0.0", hashes=(digest_of(content),), imports=("words",))
    package = PackageStore(tmp_path / "packages").build(ask, content, file="words.whl")
    source = Path(package.place) / "words" / "__init__.py"
    source.chmod(0o644)
    source.write_text("WORD = 'other'\n")
    assert told("__import__('words').WORD", package) == "hello"


def test_a_guest_of_another_trust_domain_sees_none_of_it(words: Package, tmp_path: Path) -> None:
    other = unpacked(tmp_path / "packages", "other", {"other.py": "WORD = 'other'\n"})
    ours = f"[__import__('os').path.exists(path) for path in ('/packages/words', {words.place!r})]"

    async def both() -> list[Any]:
        async with sandbox() as jail:
            answers = []
            for packages in ((words,), (other,), ()):
                guests = jail.open(launch(HANDLER, provision=Provision(packages=packages)), on_death=lambda _: None)
                try:
                    answers.append(await value(guests, "evaluated", text=ours))
                finally:
                    await guests.close()
            return answers

    assert asyncio.run(both()) == ["[True, False]", "[False, False]", "[False, False]"]


def test_what_a_package_reads_of_itself_is_no_attempt(words: Package) -> None:
    """Reading is what importing does."""
    attempts: list[Attempt] = []

    async def heard() -> None:
        async with sandbox() as jail:
            guests = jail.open(launch(HANDLER, provision=Provision(packages=(words,))), on_death=lambda _: None, watch=attempts.append)
            try:
                assert await value(guests, "evaluated", text="__import__('words').WORD") == "hello"
                with pytest.raises(ToolRaised):
                    await value(guests, "evaluated", text="open('/etc/passwd')")
            finally:
                await guests.close()

    asyncio.run(heard())
    assert [attempt.target for attempt in attempts if attempt.act is Act.OPEN] == ["/etc/passwd"]


def test_a_package_that_is_not_there_is_named_with_what_to_do(words: Package, tmp_path: Path) -> None:
    with pytest.raises(PackageUnusable) as refused:
        told("1", replace(words, place=str(tmp_path / "gone")))
    assert (refused.value.at, refused.value.hint) == ("requires.packages", "build it again: `skillpod deps build FOLDER`")
    assert "words" in refused.value.message


# --- machine code ----------------------------------------------------------------------------------------------------------------

WHEELS = Path(__file__).parents[2] / ".environments" / "wheels"


@pytest.mark.skipif(not (WHEELS / ".installed").exists(), reason="needs `make environments`, which fetches the wheels")
@pytest.mark.parametrize(("name", "source"), [("multidict", "MultiDict([('a', 1)])['a']"), ("frozenlist", "FrozenList([1])[0]")])
def test_a_real_wheel_with_machine_code_works_and_no_wall_is_missing(tmp_path: Path, name: str, source: str) -> None:
    (file,) = WHEELS.glob(f"{name}-*.whl")
    content = file.read_bytes()
    found = read_wheel(content, file=file.name)
    ask = PackageAsk(name=found.name, version=found.version, hashes=(found.digest,), imports=(name,), is_native=True)
    package = PackageStore(tmp_path / "packages").build(ask, content, file=file.name)
    assert package.native
    loaded = f"{{module.__file__.rpartition('.')[2] for key, module in __import__('sys').modules.items() if key.startswith({name!r})}}"
    assert told(f"[__import__({name!r}).{source}, 'so' in {loaded}]", package) == "[1, True]"


# --- other hosts -----------------------------------------------------------------------------------------------------------------

USERS = [
    pytest.param((), id="as this user"),
    pytest.param(
        ORDINARY_USER,
        id="as an ordinary user",
        marks=pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root and setpriv"),
    ),
]
PROBE = """
    import os, words
    refused = []
    own, other = os.path.dirname(words.__file__), os.path.join(GROUND, "packages", "other")
    for path in (words.__file__, os.path.join(own, "new.py"), os.path.join(other, "x.py")):
        try:
            open(path, "a")
        except OSError:
            refused.append(path)
    try:
        other = open(os.path.join(other, "other.py")).read()
    except OSError:
        other = "refused"
    result = [words.WORD, words.__file__, len(refused), other]
"""


@pytest.fixture
def ground() -> Iterator[Path]:
    with common_ground() as place:
        unpacked(place / "packages", "words", WORDS)
        unpacked(place / "packages", "other", {"other.py": "WORD = 'other'\n"})
        yield place


def on_this_ground(ground: Path, refusing: str, prefix: Sequence[str]) -> dict[str, Any]:
    source = f"GROUND = {str(ground)!r}\n{dedent(PROBE)}"
    return on_a_host(refusing, source, f"package:words:{ground / 'packages' / 'words'}", prefix=prefix)


@pytest.mark.parametrize("prefix", USERS)
@pytest.mark.parametrize("refusing", ["", "landlock", "unshare", "mount"])
def test_on_every_host_it_is_read_and_neither_written_nor_seen_by_others(ground: Path, refusing: str, prefix: Sequence[str]) -> None:
    for path in (ground / "packages").rglob("*"):
        if prefix:
            os.chown(path, 61234, 61234)
    shown = on_this_ground(ground, refusing, prefix)
    assert shown.get("error") == "", shown
    word, file, refused, other = shown["value"]
    has_own_root = refusing in ("", "landlock")
    assert (word, refused, other) == ("hello", 3, "refused")
    assert file == ("/packages/words/words/__init__.py" if has_own_root else f"{ground}/packages/words/words/__init__.py")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, whose guests are another user")
def test_a_store_that_guests_can_not_enter_is_said_where_nothing_can_be_mounted(ground: Path) -> None:
    (ground / "packages").chmod(0o700)
    refused = on_this_ground(ground, "unshare", ())["refused"]
    assert (refused["code"], refused["at"]) == ("package_unusable", "requires.packages")
    assert "guests can't read it" in refused["message"]
    assert on_this_ground(ground, "", ())["value"][0] == "hello"
