"""Volumes from pod.yaml to the guest: bound, seen, shared, rebound, taken away, and never another directory than the one meant."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from skillpod.cli.portrait import sections
from skillpod.errors import ConfigInvalid, GuestDied, RulesChanged, ToolRaised, UnknownTool, VolumeUnusable
from skillpod.journal.replay import read
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Kind
from tests.scenarios.stage import PATIENCE, Stage, act_under, descendants, running
from tests.support.skills import exchange, exchange_skill, replace_file, write_skill

READER = '''\
from skillpod import Context, tool


@tool
def read(name: str, ctx: Context) -> str:
    """Read a file of the volume."""
    return (ctx.volume("data") / name).read_text()
'''
WRITER = '''\
from skillpod import Context, tool


@tool
def note(name: str, text: str, ctx: Context) -> list[str]:
    """Write a file into the volume, and say what is there."""
    place = ctx.volume("data")
    (place / name).write_text(text)
    return sorted(path.name for path in place.iterdir())
'''
READS: Mapping[str, Any] = {"permissions": {"volumes": [{"name": "data", "access": "read"}]}}
WRITES: Mapping[str, Any] = {"tier": "write", "permissions": {"volumes": [{"name": "data", "access": "write"}]}}
POLICY = """
policy: 1
name: default
rules:
  - {id: plain, match: {tier: read-only}, outcome: allow, reason: It asks for nothing.}
  - {id: data, match: {tier: write, permissions: [volumes]}, outcome: allow, grant: {volumes: asked}, reason: A test binds them.}
...
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A directory to be bound, with one file."""
    return directory(tmp_path / "data", "first")


def directory(path: Path, text: str) -> Path:
    path.mkdir()
    (path / "a.txt").write_text(text)
    return path


def bind(home: Path, **volumes: object) -> None:
    home.mkdir(mode=0o700, exist_ok=True)
    shape = {name: said if isinstance(said, dict) else {"path": str(said)} for name, said in volumes.items()}
    fresh = home / "pod.yaml.new"
    fresh.write_text(yaml.safe_dump({"volumes": shape}))
    fresh.replace(home / "pod.yaml")


def writable(path: Path) -> dict[str, str]:
    return {"path": str(path), "access": "write"}


def act(skills: Path, home: Path, scenario: Callable[[Stage], Awaitable[None]]) -> None:
    """Run a scenario in a pod whose policy grants volumes."""
    act_under(POLICY, skills, home, scenario)


def entries(home: Path, fact: Fact) -> list[Entry]:
    return [recorded.entry for recorded in read(home / "journal") if recorded.entry.fact is fact]


def test_a_bound_volume_is_read_and_shown_and_journaled_with_what_it_is(skills: Path, home: Path, data: Path) -> None:
    bind(home, data=data)
    write_skill(skills, "reader", handler=READER, manifest=READS)

    async def scenario(stage: Stage) -> None:
        assert await stage.pod.call("reader__read", {"name": "a.txt"}) == "first"
        shown = stage.pod.show("reader")
        (volume,) = shown["volumes"]
        found = data.stat()
        assert (volume["path"], volume["access"], volume["directory"]) == (str(data), "read", f"{found.st_dev}:{found.st_ino}")
        assert volume["at"] in ("/volumes/data", str(data))
        assert volume["acts"]
        text = "\n".join("".join(span if isinstance(span, str) else span[0] for span in line) for line in sections(shown))
        assert f"data is {data}, to read" in text
        assert shown["self_test"]["write to a volume that is read"] == "refused"

    act(skills, home, scenario)
    (published,) = entries(home, Fact.PUBLISHED)
    assert [volume["path"] for volume in published.details["volumes"]] == [str(data)]


def test_using_a_volume_is_no_attempt_and_writing_where_it_may_read_is_one(skills: Path, home: Path, data: Path) -> None:
    bind(home, data=data)
    write_skill(skills, "reader", handler=READER, manifest=READS)
    unseen = "\n\ndef spoil(place):\n    return place.write_text('mine') and ''\n"  # a method on a value that reading does not follow
    vandal = READER.replace('(ctx.volume("data") / name).read_text()', 'spoil(ctx.volume("data") / name)') + unseen
    write_skill(skills, "vandal", handler=vandal, manifest=READS)

    async def scenario(stage: Stage) -> None:
        for _ in range(2):
            assert await stage.pod.call("reader__read", {"name": "a.txt"}) == "first"
        assert not stage.of(Kind.ATTEMPTED)
        ((where, times),) = ((use["target"], use["count"]) for use in stage.pod.show("reader")["attempts"])
        assert (where in ("/volumes/data", str(data)), times) == (True, 2), "the volume, and not each file in it"
        with pytest.raises(ToolRaised, match=r"Read-only|Permission"):
            await stage.pod.call("vandal__read", {"name": "a.txt"})
        told = await stage.until(Kind.ATTEMPTED, skill="vandal")
        assert "write to" in told.message
        assert (data / "a.txt").read_text() == "first"

    act(skills, home, scenario)


def test_what_is_written_belongs_to_whoever_owned_the_directory_and_reading_skills_see_it(skills: Path, home: Path, data: Path) -> None:
    bind(home, data=writable(data))
    data.chmod(0o700)
    write_skill(skills, "writer", handler=WRITER, manifest=WRITES)
    write_skill(skills, "reader", handler=READER, manifest=READS)

    async def scenario(stage: Stage) -> None:
        assert await stage.pod.call("writer__note", {"name": "b.txt", "text": "from a guest"}) == ["a.txt", "b.txt"]
        assert await stage.pod.call("reader__read", {"name": "b.txt"}) == "from a guest"
        assert (data / "b.txt").stat().st_uid == data.stat().st_uid

    act(skills, home, scenario)


def test_an_unbound_volume_is_refused_with_what_to_write_where_and_mounted_when_it_is_bound(skills: Path, home: Path, data: Path) -> None:
    write_skill(skills, "reader", handler=READER, manifest=READS)

    async def scenario(stage: Stage) -> None:
        error = stage.skill("reader")["error"]
        assert (error["code"], error["at"]) == ("volume_unusable", "pod.yaml:volumes.data")
        assert "volumes: {data: {path: /the/directory, access: read}}" in error["hint"]
        with pytest.raises(VolumeUnusable):
            await stage.pod.call("reader__read", {"name": "a.txt"})
        mark = stage.mark()
        bind(home, data=data)
        await stage.pod.settled()
        await stage.until(Kind.MOUNTED, skill="reader", after=mark)
        assert await stage.pod.call("reader__read", {"name": "a.txt"}) == "first"

    act(skills, home, scenario)


def test_a_volume_bound_for_reading_is_not_given_to_a_skill_that_is_to_write(skills: Path, home: Path, data: Path) -> None:
    bind(home, data=data)
    write_skill(skills, "writer", handler=WRITER, manifest=WRITES)

    async def scenario(stage: Stage) -> None:
        assert "bound for reading" in stage.skill("writer")["error"]["message"]
        assert stage.names() == []

    act(skills, home, scenario)


def test_another_directory_under_the_name_is_a_new_generation(skills: Path, home: Path, data: Path, tmp_path: Path) -> None:
    bind(home, data=data)
    write_skill(skills, "reader", handler=READER, manifest=READS)
    other = directory(tmp_path / "other", "second")

    async def scenario(stage: Stage) -> None:
        before = stage.skill("reader")
        mark = stage.mark()
        bind(home, data=other)
        await stage.pod.settled()
        await stage.until(Kind.SWAPPED, skill="reader", after=mark)
        after = stage.skill("reader")
        assert (after["generation"], after["digest"]) == (before["generation"] + 1, before["digest"])
        assert await stage.pod.call("reader__read", {"name": "a.txt"}) == "second"
        await stage.until(Kind.DRAINED, skill="reader", after=mark)
        assert stage.pod.show("reader")["previous"] is None  # nothing is kept that holds the old directory

    act(skills, home, scenario)


@pytest.mark.parametrize("narrowed", [False, True])
def test_a_binding_that_is_taken_away_or_narrowed_takes_the_skill_away(skills: Path, home: Path, data: Path, narrowed: bool) -> None:
    bind(home, data=writable(data))
    write_skill(skills, "writer", handler=WRITER, manifest=WRITES)

    async def scenario(stage: Stage) -> None:
        await stage.pod.call("writer__note", {"name": "b.txt", "text": ""})
        mark = stage.mark()
        bind(home, **({"data": data} if narrowed else {}))
        await stage.pod.settled()
        gone = await stage.until(Kind.UNMOUNTED, skill="writer", after=mark)
        assert "volume `data`" in gone.message
        assert stage.skill("writer")["state"] == "refused"
        with pytest.raises((UnknownTool, VolumeUnusable)):
            await stage.pod.call("writer__note", {"name": "c.txt", "text": ""})
        bind(home, data=writable(data))
        await stage.pod.settled()
        await stage.until(Kind.MOUNTED, skill="writer", after=mark)

    act(skills, home, scenario)


def test_a_binding_that_is_taken_away_while_a_version_is_proved_with_it_takes_that_away_too(skills: Path, home: Path, data: Path) -> None:
    bind(home, data=data)
    write_skill(skills, "reader", handler=READER, manifest=READS)

    async def scenario(stage: Stage) -> None:
        slow = f"import time\n\n{READER}\n\ntime.sleep(1.0)\n"
        before = stage.skill("reader")["digest"]
        exchange_skill(skills, "reader", handler=slow, manifest=READS)
        async with asyncio.timeout(PATIENCE):
            while stage.pod._supervisor.slots["reader"].seen in (None, before):
                await asyncio.sleep(0.01)
        bind(home)
        await stage.pod.settled()
        assert stage.skill("reader")["state"] == "refused"
        with pytest.raises((UnknownTool, VolumeUnusable)):
            await stage.pod.call("reader__read", {"name": "a.txt"})

    act(skills, home, scenario)


def test_a_skill_that_is_not_ready_with_less_does_not_go_on_with_more(skills: Path, home: Path, data: Path, policies: Path) -> None:
    stalls = WRITER.replace("\n\n\n@tool", "\n\nwhile not Path('/volumes/data').is_dir():\n    pass\n\n\n@tool").replace(
        "from skillpod", "from pathlib import Path\n\nfrom skillpod", 1
    )
    loose = POLICY.replace("permissions: [volumes]", "permissions: [volumes], verdict: review")

    async def scenario() -> None:
        replace_file(policies / "default.yaml", loose)
        bind(home, data={"path": str(data), "access": "write"})
        write_skill(skills, "one", handler=stalls, manifest={**WRITES, "limits": {"wall": "60s"}})
        async with running(skills, home, policies=policies) as stage:
            assert await stage.pod.call("one__note", {"name": "b.txt", "text": "b"}) == ["a.txt", "b.txt"]
            replace_file(policies / "default.yaml", loose.replace("grant: {volumes: asked}, ", ""))
            await stage.until(Kind.UNMOUNTED, skill="one", patience=10)
            with pytest.raises(RulesChanged):
                await stage.pod.call("one__note", {"name": "c.txt", "text": "c"})
            await stage.pod.unmount("one")

    asyncio.run(scenario())


def test_one_skills_volume_is_not_seen_by_another(skills: Path, home: Path, data: Path, tmp_path: Path) -> None:
    looker = READER + (
        '\n\n@tool\ndef look(paths: list[str]) -> list[str]:\n    """Try to open each."""\n    said = []\n    for path in paths:\n'
        "        try:\n            open(path).close()\n            said.append('opened')\n        except OSError as error:\n"
        "            said.append(type(error).__name__)\n    return said\n"
    )
    bind(home, data=data, other=directory(tmp_path / "other", "not yours"))
    write_skill(skills, "reader", handler=looker, manifest=READS)
    write_skill(
        skills,
        "owner",
        handler=READER.replace('"data"', '"other"'),
        manifest={"permissions": {"volumes": [{"name": "other", "access": "read"}]}},
    )
    write_skill(skills, "plain", handler=looker.replace('"data"', 'name[:0] + "data"'))  # a name that reading does not know

    async def scenario(stage: Stage) -> None:
        assert await stage.pod.call("owner__read", {"name": "a.txt"}) == "not yours"
        everything = {"paths": ["/volumes/other/a.txt", str(tmp_path / "other" / "a.txt"), "/volumes/data/../other/a.txt"]}
        assert set(await stage.pod.call("reader__look", everything)) <= {"FileNotFoundError", "PermissionError"}
        assert set(await stage.pod.call("plain__look", everything)) <= {"FileNotFoundError", "PermissionError"}
        with pytest.raises(ToolRaised, match="no volume"):
            await stage.pod.call("plain__read", {"name": "a.txt"})

    act(skills, home, scenario)


def test_a_link_put_in_the_directorys_place_after_the_mount_is_never_followed(skills: Path, home: Path, data: Path, tmp_path: Path) -> None:
    bind(home, data=data)
    write_skill(skills, "reader", handler=READER, manifest=READS)
    secret = directory(tmp_path / "secret", "secret")

    async def scenario(stage: Stage) -> None:
        assert await stage.pod.call("reader__read", {"name": "a.txt"}) == "first"
        data.rename(tmp_path / "moved")
        data.symlink_to(secret)
        for _ in range(3):  # guests forked ahead, and new ones
            assert await stage.pod.call("reader__read", {"name": "a.txt"}) == "first"
        (domain,) = (domain for trust, domain in stage.pod._sandbox.jail._trusted.items() if trust.volumes)
        await (await domain.zygote()).close()
        assert await from_another_zygote(stage) in ("first", "refused" if os.geteuid() else "first")

    async def from_another_zygote(stage: Stage) -> str:
        """An ordinary user's zygote must find the directory by its path again, and does not."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    return str(await stage.pod.call("reader__read", {"name": "a.txt"}))
                except GuestDied:
                    continue  # one that was forked ahead from the zygote that is no more
                except VolumeUnusable:
                    return "refused"

    act(skills, home, scenario)


def test_after_a_restart_the_path_is_resolved_anew_and_decided_again(skills: Path, home: Path, data: Path, tmp_path: Path) -> None:
    bind(home, data=data)
    write_skill(skills, "reader", handler=READER, manifest=READS)

    async def first(stage: Stage) -> None:
        assert await stage.pod.call("reader__read", {"name": "a.txt"}) == "first"

    async def same(stage: Stage) -> None:
        assert stage.skill("reader")["generation"] == 1
        await first(stage)

    async def other(stage: Stage) -> None:
        assert stage.skill("reader")["generation"] == 2
        assert await stage.pod.call("reader__read", {"name": "a.txt"}) == "second"

    act(skills, home, first)
    act(skills, home, same)
    exchange(directory(tmp_path / "other", "second"), data)
    act(skills, home, other)


def test_a_directory_that_is_not_there_is_said_and_found_when_it_comes(skills: Path, home: Path, tmp_path: Path) -> None:
    bind(home, data=tmp_path / "later")
    write_skill(skills, "reader", handler=READER, manifest=READS)

    async def scenario(stage: Stage) -> None:
        error = stage.skill("reader")["error"]
        assert error["code"] == "volume_unusable"
        assert str(tmp_path / "later") in error["message"]
        mark = stage.mark()
        directory(tmp_path / "later", "late")
        await stage.pod.reload("reader")
        await stage.until(Kind.MOUNTED, skill="reader", after=mark)
        assert await stage.pod.call("reader__read", {"name": "a.txt"}) == "late"

    act(skills, home, scenario)


def test_the_pods_own_places_are_no_volumes(skills: Path, home: Path, tmp_path: Path) -> None:
    async def nothing(_: Stage) -> None: ...

    for path in (home, skills, skills / "reader", tmp_path, tmp_path / "policies"):
        bind(home, data=path)
        with pytest.raises(ConfigInvalid, match="may not be a volume"):
            act(skills, home, nothing)


def test_skills_without_volumes_share_the_plain_zygote_and_those_with_the_same_another(skills: Path, home: Path, data: Path) -> None:
    bind(home, data=data)
    for name in ("one", "two"):
        write_skill(skills, name, handler=READER, manifest=READS)
        write_skill(skills, f"plain_{name}", handler=READER)

    async def scenario(stage: Stage) -> None:
        assert await stage.pod.call("one__read", {"name": "a.txt"}) == await stage.pod.call("two__read", {"name": "a.txt"}) == "first"
        assert sorted(len(trust.volumes) for trust in stage.pod._sandbox.jail._trusted) == [0, 1]

    before = descendants()
    act(skills, home, scenario)
    assert descendants() <= before
