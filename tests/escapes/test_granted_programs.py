"""Every idea of getting out that a skill could have, had by a program that it was granted: an interpreter that runs whatever it is told.

Whoever words a program's arguments often runs code in its jail (``git -c alias.x=!...``), so that is where we begin. As with the skills'
own (``test_ideas``), each is tried twice: behind the walls, where it must fail, and without those that stop it, where it must succeed.
"""

from __future__ import annotations

import inspect
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.escapes import inside
from tests.escapes.collection import Idea, collected
from tests.escapes.host import PATIENCE, Host, loader
from tests.escapes.skill import numbers
from tests.support.hosts import ORDINARY_USER, SYSTEM_PYTHON
from tests.support.run_program import Ran, Spec, ran

_MAY = "a program may start others and wait for them: that they end with it is tried below"
_EXEC = "whoever is not root loses every capability by being started (capabilities(7)): a third wall, which nobody can take away"
OTHERWISE: Mapping[str, str] = {
    **dict.fromkeys(("fork", "fork_by_clone", "fork_handlers", "spawn"), _MAY),
    **dict.fromkeys(("another_user", "mount", "mount_detached", "setns"), _EXEC),
    "cancel_its_death": "it may: it ends with its namespace, and not by a signal that it could decline",
    "environment": "it has none of its zygote's: tests/sandbox/test_programs.py",
    "score_of_the_zygote": "that descriptor is closed by starting it, whatever the walls",
    "type_into_the_terminal": "it leads a session of its own, which has no terminal",
}
"""Ideas that are not tried here, and why."""

_TAIL = """
try:
    print("escaped" if {name}(system_call, {given!r}) else "nothing")
except BaseException as error:
    print(type(error).__name__)
"""
IDEAS = [
    idea
    for idea in collected()
    if idea.has_attack
    and not idea.attack.ours
    and not hasattr(idea.module, "victim")
    and idea.attack.succeeds == "escaped"
    and idea.name not in OTHERWISE
]

pytestmark = pytest.mark.skipif(not SYSTEM_PYTHON.exists(), reason="needs an interpreter of the system")
each = pytest.mark.parametrize("idea", IDEAS, ids=lambda idea: idea.name)


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as one:
        yield one


@each
def test_in_its_jail_it_fails(idea: Idea, host: Host, tmp_path: Path) -> None:
    _require(idea.attack.lacks())
    done = attempt(idea, host, tmp_path, without=())
    assert "escaped" not in done.stdout
    assert done.stdout or done.status or done.denied, "it ended in something"
    assert not (idea.attack.seen and idea.attack.seen(host, 0.0))


@each
def test_without_its_walls_it_succeeds(idea: Idea, host: Host, tmp_path: Path) -> None:
    _require(idea.attack.lacks() or idea.attack.needs())
    done = attempt(idea, host, tmp_path, without=walls_out(idea))
    assert done.stdout == "escaped\n", (done.stderr, done.denied, done.told)
    assert idea.attack.seen is None or idea.attack.seen(host, PATIENCE)


BOMB = """
import os, time
born = 0
for _ in range(64):
    try:
        if not os.fork():
            time.sleep(5)
            os._exit(0)
        born += 1
    except OSError:
        break
print(born)
"""


def born(**said: object) -> int:
    done = ran(python(BOMB, limits={"threads": 16, "memory": 64 << 20}, **said))
    return int(done.stdout)


def test_what_multiplies_is_bounded_and_without_limits_it_is_not() -> None:
    assert born() <= 16 or os.geteuid() != 0, "root gives each run a user id of its own"
    assert born(without=("rlimits",)) == 64


def test_where_runs_share_a_user_id_they_are_bounded_together(host: Host) -> None:
    volumes = {"data": (str(host.volumes["data"]), "read")}
    many = BOMB.replace("range(64)", "range(600)")
    done = ran(python(many, limits={"threads": 16, "memory": 64 << 20}, volumes=volumes))
    assert 0 < int(done.stdout) <= 16 * 17


HELD = """
import os
for number in range(4096):
    try:
        os.fstat(number)
    except OSError:
        continue
    print(number, end=" ")
"""


def test_it_holds_its_three_streams_and_no_other_handle_on_anything() -> None:
    """The wire of its jail's first process, above all: on it the host is told how a run went."""
    assert ran(python(HELD)).stdout == "0 1 2 "


STARTS = """
import os
place = {place!r} + "/program"
with open({loader!r}, "rb") as own, open(os.open(place, os.O_WRONLY | os.O_CREAT, 0o755), "wb") as file:
    file.write(own.read())
process = os.fork()
if not process:
    try:
        os.execv(place, ["program", "--version"])
    except OSError:
        os._exit(77)
print("started" if os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0 else "refused")
"""
"""A program of its own making: a copy of the dynamic loader, which says its version."""


@pytest.mark.skipif(not loader(), reason="needs a dynamic loader where C libraries put it")
def test_what_it_wrote_is_not_started_and_without_its_walls_it_is(host: Host) -> None:
    out = str(host.volumes["out"])
    for place, volumes in (("/volumes/out", {"out": (out, "write")}), ("/scratch/tmp", {})):
        host.reset()
        assert ran(python(STARTS.format(place=place, loader=loader()), volumes=volumes)).stdout == "refused\n"
    for alone in ("pivot_root", "landlock"):
        host.reset()
        others = () if alone == "pivot_root" else ("scratch_quota",)
        without = {"pivot_root", "landlock"} - {alone} | set(others)
        place = "/volumes/out" if alone == "pivot_root" else out
        done = ran(python(STARTS.format(place=place, loader=loader()), volumes={"out": (out, "write")}, without=tuple(without)))
        assert done.stdout == "refused\n", alone
    host.reset()
    bare = python(STARTS.format(place=out, loader=loader()), volumes={"out": (out, "write")}, without=_NO_FILE_WALL)
    assert "started\n" in ran(bare).stdout


_NO_FILE_WALL = ("landlock", "pivot_root", "scratch_quota")
IDENTIFY = "import os; os.execv({path!r}, ['id', '-u'])"


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root, who can make such a program, and setpriv")
def test_a_program_that_makes_everyone_root_makes_nobody_root() -> None:
    with tempfile.TemporaryDirectory(prefix="skillpod-setuid-", dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        program = folder / "id"
        shutil.copyfile(shutil.which("id") or "", program)
        program.chmod(0o4755)
        done = ran(python(IDENTIFY.format(path=str(program)), programs={"python": (*_interpreter(), name)}))
        assert int(done.stdout) >= 1000
        outside = subprocess.run([*ORDINARY_USER, program, "-u"], capture_output=True, text=True, check=True)
        assert outside.stdout == "0\n"


LEAVES = """
import os
if not os.fork():
    os.setsid()
    if not os.fork():
        [os.close(number) for number in (0, 1, 2)]  # nobody waits for it
        os.execv({path!r}, [{path!r}, "-I", "-S", "-c", "import time; time.sleep(30)", {word!r}])
    os._exit(0)
os.wait()
"""


def left(word: str) -> list[int]:
    """Process ids on this machine of those whose command line ends in a word."""
    found = []
    for process in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if (process / "cmdline").read_bytes().rstrip(b"\0").endswith(word.encode()):
                found.append(int(process.name))
    return found


def test_what_it_leaves_running_ends_with_it_and_without_the_namespace_it_does_not() -> None:
    word = f"skillpod-left-{os.getpid()}"
    leaves = LEAVES.format(path=_interpreter()[0], word=word)
    assert ran(python(leaves)).status == 0
    assert _until(lambda: not left(word))
    assert ran(python(leaves, without=("pid_namespace",))).status == 0
    try:
        assert _until(lambda: bool(left(word)))
    finally:
        for process in left(word):
            os.kill(process, signal.SIGKILL)


def python(source: str, **said: Any) -> Spec:
    return Spec(**{"argv": ["python", "-I", "-S", "-B", "-c", source], "programs": {"python": _interpreter()}, "timeout": 15.0, **said})


def _until(is_so: Callable[[], bool]) -> bool:
    """The kernel ends them, and says so to nobody."""
    deadline = time.monotonic() + PATIENCE
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.005)
    return is_so()


def walls_out(idea: Idea) -> tuple[str, ...]:
    """With what can't be had without them."""
    out = {*idea.attack.walls, *idea.attack.besides}
    return tuple(sorted(out | {"scratch_quota"} if "pivot_root" in out else out))


def attempt(idea: Idea, host: Host, home: Path, *, without: tuple[str, ...]) -> Ran:
    host.reset()
    given = {**host.given(), "home": str(home)}
    limits = {name: _size(said) for name, said in idea.attack.limits.items()}
    return ran(
        python(
            text(idea, given),
            volumes={name: (str(host.volumes[name]), access) for name, access in idea.attack.volumes.items()},
            limits=limits,
            without=without,
        )
    )


def text(idea: Idea, given: Mapping[str, object]) -> str:
    source = inspect.getsource(idea.module.attack).replace("(call: Call, given: Given)", "(call, given)")
    used = {name: number for name, number in numbers().items() if f'"{name}"' in source}
    texts = (inspect.getsource(inside), f"NUMBERS = {used!r}\n", source)
    return "\n\n".join((*texts, _TAIL.format(name="attack", given=given)))


@cache
def _interpreter() -> tuple[str, ...]:
    """Its file and its library."""
    real = os.path.realpath(SYSTEM_PYTHON)
    return (real, f"/usr/lib/{os.path.basename(real)}")


def _size(said: object) -> object:
    if isinstance(said, str) and said.endswith("MiB"):
        return int(said.removesuffix("MiB")) << 20
    return said


def _require(lacking: str) -> None:
    if lacking:
        pytest.skip(f"needs {lacking}")
