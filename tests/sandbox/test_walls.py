"""What a guest finds behind its walls, what it can do there, and what is reported where a wall can't be had."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import IsolationUnavailable, WireBroken
from skillpod.model.guest import WallState
from skillpod.model.manifest import Limits
from skillpod.sandbox.guest.walls.board import REQUIRED, WALLS
from skillpod.sandbox.reports import read_walls
from skillpod.sandbox.zygote import Zygote
from tests.support import jail
from tests.support.hosts import ORDINARY_USER, on_a_host, readable_by_others
from tests.support.jail import run_in_jail

MIB = 1024 * 1024

NAMESPACES = {"user_namespace", "mount_namespace", "network_namespace", "pid_namespace", "ipc_namespace", "uts_namespace"}

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has other ids to give")


# --- what a guest finds ----------------------------------------------------------------------------------------------------------


def test_every_wall_is_named_once_with_its_state() -> None:
    report = run_in_jail("result = None").report
    assert [wall.name for wall in report.walls] == list(WALLS)
    for wall in report.walls:
        assert wall.state is WallState.ACTIVE or wall.remedy, wall
    assert set(report.self_test.values()) == {"refused"}


def test_the_environment_is_the_constructed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKILLPOD_SECRET", "hunter2")
    answer = run_in_jail("import os; result = dict(os.environ)")
    assert answer.value == {
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "MALLOC_ARENA_MAX": "1",
        "TMPDIR": "/tmp",
        "TZ": "UTC",
    }


def test_only_the_wire_and_the_three_standard_descriptors_are_open() -> None:
    answer = run_in_jail(
        """
        import os
        def is_open(number):
            try:
                os.fstat(number)
            except OSError:
                return False
            return True
        result = [number for number in range(4096) if is_open(number)]
        """
    )
    assert answer.value == [0, 1, 2, 3]


def test_what_a_guest_sets_on_its_descriptors_no_other_guest_can_read() -> None:
    flags = "import fcntl, os; flags = os.O_APPEND | os.O_NONBLOCK; "

    async def act() -> tuple[Any, Any]:
        async with jail.zygote() as zygote, jail.guest(zygote) as one, jail.guest(zygote) as other:
            for guest in (one, other):
                await guest.report()
            told = await one.ask(flags + "result = [fcntl.fcntl(number, fcntl.F_SETFL, flags) for number in range(3)]")
            read = await other.ask(flags + "result = [fcntl.fcntl(number, fcntl.F_GETFL) & flags for number in range(4)]")
            assert told is not None
            assert read is not None
            return told["value"], read["value"]

    assert asyncio.run(act()) == ([0, 0, 0], [0, 0, 0, 0])


def test_no_time_of_a_file_of_the_hosts_is_set_through_the_input() -> None:
    """It was opened on the host's own mount, which is not read-only: whoever may write to a file may say that it was written to now."""
    assert run_in_jail("import os; os.utime(0)").errno == errno.EROFS


def test_the_whole_standard_library_is_there_and_nothing_else() -> None:
    answer = run_in_jail(
        """
        import sys
        result, left_out = {}, {"antigravity", "this", "idlelib", "turtle", "turtledemo", "lib2to3", "test", "tkinter", "ensurepip"}
        for name in sorted(sys.stdlib_module_names - left_out - {"msilib", "msvcrt", "nt", "winreg", "winsound"}):
            if not name.startswith("_"):
                try:
                    __import__(name)
                except Exception as error:
                    result[name] = repr(error)
        for name in ("yaml", "pytest", "pip", "skillpod.policy", "skillpod.errors", "tests.support.jail"):
            try:
                __import__(name)
            except ImportError:
                continue
            result[name] = "can be imported"
        """
    )
    assert answer.value == {}


def test_what_skills_commonly_do_works() -> None:
    answer = run_in_jail(
        """
        import asyncio, ctypes, datetime, decimal, os, queue, random, shutil, sqlite3, tempfile, threading, zoneinfo
        from concurrent.futures import ThreadPoolExecutor

        async def later():
            await asyncio.sleep(0.001)
            return await asyncio.to_thread(lambda: "later")

        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a")
            with open(path, "w") as file:
                file.write("text")
            os.rename(path, path + "b")
            shutil.copyfile(path + "b", path)
            files = sorted(os.listdir(folder))
        database = sqlite3.connect("/tmp/data.db")
        database.execute("pragma journal_mode=wal")
        database.execute("create table t (n)")
        database.executemany("insert into t values (?)", [(n,) for n in range(100)])
        database.commit()
        with ThreadPoolExecutor(6) as pool:
            summed = sum(pool.map(abs, range(-10, 0)))
        callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda n: n + 1)
        offset = datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("UTC")).utcoffset().seconds
        result = [asyncio.run(later()), files, database.execute("select sum(n) from t").fetchone(), summed, callback(41), offset]
        """
    )
    assert answer.error == ""
    assert answer.value == ["later", ["a", "ab"], [4950], 55, 42, 0]


def test_the_guest_is_nobody_the_host_knows() -> None:
    answer = run_in_jail("import os, platform; result = [os.getpid(), os.getppid(), platform.node(), os.getcwd(), os.getresuid()]")
    process, parent, node, directory, users = answer.value
    assert (parent, node, directory) == (1, "guest", "/scratch/tmp")
    assert process > 1
    assert 0 not in users


@needs_root
def test_on_the_host_a_roots_guest_is_an_unallocated_user() -> None:
    async def work() -> None:
        async with jail.zygote() as zygote, jail.guest(zygote) as guest:
            await guest.report()
            status = Path(f"/proc/{guest.forked.process}/status").read_text().splitlines()
            fields = dict(line.split(":", 1) for line in status)
            assert {int(user) > 1_900_000_000 for user in fields["Uid"].split()} == {True}
            assert {int(group) > 1_900_000_000 for group in fields["Gid"].split()} == {True}
            assert fields["Groups"].split() == []
            assert {fields[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
            assert (fields["NoNewPrivs"].strip(), fields["Seccomp"].strip()) == ("1", "2")

    asyncio.run(work())


def test_the_zygote_keeps_no_right_a_fork_does_not_need() -> None:
    async def work() -> None:
        async with jail.zygote() as zygote, jail.guest(zygote) as guest:
            await guest.report()
            status = Path(f"/proc/{guest.forked.process}/status").read_text()
            parent = next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:"))
            fields = dict(line.split(":", 1) for line in Path(f"/proc/{parent}/status").read_text().splitlines())
            ids = 1 << 6 | 1 << 7 if os.geteuid() == 0 else 0  # CAP_SETGID, CAP_SETUID: each guest gets a user id of its own
            assert int(fields["CapEff"], 16) == 1 << 21 | ids  # CAP_SYS_ADMIN: each guest gets a /tmp of its own
            assert int(fields["CapBnd"], 16) == 0
            waiter = dict(line.split(":", 1) for line in Path(f"/proc/{fields['PPid'].strip()}/status").read_text().splitlines())
            assert int(waiter["CapEff"], 16) == int(waiter["CapPrm"], 16) == 0

    asyncio.run(work())


def test_the_view_of_files_holds_nothing_that_was_not_put_there() -> None:
    answer = run_in_jail(
        """
        import os, sys
        gone = ["/etc", "/proc", "/sys", "/root/.ssh", "/home", "/var", "/usr/bin", "/bin", "/run", "/dev/kvm", "/dev/shm", "/boot"]
        packages = [os.path.join(path, name) for path in sys.path for name in ("site-packages", "dist-packages")]
        result = {
            "there": [path for path in gone if os.path.lexists(path)],
            "packages": [name for path in packages if os.path.isdir(path) for name in os.listdir(path)],
            "interpreter": os.path.exists(sys.executable),
        }
        """
    )
    assert answer.value == {"there": [], "packages": [], "interpreter": False}


def test_nothing_but_tmp_can_be_written() -> None:
    answer = run_in_jail(
        """
        import os, sys
        result = []
        for folder in ["/", "/scratch", "/dev", "/usr", os.path.dirname(os.__file__), *sys.path, "/usr/share/zoneinfo"]:
            try:
                os.close(os.open(os.path.join(folder, "written"), os.O_WRONLY | os.O_CREAT))
            except OSError:
                continue
            result.append(folder)
        for path in (os.__file__, "/canary"):
            try:
                os.close(os.open(path, os.O_WRONLY))
            except OSError:
                continue
            result.append(path)
        with open("/tmp/fine", "w") as file:
            file.write("fine")
        """
    )
    assert (answer.error, answer.value) == ("", [])


def test_what_one_guest_writes_no_other_sees() -> None:
    async def work() -> None:
        async with jail.zygote() as zygote, jail.guest(zygote) as one:
            await one.report()
            await one.ask("open('/tmp/secret', 'w').write('x')")
            assert (await jail.probe(zygote, "import os; result = os.listdir('/tmp')")).value == []

    asyncio.run(work())


# --- limits ----------------------------------------------------------------------------------------------------------------------


def test_the_default_memory_is_usable_and_two_gibibytes_are_a_memory_error() -> None:
    answer = run_in_jail(
        """
        usable = len(bytearray(200 << 20))
        try:
            bytearray(2 << 30)
        except MemoryError:
            result = [usable, "MemoryError"]
        """
    )
    assert answer.value == [200 * MIB, "MemoryError"]


def test_memory_shared_with_nobody_counts_too() -> None:
    answer = run_in_jail("import mmap; mmap.mmap(-1, 1 << 30)", limits=Limits(memory=64 * MIB))
    assert answer.error.startswith(("OSError", "MemoryError"))


@needs_root
def test_threads_are_counted_for_each_guest_alone() -> None:
    source = """
        import threading
        release, started = threading.Event(), 0
        try:
            while started < 200:
                threading.Thread(target=release.wait, daemon=True).start()
                started += 1
        except RuntimeError:
            pass
        result = started
        """

    async def work() -> None:
        async with jail.zygote() as zygote, jail.guest(zygote, Limits(threads=8)) as one:
            await one.report()
            answer = await one.ask(source)
            assert answer is not None
            assert answer["value"] == 7  # and the main thread
            assert (await jail.probe(zygote, source, Limits(threads=12))).value == 11

    asyncio.run(work())


def test_scratch_is_as_large_as_the_limit_says() -> None:
    source = """
        import os
        os.makedirs("/tmp/a/b")
        written = 0
        try:
            for number in range(64):
                with open(f"/tmp/a/{number}", "wb") as file:
                    written += file.write(bytes(1 << 20))
        except OSError as error:
            result = [written, error.errno]
        """
    answer = run_in_jail(source, limits=Limits(scratch=8 * MIB))
    written, errno = answer.value
    assert 6 * MIB <= written <= 8 * MIB
    assert errno == 28


def test_no_scratch_means_no_place_to_write() -> None:
    answer = run_in_jail("open('/tmp/x', 'w')", limits=Limits(scratch=0))
    assert answer.error.startswith(("OSError", "PermissionError"))


def test_a_number_of_empty_files_is_a_limit_too() -> None:
    answer = run_in_jail("for n in range(100_000): open(f'/tmp/{n}', 'w').close()", limits=Limits(scratch=1 * MIB))
    assert answer.error.startswith("OSError: [Errno 28]")


# --- refusals --------------------------------------------------------------------------------------------------------------------


def test_a_required_wall_that_did_not_go_up_is_an_error_that_names_it() -> None:
    wall = {"name": "seccomp", "state": "unavailable", "required": True, "detail": "EINVAL", "remedy": ""}
    with pytest.raises(IsolationUnavailable, match="seccomp") as refused:
        read_walls({"walls": [wall], "self_test": {}, "failed": True})
    assert refused.value.at == "seccomp"
    assert "CONFIG_SECCOMP_FILTER" in refused.value.hint


def test_a_probe_that_got_through_is_an_error_that_names_it() -> None:
    with pytest.raises(IsolationUnavailable, match="make a socket") as refused:
        read_walls({"walls": [], "self_test": {"fork": "refused", "make a socket": "succeeded"}, "failed": True})
    assert refused.value.at == "self_test"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: an ordinary user's guests share their id in any case")
def test_who_shares_an_id_for_want_of_a_wall_is_not_told_that_its_threads_are_its_own() -> None:
    def threads(*without: str) -> str:
        report = run_in_jail("", *without).report
        return next(wall.detail for wall in report.walls if wall.name == "rlimits")

    assert "16 threads" in threads()
    assert "4096 threads for all guests together" in threads("guest_identity")


def test_a_report_that_says_nothing_of_a_required_wall_is_not_believed() -> None:
    told = [{"name": name, "state": "active", "required": True, "detail": "", "remedy": ""} for name in sorted(REQUIRED)]
    assert read_walls({"walls": told, "self_test": {}, "failed": False}).walls
    with pytest.raises(WireBroken, match=r"it does not say how seccomp stands"):
        read_walls({"walls": [wall for wall in told if wall["name"] != "seccomp"], "self_test": {}, "failed": False})


def test_a_wall_there_is_not_can_not_be_left_out() -> None:
    with pytest.raises(IsolationUnavailable, match="no such wall to do without: secomp"):
        Zygote(without=frozenset({"secomp"}))


def test_a_wall_left_out_by_name_is_said_to_be_disabled() -> None:
    answer = run_in_jail("result = None", "landlock")
    assert answer.states()["landlock"] is WallState.DISABLED
    assert answer.states()["pivot_root"] is WallState.ACTIVE
    assert "read a file that is not granted" not in answer.report.self_test


@needs_root
def test_an_interpreter_that_guests_could_not_read_is_refused() -> None:
    """Without a user namespace root's guests are an ordinary user, and this one's home may be closed to those."""
    if os.access(sys.base_prefix, os.X_OK) and readable_by_others(Path(sys.base_prefix)):
        pytest.skip("this interpreter is readable by everyone")
    with pytest.raises(IsolationUnavailable) as refused:
        run_in_jail("result = None", "user_namespace")
    assert refused.value.at == "user_namespace"


# --- other hosts -----------------------------------------------------------------------------------------------------------------


def missing(shown: dict[str, Any]) -> set[str]:
    assert "report" in shown, shown
    assert set(shown["report"]["self_test"].values()) == {"refused"}
    return {wall["name"] for wall in shown["report"]["walls"] if wall["state"] != "active"}


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
LOOK = "import os; result = [os.getuid(), os.path.exists('/etc/passwd') and open('/etc/passwd').read()]"


def own_ids(prefix: Sequence[str]) -> set[str]:
    """Only root has an id for each guest."""
    return set() if os.geteuid() == 0 and not prefix else {"guest_identity"}


@USERS
def test_a_full_host_lacks_nothing_but_the_cgroup(prefix: Sequence[str]) -> None:
    shown = on_a_host("", LOOK, prefix=prefix)
    assert missing(shown) == {"cgroup"} | own_ids(prefix)
    assert shown["value"][1] is False


@USERS
def test_without_landlock_the_root_is_the_wall_around_files(prefix: Sequence[str]) -> None:
    shown = on_a_host("landlock", LOOK, prefix=prefix)
    assert missing(shown) == {"cgroup", "landlock", "landlock_scopes"} | own_ids(prefix)
    assert shown["value"][1] is False


@USERS
def test_without_user_namespaces_landlock_is_the_wall_around_files(prefix: Sequence[str]) -> None:
    shown = on_a_host("unshare", LOOK, prefix=prefix)
    assert missing(shown) == {"cgroup", "guest_identity", "pivot_root", "scratch_quota"} | NAMESPACES
    assert "PermissionError" in shown["error"]


@USERS
def test_where_namespaces_are_given_and_mounting_is_not_the_rest_still_stands(prefix: Sequence[str]) -> None:
    shown = on_a_host("mount", LOOK, prefix=prefix)
    assert missing(shown) == {"cgroup", "pivot_root", "scratch_quota"} | own_ids(prefix)
    assert "PermissionError" in shown["error"]


@USERS
@pytest.mark.parametrize("refusing", ["unshare,landlock", "mount,landlock"])
def test_with_no_wall_around_files_there_is_no_guest(refusing: str, prefix: Sequence[str]) -> None:
    refused = on_a_host(refusing, LOOK, prefix=prefix)["refused"]
    assert (refused["code"], refused["at"]) == ("isolation_unavailable", "landlock")
    assert "Landlock" in refused["hint"]


@needs_root
def test_without_namespaces_a_roots_guest_is_still_not_root() -> None:
    shown = on_a_host("unshare", "import os; result = os.getresuid()")
    assert set(shown["value"]) == {1_900_000_000}


COPIES = """
    import os, shutil
    open("/tmp/a", "w").write("x")
    shutil.copy("/tmp/a", "/tmp/b")
    shutil.copy2("/tmp/a", "/tmp/c")
    os.mkdir("/tmp/d")
    shutil.copytree("/tmp/d", "/tmp/e")
    os.chmod("/tmp/a", 0o600)
    result = []
    for path, mode in (("/tmp/a", 0o4755), ("/tmp/a", 0o2755), ("/dev/null", 0o777), (os.__file__, 0o777)):
        try:
            os.chmod(path, mode)
        except OSError as refused:
            result.append(refused.errno)
"""


def test_a_guest_sets_modes_and_times_of_its_own_files_and_makes_none_setuid() -> None:
    answer = run_in_jail(COPIES)
    assert (answer.error, answer.value) == ("", [errno.EPERM, errno.EPERM, errno.EROFS, errno.EROFS])
