"""Volumes: which directories may be bound, that no link takes their place, and what a guest can do there on one host and another."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import skillpod
from skillpod.errors import VolumeUnusable
from skillpod.model.capability import Access, VolumeAsk
from skillpod.model.guest import Launch
from skillpod.model.provision import Provision
from skillpod.model.volume import Binding
from skillpod.ports import Guests
from skillpod.sandbox.guest.directories import identity, open_directory
from skillpod.sandbox.volumes import Places, hold, let_go, resolve
from tests.support.guests import launch
from tests.support.hosts import ORDINARY_USER, on_a_host
from tests.support.jail import run_in_jail
from tests.support.jailed import jailed, value
from tests.support.volumes import NOWHERE, common_ground, held, volume

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def ground() -> Iterator[Path]:
    with common_ground() as place:
        yield place


# --- what may be bound -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/proc", "/proc/self", "/sys/kernel", "/dev", "/dev/shm", "/srv/pod", "/srv/pod/store", "/srv"])
@pytest.mark.parametrize("access", Access)
def test_the_kernels_places_and_the_pods_own_are_bound_by_nobody(path: str, access: Access) -> None:
    assert Places.around({"HOME": Path("/srv/pod")}).fault(path, access)


@pytest.mark.parametrize("access", Access)
def test_a_neighbour_whose_name_begins_alike_is_another_directory(access: Access) -> None:
    assert Places.around({"HOME": Path("/srv/pod")}).fault("/srv/pod2", access) == ""


@pytest.mark.parametrize(
    "path",
    [
        "/usr",
        "/usr/share/doc",
        "/var",
        os.path.realpath(sys.base_prefix),
        os.path.realpath(os.path.dirname(os.__file__)),
        os.path.realpath(Path(skillpod.__file__).parent),
        os.path.realpath(Path(skillpod.__file__).parent / "sandbox"),
        "/srv/work/.git",
        "/srv/people/ann/.ssh/keys",
    ],
)
def test_where_code_or_programs_settings_come_from_is_read_at_most(path: str) -> None:
    assert NOWHERE.fault(path, Access.WRITE)
    in_a_home = any(path.startswith(f"{home}/.") for home in NOWHERE.homes)
    assert bool(NOWHERE.fault(path, Access.READ)) is in_a_home


@pytest.mark.parametrize(
    "path", ["/etc", "/etc/ssl", os.path.realpath(os.path.expanduser("~")), os.path.realpath(os.path.expanduser("~/.ssh"))]
)
@pytest.mark.parametrize("access", Access)
def test_where_passwords_and_keys_are_nothing_is_bound(path: str, access: Access) -> None:
    assert NOWHERE.fault(path, access)


def test_what_lies_open_in_a_home_may_be_read() -> None:
    assert NOWHERE.fault(os.path.realpath(os.path.expanduser("~/data")), Access.READ) == ""


def test_a_link_to_a_place_that_may_not_be_bound_is_no_way_around(tmp_path: Path) -> None:
    (tmp_path / "innocent").symlink_to("/proc/self")
    with pytest.raises(VolumeUnusable, match="belongs to the kernel"):
        volume(tmp_path / "innocent")


def test_every_volume_that_can_not_be_had_is_named(tmp_path: Path) -> None:
    asked = [VolumeAsk("one", "read"), VolumeAsk("three", "write"), VolumeAsk("two", "read")]
    bindings = {"three": Binding(path=str(tmp_path), access=Access.READ), "two": Binding(path=str(tmp_path / "no"), access=Access.READ)}
    with pytest.raises(VolumeUnusable) as refused:
        resolve(asked, bindings, NOWHERE)
    assert [reason.at for reason in refused.value.reasons] == [f"pod.yaml:volumes.{name}" for name in ("one", "three", "two")]


def test_write_that_is_bound_and_read_that_is_asked_is_read(tmp_path: Path) -> None:
    (found,) = resolve([VolumeAsk("data", "read")], {"data": Binding(path=str(tmp_path), access=Access.WRITE)}, NOWHERE)
    assert found.access is Access.READ


def test_a_launch_takes_no_volume_that_was_not_granted(tmp_path: Path) -> None:
    granted = launch("", volumes=(volume(tmp_path),), tools=())
    with pytest.raises(ValueError, match="granted"):
        Launch(
            admission=granted.admission,
            bundle=granted.bundle,
            manifest=granted.manifest,
            tools=(),
            config={},
            provision=Provision(volumes=(volume(tmp_path, "write"),)),
        )


# --- no link takes its place -----------------------------------------------------------------------------------------------------


def test_links_on_the_way_are_resolved_once_and_never_again(tmp_path: Path) -> None:
    (tmp_path / "real" / "data").mkdir(parents=True)
    (tmp_path / "way").symlink_to("real")
    found = volume(tmp_path / "way" / "data")
    assert found.path == str((tmp_path / "real" / "data").resolve())
    (tmp_path / "real").rename(tmp_path / "gone")
    (tmp_path / "real").symlink_to("gone")
    with pytest.raises(VolumeUnusable, match="a file or a link"):
        hold([found])


@pytest.mark.parametrize("put", ["link", "directory", "file", "nothing"])
def test_between_deciding_and_binding_nothing_else_takes_its_place(tmp_path: Path, put: str) -> None:
    place = tmp_path / "data"
    place.mkdir()
    found = volume(place)
    place.rename(tmp_path / "moved")
    match put:
        case "link":
            place.symlink_to(tmp_path / "moved")
        case "directory":
            place.mkdir()
        case "file":
            place.write_text("")
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(VolumeUnusable):
        hold([found])
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_is_held_is_the_directory_wherever_its_path_leads(tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.mkdir()
    found = volume(place)
    opened = hold([found])
    place.rename(tmp_path / "moved")
    place.symlink_to("/")
    assert identity(opened[found]) == identity(open_directory(str(tmp_path / "moved")))
    let_go(opened)


# --- what a guest can do there ---------------------------------------------------------------------------------------------------

PROBE = """
import mmap, os, shutil
data, out = ("/volumes/data", "/volumes/out") if os.path.exists("/volumes") else (GROUND + "/data", GROUND + "/out")
def tried(act):
    try:
        act()
    except OSError as error:
        return "refused"
    return "done"
def put(path, mode=0o644, flags=os.O_WRONLY | os.O_CREAT):
    os.close(os.open(path, flags, mode))
def execute(path):
    opened = os.open(path, os.O_RDONLY)
    mmap.mmap(opened, 0, prot=mmap.PROT_READ | mmap.PROT_EXEC, flags=mmap.MAP_PRIVATE)
result = {
    "read": open(data + "/a.txt").read(),
    "list": "a.txt" in os.listdir(data),
    "write": tried(lambda: put(out + "/new")),
    "append": tried(lambda: open(out + "/new", "a").write("more")),
    "copy": tried(lambda: shutil.copyfile(data + "/a.txt", out + "/copy")),
    "replace": tried(lambda: os.replace(out + "/copy", out + "/new")),
    "make a directory": tried(lambda: os.mkdir(out + "/deep")),
    "rename": tried(lambda: os.rename(out + "/new", out + "/deep/new")),
    "remove": tried(lambda: os.unlink(out + "/deep/new")),
}
refused = {
    "create where it reads": tried(lambda: put(data + "/new")),
    "truncate where it reads": tried(lambda: os.truncate(data + "/a.txt", 0)),
    "remove where it reads": tried(lambda: os.unlink(data + "/a.txt")),
    "rename where it reads": tried(lambda: os.rename(data + "/a.txt", out + "/a.txt")),
    "move out where it reads": tried(lambda: os.rename(out + "/a.txt", data + "/b.txt")),
    "follow a link out": tried(lambda: open(data + "/link")),
    "follow a link up": tried(lambda: open(data + "/up")),
    "go up": tried(lambda: open(data + "/../secret/a.txt")),
    "go there": tried(lambda: open(GROUND + "/secret/a.txt")),
    "make a link": tried(lambda: os.symlink(GROUND + "/secret", out + "/link")),
    "make a hard link": tried(lambda: os.link(data + "/a.txt", out + "/hard")),
    "make a fifo": tried(lambda: os.mkfifo(out + "/fifo")),
    "make a device": tried(lambda: os.mknod(out + "/null", 0o20666, os.makedev(1, 3))),
    "make a setuid file": tried(lambda: put(out + "/setuid", 0o4755)),
    "make a setgid file": tried(lambda: put(out + "/setgid", 0o2755)),
    "make a setuid file without a name": tried(lambda: put(out, 0o4755, os.O_WRONLY | os.O_TMPFILE)),
    "make a setgid directory": tried(lambda: os.mkdir(out + "/setgid", 0o2755)),
    "change a mode": tried(lambda: os.chmod(out + "/a.txt", 0o4755)),
    "change an owner": tried(lambda: os.chown(out + "/a.txt", 0, 0)),
    "start a program": tried(lambda: os.execv(out + "/a.txt", ["a"])),
}
result["got through"] = [act for act, answer in refused.items() if answer != "refused"]
result["map code"] = tried(lambda: execute(out + "/a.txt"))
"""

USERS = pytest.mark.parametrize(
    "prefix",
    [
        pytest.param((), id="as this user"),
        pytest.param(
            ORDINARY_USER,
            id="as an ordinary user",
            marks=pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root and setpriv"),
        ),
    ],
)


GUESTS = {"unshare": 1_900_000_000, "mount": 1_900_000_001}
"""Whom root's guests are on a host where none can act as a directory's owner."""


def belongs_to(prefix: Sequence[str], ground: Path, mode: int) -> None:
    """To the user who runs the pod; with this mode."""
    for path in (ground, *ground.rglob("*")):
        if prefix:
            os.chown(path, 61234, 61234, follow_symlinks=False)
    for name in ("data", "out"):
        (ground / name).chmod(mode)


def on_this_ground(ground: Path, source: str, *said: str, refusing: str = "", prefix: Sequence[str] = ()) -> dict[str, Any]:
    volumes = (f"volume:data:read:{ground}/data", f"volume:out:write:{ground}/out")
    return on_a_host(refusing, f"GROUND = {str(ground)!r}\n{source}", *volumes, *said, prefix=prefix)


@USERS
@pytest.mark.parametrize("refusing", ["", "landlock", "unshare", "mount"])
def test_a_guest_reads_and_writes_what_it_was_granted_and_nothing_else(ground: Path, refusing: str, prefix: Sequence[str]) -> None:
    has_own_root = refusing in ("", "landlock")
    belongs_to(prefix, ground, 0o700 if has_own_root or prefix else 0o777)
    shown = on_this_ground(ground, PROBE, refusing=refusing, prefix=prefix)
    assert shown.get("error") == "", shown
    worked = {key: value for key, value in shown["value"].items() if key not in ("got through", "map code", "read", "list")}
    assert (shown["value"]["read"], shown["value"]["list"], shown["value"]["got through"]) == ("data", True, [])
    assert set(worked.values()) == {"done"}
    assert shown["value"]["map code"] == ("refused" if has_own_root else "done")
    tried = shown["report"]["self_test"]
    assert tried["write to a volume that is read"] == tried["make a setuid file in a volume"] == "refused"
    assert shown["report"]["volumes"]["data"]["at"] == ("/volumes/data" if has_own_root else str(ground / "data"))
    owner = (ground / "out").stat().st_uid if has_own_root or prefix or os.geteuid() else GUESTS[refusing]
    assert (ground / "out" / "deep").stat().st_uid == owner


@USERS
def test_a_directory_closed_to_the_guests_user_is_refused_with_the_remedy(ground: Path, prefix: Sequence[str]) -> None:
    belongs_to(prefix, ground, 0o500)
    refused = on_this_ground(ground, PROBE, prefix=prefix)["refused"]
    assert (refused["code"], refused["at"]) == ("volume_unusable", "pod.yaml:volumes.out")
    assert str(ground / "out") in refused["message"]
    assert "can't write there" in refused["message"]
    assert "chmod" in refused["hint"]


@USERS
@pytest.mark.parametrize("refusing", ["", "landlock"])
def test_a_link_put_in_its_place_before_the_guests_start_is_not_followed(ground: Path, refusing: str, prefix: Sequence[str]) -> None:
    belongs_to(prefix, ground, 0o700)
    shown = on_this_ground(ground, "import os; result = os.listdir('/volumes/data')", "swapped", refusing=refusing, prefix=prefix)
    if os.geteuid() == 0 and not prefix:
        assert sorted(shown["value"]) == ["a.txt", "link", "up"]
    else:
        assert shown["refused"]["code"] == "volume_unusable"
        assert "opened again" in shown["refused"]["message"]


@needs_root
def test_what_roots_guests_write_is_the_owners_and_what_others_own_there_stays_closed(ground: Path) -> None:
    os.chown(ground / "out", 4711, 4712)
    (ground / "out" / "a.txt").chmod(0o600)  # root's own, in a directory that is not
    source = """
    def tried(act):
        try:
            act()
        except OSError as error:
            return error.errno
    out = "/volumes/out/"
    result = [tried(lambda: open(out + "b.txt", "w")), tried(lambda: open(out + "a.txt")), tried(lambda: open(out + "a.txt", "a"))]
    """
    opened = hold([volume(ground / "out", "write", "out")])
    try:
        answer = run_in_jail(source, held=opened)
    finally:
        let_go(opened)
    assert answer.value == [None, 13, 13]
    made = (ground / "out" / "b.txt").stat()
    assert (made.st_uid, made.st_gid, stat.S_IMODE(made.st_mode)) == (4711, 4712, 0o644)
    assert answer.report.volumes["out"]["acts"] == "as its owner, user 4711"


@needs_root
def test_on_a_file_system_without_a_map_of_ids_guests_are_nobody_special_and_it_is_said(ground: Path) -> None:
    if subprocess.run(["mount", "-t", "ramfs", "none", str(ground / "out")], capture_output=True, check=False).returncode:
        pytest.skip("needs to mount a ramfs")
    try:
        found = volume(ground / "out", "write", "out")
        opened = hold([found])
        try:
            with pytest.raises(VolumeUnusable, match="1900000001") as refused:
                run_in_jail("", held=opened)
            assert "chmod o+rwx" in refused.value.hint
            (ground / "out").chmod(0o777)
            answer = run_in_jail("open('/volumes/out/b.txt', 'w').close()", held=opened)
        finally:
            let_go(opened)
        assert answer.error == ""
        assert answer.report.volumes["out"]["acts"] == "as the host's user 1900000001"
        assert (ground / "out" / "b.txt").stat().st_uid == 1_900_000_001
    finally:
        subprocess.run(["umount", str(ground / "out")], check=True)


@needs_root
@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv")
def test_an_ordinary_user_is_told_when_another_file_system_is_mounted_inside(ground: Path) -> None:
    (ground / "data" / "inner").mkdir()
    belongs_to(ORDINARY_USER, ground, 0o700)
    if subprocess.run(["mount", "-t", "tmpfs", "none", str(ground / "data" / "inner")], capture_output=True, check=False).returncode:
        pytest.skip("needs to mount a tmpfs")
    try:
        refused = on_this_ground(ground, "result = None", prefix=ORDINARY_USER)["refused"]
    finally:
        subprocess.run(["umount", str(ground / "data" / "inner")], check=True)
    assert refused["at"] == "pod.yaml:volumes.data"
    assert "another file system" in refused["hint"]


def test_code_in_a_volume_is_not_imported_by_putting_it_on_the_path(tmp_path: Path) -> None:
    (tmp_path / "data" / "deep").mkdir(parents=True)
    for place in (tmp_path / "data", tmp_path / "data" / "deep"):
        (place / "unaudited.py").write_text("raise SystemExit('ran')")
    handler = """
        import sys
        from skillpod import Context, tool

        @tool
        def tries(ctx: Context) -> list[str]:
            said = []
            for place in (ctx.volume("data"), ctx.volume("data") / "deep", ctx.volume("data") / "deep" / ".."):
                sys.path.insert(0, str(place))
                try:
                    import unaudited
                except ImportError as error:
                    said.append(type(error).__name__)
            import colorsys  # the standard library is found as ever
            return said
    """

    async def act(guests: Guests, *_: Any) -> Any:
        return await value(guests, "tries")

    assert jailed(launch(handler, volumes=(volume(tmp_path / "data"),)), act) == ["ModuleNotFoundError"] * 3


@needs_root
def test_what_the_host_mounts_inside_later_is_not_passed_on(ground: Path) -> None:
    (ground / "data" / "inner").mkdir()
    opened = hold([volume(ground / "data")])
    source = "import os, time\nresult = os.listdir('/volumes/data/inner')"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "none", str(ground / "data" / "inner")], capture_output=True, check=False)
    if mounted.returncode:
        let_go(opened)
        pytest.skip("needs to mount a tmpfs")
    try:
        (ground / "data" / "inner" / "elsewhere").touch()
        assert run_in_jail(source, held=opened).value == []
    finally:
        let_go(opened)
        subprocess.run(["umount", str(ground / "data" / "inner")], check=True)


MODES = """
    import os
    open("/tmp/own", "w").close()
    result = []
    for path in ("/tmp/own", "/volumes/out/a.txt"):
        try:
            os.chmod(path, 0o600)
            result.append(0)
        except OSError as refused:
            result.append(refused.errno)
"""


def test_with_a_volume_to_write_no_mode_is_set_anywhere(ground: Path) -> None:
    """In it a guest acts as the owner of the host's files, and the filter sees no paths."""
    with held(volume(ground / "out", "write", "out")) as writable:
        assert run_in_jail(MODES, held=writable).value == [errno.EPERM, errno.EPERM]
    with held(volume(ground / "out", "read", "out")) as readable:
        assert run_in_jail(MODES, held=readable).value == [0, errno.EROFS]
