"""What the jail saw: the kernel's own word of what was refused, and the guest's, best effort; for real guests."""

from __future__ import annotations

import asyncio
import base64
import json
import platform
import subprocess
import sys
from typing import Any

import pytest

from skillpod.errors import SkillFailed, WireBroken
from skillpod.model.capability import Lifetime
from skillpod.model.command import OWNER
from skillpod.model.guest import Act, Attempt, Source, WallState
from skillpod.model.manifest import Limits
from skillpod.sandbox.seccomp import ALLOW
from tests.support import jail
from tests.support.guests import launch
from tests.support.hosts import REPOSITORY
from tests.support.jailed import sandbox

TRIES = """
    import ctypes, os, socket, threading
    from skillpod import tool

    @tool
    def quiet(text: str) -> str:
        return text.upper()

    @tool
    def connect() -> None:
        socket.create_connection(("192.0.2.1", 443))

    @tool
    def look(path: str) -> str:
        with open(path) as file:
            return file.read()

    @tool
    def scribble(path: str) -> str:
        with open(path, "w") as file:
            file.write("x")
        return open(path).read()

    @tool
    def raw(number: int) -> int:
        return ctypes.CDLL(None, use_errno=True).syscall(number, -1, -1, -1, -1)

    @tool
    def from_a_thread() -> None:
        def run() -> None:
            try:
                os.symlink("/etc/passwd", "/tmp/link")
            except OSError:
                pass
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()

    @tool
    def flood(times: int) -> int:
        refused = 0
        for _ in range(times):
            try:
                os.memfd_create("x")
            except OSError:
                refused += 1
        return refused
"""


def watched(*calls: tuple[str, dict[str, Any]], handler: str = TRIES, without: tuple[str, ...] = ()) -> tuple[list[Attempt], list[Any]]:
    """What was seen while these calls ran, one after the other, and what each gave (its error, where it failed)."""

    async def act() -> tuple[list[Attempt], list[Any]]:
        seen: list[Attempt] = []
        given: list[Any] = []
        opted_out = tuple((wall, "a test") for wall in without)
        async with sandbox() as house:
            guests = house.open(
                launch(handler, opted_out=opted_out, lifetime=Lifetime.SKILL), on_death=lambda error: None, watch=seen.append
            )
            try:
                for tool, arguments in calls:
                    try:
                        given.append((await guests.call(tool, arguments, OWNER)).value)
                    except SkillFailed as error:
                        given.append(error)
            finally:
                await guests.close()
        return seen, given

    return asyncio.run(act())


def of(attempts: list[Attempt], by: Source) -> list[tuple[Act, str, str]]:
    return [(attempt.act, attempt.target, attempt.tool) for attempt in attempts if attempt.by is by]


def test_a_skill_that_stays_with_its_own_is_seen_doing_nothing() -> None:
    seen, given = watched(("quiet", {"text": "hush"}), ("scribble", {"path": "/tmp/mine"}))
    assert given == ["HUSH", "x"]
    assert [attempt for attempt in seen if attempt.act is not Act.LOAD] == [], "but importing ctypes loads the C library"


ORDINARY = """
    import email.utils, getpass, grp, io, logging.handlers, os, pathlib, pwd, shutil, socket, sqlite3, tarfile, tempfile, uuid, zipfile
    from skillpod import tool

    @tool
    def directories() -> None:
        with tempfile.TemporaryDirectory() as made:
            pathlib.Path(made, "below").mkdir()
            pathlib.Path(made, "below", "file").write_text("x")
        inside = os.open("/tmp", os.O_RDONLY)
        os.mkdir("made", dir_fd=inside)
        os.rename("made", "moved", src_dir_fd=inside, dst_dir_fd=inside)
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=inside))
        os.remove("file", dir_fd=inside)
        shutil.rmtree("/tmp/moved")
        shutil.rmtree("/tmp/none", ignore_errors=True)

    @tool
    def databases() -> None:
        for name in ("/tmp/a", ":memory:", "", "file:/tmp/b?mode=rwc", "file:///tmp/c", "file:x?mode=memory", "file::memory:?cache=shared"):
            sqlite3.connect(name, uri=True).execute("create table words (word)")

    @tool
    def archives() -> None:
        pathlib.Path("/tmp/file").write_text("x")
        with tarfile.open("/tmp/made.tgz", "w:gz") as archive:
            archive.add("/tmp/file", "file")
        with zipfile.ZipFile("/tmp/made.zip", "w") as archive:
            archive.write("/tmp/file", "file")
            archive.extractall("/tmp/out")

    @tool
    def names() -> None:
        for find in (lambda: pwd.getpwuid(1000), lambda: grp.getgrgid(1000), getpass.getuser):
            try:
                find()
            except (KeyError, OSError):
                pass

    @tool
    def records() -> None:
        handler = logging.handlers.RotatingFileHandler("/tmp/log", maxBytes=10, backupCount=2)
        for word in ("one", "two"):
            handler.emit(logging.LogRecord("x", 30, "x", 1, word * 10, (), None))
        uuid.uuid4()
"""


@pytest.mark.parametrize("tool", ["directories", "databases", "archives", "names", "records"])
def test_what_honest_skills_do_with_the_standard_library_is_no_attempt(tool: str) -> None:
    seen, given = watched((tool, {}), handler=ORDINARY)
    assert given == [None]
    assert seen == []


def test_another_local_socket_is_told() -> None:
    handler = "import socket\nfrom skillpod import tool\n@tool\ndef go() -> None:\n    socket.socket(socket.AF_UNIX)\n"
    seen, _ = watched(("go", {}), handler=handler)
    assert of(seen, Source.KERNEL) == [(Act.SOCKET, "socket AF_UNIX SOCK_STREAM", "go")]


def test_what_is_tried_while_a_skill_loads_is_told_by_the_guest_too() -> None:
    handler = """
        from skillpod import tool

        try:
            open("/etc/shadow")
        except OSError:
            pass

        @tool
        def go() -> None: ...
    """
    seen, _ = watched(("go", {}), handler=handler)
    assert of(seen, Source.GUEST) == [(Act.OPEN, "/etc/shadow", "")]


def test_a_name_that_is_no_text_is_told_in_escapes_and_ends_no_guest() -> None:
    handler = TRIES.replace("open(path)", "open(path.encode('latin-1'))")
    seen, given = watched(("look", {"path": "/\xff"}), ("quiet", {"text": "on"}), handler=handler)
    assert given[1] == "ON"
    assert (Act.OPEN, "/\\udcff", "look") in of(seen, Source.GUEST)


def test_the_kernel_tells_of_a_socket_and_the_guest_of_where_to() -> None:
    seen, given = watched(("connect", {}))
    assert isinstance(given[0], SkillFailed)
    assert of(seen, Source.KERNEL) == [(Act.SOCKET, "socket AF_INET SOCK_STREAM", "connect")]
    assert (Act.CONNECT, "192.0.2.1:443", "connect") in of(seen, Source.GUEST)


def test_files_outside_are_told_by_the_guest_in_the_way_they_were_opened() -> None:
    seen, _ = watched(("look", {"path": "/etc/passwd"}), ("scribble", {"path": "/etc/passwd"}), ("look", {"path": "../../etc/./hosts"}))
    assert [words for words in of(seen, Source.GUEST) if words[0] is not Act.LOAD] == [
        (Act.OPEN, "/etc/passwd", "look"),
        (Act.WRITE, "/etc/passwd", "scribble"),
        (Act.OPEN, "/etc/hosts", "look"),
    ]


def test_native_code_that_raises_no_audit_event_is_told_by_the_kernel() -> None:
    keyctl = {"x86_64": 250, "aarch64": 219}[platform.machine()]
    seen, given = watched(("raw", {"number": keyctl}))
    assert given == [-1]
    assert of(seen, Source.KERNEL) == [(Act.CALL, "keyctl", "raw")]


def test_a_thread_of_a_guest_is_the_guest() -> None:
    seen, _ = watched(("from_a_thread", {}))
    assert of(seen, Source.KERNEL) == [(Act.CALL, "symlink" if platform.machine() == "x86_64" else "symlinkat", "from_a_thread")]


def test_the_self_test_is_not_taken_for_the_skill() -> None:
    """Each guest tries to make a socket before it is sent a byte of the skill's."""
    seen, _ = watched(("quiet", {"text": "x"}), ("quiet", {"text": "y"}))
    assert of(seen, Source.KERNEL) == []


def test_a_guest_that_does_nothing_but_try_is_answered_and_holds_nobody_up() -> None:
    async def act() -> tuple[int, float, int]:
        seen: list[Attempt] = []
        async with sandbox() as house:
            patient = Limits(wall=60.0, cpu=30.0)  # on a slow kernel, beside other tests, the flood itself takes several seconds
            guests = house.open(launch(TRIES, lifetime=Lifetime.SKILL, limits=patient), on_death=lambda error: None, watch=seen.append)
            try:
                call = asyncio.ensure_future(guests.call("flood", {"times": 500}, OWNER))
                loop, latest = asyncio.get_running_loop(), 0.0
                started = loop.time()
                while not call.done():
                    before = loop.time()
                    await asyncio.sleep(0.001)
                    latest = max(latest, loop.time() - before)
                late = latest / max(4.0, loop.time() - started)
                return (await call).value, late, len([attempt for attempt in seen if attempt.target == "memfd_create"])
            finally:
                await guests.close()

    refused, late, told = asyncio.run(act())
    assert (refused, told) == (500, 500)
    assert late < 0.25, "the loop went on all the time"


def test_without_the_witness_the_same_calls_are_refused_in_silence() -> None:
    seen, given = watched(("connect", {}), without=("witness",))
    assert isinstance(given[0], SkillFailed)
    assert of(seen, Source.KERNEL) == []
    assert (Act.CONNECT, "192.0.2.1:443", "connect") in of(seen, Source.GUEST), "the guest's own word is there all the same"


LISTENED_TO = """
import base64, json, sys
from skillpod.sandbox.guest import kernel
from tests.support.jail import run_in_jail
kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
listener = kernel.seccomp_listen(base64.b64decode(sys.argv[1]))
answer = run_in_jail("import socket; socket.socket()")
print(json.dumps([answer.errno, [[wall.name, wall.state.value, wall.detail] for wall in answer.report.walls if wall.name == "witness"]]))
"""


def test_under_a_filter_that_has_a_listener_already_it_says_why_and_the_wall_stands() -> None:
    """As in a container whose engine listens: the kernel gives a process one listener."""
    allow_all = base64.b64encode(b"\x06\x00\x00\x00" + ALLOW.to_bytes(4, "little")).decode()
    done = subprocess.run(
        [sys.executable, "-c", LISTENED_TO, allow_all], capture_output=True, text=True, timeout=60, check=True, cwd=REPOSITORY
    )
    errno, ((name, state, detail),) = json.loads(done.stdout)
    assert (errno, name, state) == (1, "witness", "unavailable")
    assert "busy" in detail.lower()


def test_it_needs_the_walls_it_is_a_part_of() -> None:
    report = jail.run_in_jail("", "seccomp").report
    witness = next(wall for wall in report.walls if wall.name == "witness")
    assert witness.state is WallState.UNAVAILABLE
    assert "seccomp" in witness.detail


LIES = """
    import skillpod.sandbox.guest.observer as observer
    from skillpod import tool

    observer.Observer.take = lambda self: SAID

    @tool
    def lie() -> str:
        return "done"
"""


@pytest.mark.parametrize(
    "said",
    ["[['open']]", "[['open', 7]]", "[['made up', 'x']]", "[['open', 'x' * 201]]", "[['open', 'x']] * 33", "{'open': 'x'}", "7"],
)
def test_what_a_guest_says_it_saw_is_checked_as_all_it_says(said: str) -> None:
    seen, given = watched(("lie", {}), handler=LIES.replace("SAID", said))
    assert isinstance(given[0], WireBroken)
    assert seen == []


def test_a_skill_can_fool_its_own_observer_but_not_the_kernel() -> None:
    handler = LIES.replace("SAID", "[]") + "\n    @tool\n    def go() -> None:\n        import os\n        os.memfd_create('x')\n"
    seen, _ = watched(("go", {}), handler=handler)
    assert of(seen, Source.GUEST) == []
    assert of(seen, Source.KERNEL) == [(Act.CALL, "memfd_create", "go")]
