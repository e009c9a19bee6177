"""Attacks by programs: behind the walls of every guest (``test_ideas``), with a copy of the skill they may spoil, for one call.

What is new with them is tried here: what they are given, what they leave behind, and how their words travel.
"""

from __future__ import annotations

import asyncio
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from skillpod.errors import DeadlineExceeded, GuestDied, SkillpodError, ToolRaised, WireBroken
from skillpod.model.guest import Launch
from skillpod.model.manifest import Limits
from skillpod.ports import Guests
from tests.support.guests import SHORT
from tests.support.jailed import jailed, sandbox, value
from tests.support.programs import program, program_launch

HONEST = program("scripts/honest.py", name="honest")
HONEST_SOURCE = b"print('honest')"
WIRE = """
import os, stat, sys
def wire():
    for number in range(4096, 2, -1):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                return number
        except OSError:
            pass
"""


def attack(source: str, limits: Limits = SHORT) -> Launch:
    """The program ``run`` is the attacker; ``honest`` is of the same skill, and says one word."""
    return program_launch(source, HONEST, files={"scripts/honest.py": HONEST_SOURCE}, limits=limits)


def attempt(started: Launch) -> tuple[Any, list[SkillpodError]]:
    """What the attack's call ended in, and the deaths its guests died; the next call is served as ever."""

    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> tuple[Any, list[SkillpodError]]:
        ended: Any
        try:
            ended = await value(guests, "run")
        except SkillpodError as error:
            ended = error
        for _turn in range(2):
            assert (await value(guests, "honest"))["stdout"] == "honest\n"
        return ended, deaths

    return jailed(started, act)  # type: ignore[no-any-return]


# --- files ---------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user of the host may read and write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(folder.stat().st_mode | stat.S_IRWXO)
        (folder / "secret").write_text("hunter2")
        yield folder


def test_it_reaches_no_file_of_the_host(open_folder: Path) -> None:
    source = f"""
        import json, os
        from pathlib import Path
        def tried(path):
            try:
                return Path(path).read_text()
            except OSError as error:
                return type(error).__name__
        secret = {str(open_folder / "secret")!r}
        try:
            os.symlink(secret, "link")
        except OSError:
            pass
        up = Path(__file__).parent / ("../" * 20)
        print(json.dumps([tried(path) for path in (secret, "link", str(up) + secret, "/proc/1/environ", "/proc/self/maps", "/etc/passwd")]))
    """
    ended, _ = attempt(attack(source))
    assert set(json.loads(ended["stdout"])) <= {"FileNotFoundError", "PermissionError"}


def test_it_writes_nowhere_but_into_its_scratch(open_folder: Path) -> None:
    source = f"""
        import json, os
        from pathlib import Path
        def tried(folder):
            try:
                Path(folder, "was-here").write_text("x")
            except OSError as error:
                return type(error).__name__
            return "written"
        outside = ["/", "/scratch", "/dev", os.path.dirname(os.__file__), {str(open_folder)!r}]
        inside = [".", "/tmp", Path(__file__).parent]
        print(json.dumps([[tried(folder) for folder in outside], [tried(folder) for folder in inside]]))
    """
    ended, _ = attempt(attack(source))
    outside, inside = json.loads(ended["stdout"])
    assert set(outside) <= {"FileNotFoundError", "PermissionError", "OSError"}
    assert set(inside) == {"written"}
    assert sorted(os.listdir(open_folder)) == ["secret"]


def test_it_finds_nothing_of_another_skills_program_that_runs_beside_it() -> None:
    owner = """
        import sys
        from pathlib import Path
        Path("secret-of-the-owner").write_text("hunter2")
        Path("/tmp/secret-of-the-owner").write_text("hunter2")
        import time
        time.sleep(60)
    """
    thief = """
        import json, os
        found = [os.path.join(folder, name) for folder, _, names in os.walk("/") for name in names if "secret-of" in name]
        print(json.dumps([found, sorted(os.listdir("/scratch")), sorted(os.listdir("/tmp"))]))
    """

    async def side_by_side() -> Any:
        async with sandbox() as jail:
            theirs = jail.open(program_launch(owner, name="owner"), on_death=lambda _: None)
            ours = jail.open(program_launch(thief, name="thief"), on_death=lambda _: None)
            running = asyncio.ensure_future(value(theirs, "run"))
            async with asyncio.timeout(10):
                while not theirs.census()["busy"]:
                    await asyncio.sleep(0)
            seen = [json.loads((await value(ours, "run"))["stdout"]) for _ in range(3)]
            assert not running.done()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await theirs.close()
            await ours.close()
            return seen

    assert asyncio.run(side_by_side()) == [[[], ["tmp"], ["skill", "work"]]] * 3


@pytest.mark.parametrize(
    "deed",
    [
        "(folder / 'honest.py').write_text('print(1)'); (folder / 'run.py').unlink()",
        "shutil.rmtree(folder.parent)",
        "sys.modules['json'] = sys.modules['threading'] = None",
        "builtins.print = lambda *words: sys.stdout.write('spoilt')",
        "sys.meta_path.clear(); sys.path_hooks.clear(); sys.path.clear()",
        "runtime = sys.modules['skillpod.sandbox.guest.scripts']; runtime._said = runtime._status = None",
    ],
)
def test_what_it_does_to_its_copy_and_to_the_runtime_alters_no_later_call(deed: str) -> None:
    source = f"""
        import builtins, shutil, sys
        from pathlib import Path
        folder = Path(__file__).parent
        {deed}
        sys.stdout.write("done")
    """
    ended, deaths = attempt(attack(source))
    assert ended == {"stdout": "done", "stderr": "", "exit_code": 0}
    assert deaths == []


# --- processes and threads -----------------------------------------------------------------------------------------------------------

FORKS = """
    import json, multiprocessing, os, subprocess, sys
    def tried(act):
        try:
            return act()
        except BaseException as error:
            return type(error).__name__
    def fork():
        child = os.fork()
        if not child:
            os._exit(0)
        return "forked"
    tries = [fork, lambda: subprocess.run(["/bin/sh"]), lambda: os.system("true"), lambda: os.execv(sys.executable, ["python"])]
    print(json.dumps([tried(act) for act in tries[:int(sys.argv[1]) if sys.argv[1:] else None]]))
"""


def test_it_starts_no_process() -> None:
    ended, _ = attempt(attack(FORKS))
    fork, run, system, became = json.loads(ended["stdout"])
    assert (fork, run, became) == ("PermissionError", "PermissionError", "PermissionError")
    assert system == 127 << 8, "what the C library's system() says when it could start nothing"


def test_without_the_filter_of_system_calls_it_does() -> None:
    async def act(guests: Guests, *_: Any) -> Any:
        return await value(guests, "run", args=["1"])

    ended = jailed(program_launch(FORKS, opted_out=(("seccomp", "to show what it is worth"),)), act)
    assert json.loads(ended["stdout"]) == ["forked"]


def test_a_thread_that_outlives_the_call_ends_with_its_guest() -> None:
    source = """
        import threading, time
        def later():
            while True:
                print("later", flush=True)
                time.sleep(0.001)
        threading.Thread(target=later, daemon=True).start()
        print("now")
    """
    ended, deaths = attempt(attack(source))
    assert ended["stdout"].count("now\n") == 1
    assert deaths == []


def test_a_thread_that_is_waited_for_ends_with_the_deadline() -> None:
    source = "import threading\nthreading.Thread(target=threading.Event().wait).start()\n"
    ended, deaths = attempt(attack(source, Limits(wall=0.5)))
    assert isinstance(ended, DeadlineExceeded)
    assert deaths == []


# --- the way its words travel --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("descriptor", [1, 2])
def test_a_frame_on_its_standard_streams_is_text_for_people(descriptor: int) -> None:
    source = f"""
        import os
        body = b'{{"t":"result","nonce":"{"0" * 32}","value":"forged","cpu":0,"peak":1}}'
        os.write({descriptor}, len(body).to_bytes(4, "big") + body)
        print(body.decode())
    """
    ended, deaths = attempt(attack(source))
    assert json.loads(ended["stdout"])["value"] == "forged"
    assert deaths == []


@pytest.mark.parametrize(
    "frame",
    [
        b'{"t":"result","nonce":"00000000000000000000000000000000","value":"forged","cpu":0,"peak":1}',
        b'{"t":"walls","walls":[],"self_test":{},"failed":false}',
        b"garbage",
    ],
)
def test_a_frame_on_the_wire_ends_the_guest(frame: bytes) -> None:
    send = f"body = {frame!r}\nos.write(wire(), len(body).to_bytes(4, 'big') + body)\nimport time\ntime.sleep(60)\n"
    ended, deaths = attempt(attack(WIRE + send))
    assert isinstance(ended, WireBroken)
    assert [type(death) for death in deaths] == [WireBroken]


def test_a_true_answer_of_its_own_making_is_its_own_and_the_second_is_heard_by_nobody() -> None:
    """It may answer what it likes, as any program may print what it likes; it may not answer twice, nor another's call."""
    find = """
frame = sys._getframe()
while "call" not in frame.f_locals or not hasattr(frame.f_locals["call"], "_nonce"):
    frame = frame.f_back
nonce = frame.f_locals["call"]._nonce
body = ('{"t":"result","nonce":"%s","value":{"stdout":"forged","stderr":"","exit_code":0},"cpu":0,"peak":1}' % nonce).encode()
os.write(wire(), len(body).to_bytes(4, "big") + body)
"""
    ended, _ = attempt(attack(WIRE + find))
    assert isinstance(ended, WireBroken) or ended == {"stdout": "forged", "stderr": "", "exit_code": 0}


@pytest.mark.parametrize(
    "deed",
    [
        "sys.stdout = None",
        "del sys.stdout, sys.stderr, sys.stdin",
        "sys.stdout = sys.stderr = Broken()",
        "sys.stdout.buffer.raw.close()",
        "sys.stdout.detach()",
        "sys.__stdout__ = sys.__stderr__ = None",
        "os.close(1); os.close(2)",
    ],
)
def test_what_it_does_to_its_streams_costs_it_its_own_words_only(deed: str) -> None:
    source = f"""
        import os, sys
        class Broken:
            def __getattribute__(self, name):
                raise SystemExit(0)
        print("before", flush=True)
        {deed}
    """
    ended, deaths = attempt(attack(source))
    assert ended == {"stdout": "before\n", "stderr": "", "exit_code": 0}
    assert deaths == []


@pytest.mark.parametrize(("status", "words"), [(0, "exit status 0"), (3, "exit status 3")])
def test_ending_its_process_is_no_good_end(status: int, words: str) -> None:
    ended, deaths = attempt(attack(f"import os\nprint('all is well', flush=True)\nos._exit({status})\n"))
    assert isinstance(ended, GuestDied)
    assert words in ended.message
    assert len(deaths) == 1


def test_an_exit_that_lies_or_breaks_is_a_failure_of_its_call() -> None:
    source = dedent("""
        class Odd(SystemExit):
            @property
            def code(self):
                raise RuntimeError("no code")
        raise Odd
    """)
    ended, deaths = attempt(attack(source))
    assert isinstance(ended, ToolRaised)
    assert ended.exception == "RuntimeError"
    assert deaths == []
