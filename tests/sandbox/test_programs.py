"""Granted programs: what may be bound, what one is given and gives back, and that nothing of it is left when it has ended."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import ProgramUnusable, SkillpodError
from skillpod.model.capability import Access, Lifetime, Permissions
from skillpod.model.manifest import GuestCount, Limits
from skillpod.model.provision import ProgramBinding, Provision
from skillpod.model.volume import Binding
from skillpod.ports import Guests
from skillpod.sandbox import programs
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.volumes import Places
from tests.support.guests import launch
from tests.support.hosts import ORDINARY_USER, on_a_host
from tests.support.jailed import jailed, value
from tests.support.run_program import Ran, Spec, bound, ran
from tests.support.volumes import NOWHERE, common_ground

SH, CAT, TRUE = (os.path.realpath(shutil.which(name) or f"/bin/{name}") for name in ("sh", "cat", "true"))
SHELL: Mapping[str, tuple[str, ...]] = {"sh": (SH, CAT, *(os.path.realpath(shutil.which(each) or "") for each in ("sleep", "ls", "touch")))}
GIT = shutil.which("git")
GIT_READS = ("/usr/lib/git-core", "/usr/libexec/git-core")

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
needs_git = pytest.mark.skipif(GIT is None, reason="needs git")

Run = Callable[[Spec], Ran]


def ran_by_another(spec: Spec, refusing: str = "") -> Ran:
    prefix = () if refusing else ORDINARY_USER
    return Ran(**on_a_host(refusing, json.dumps(asdict(spec)), prefix=prefix, module="tests.support.run_program"))


@pytest.fixture(
    params=[
        pytest.param(ran, id="as this user"),
        pytest.param(
            ran_by_another,
            id="as an ordinary user",
            marks=pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root and setpriv"),
        ),
    ]
)
def run(request: pytest.FixtureRequest) -> Run:
    given: Run = request.param
    return given


@pytest.fixture
def ground() -> Iterator[Path]:
    with common_ground() as place:
        yield place


def shell(script: str, *words: str, **more: Any) -> Spec:
    return Spec(argv=["sh", "-c", script, "sh", *words], programs=SHELL, **more)


# --- what may be bound -----------------------------------------------------------------------------------------------------------


def executable(folder: Path, mode: int = 0o755) -> Path:
    copied = folder / "program"
    shutil.copyfile(TRUE, copied)
    copied.chmod(mode)
    return copied


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        (0o4755, "setuid"),
        (0o2755, "setgid"),
        (0o775, "may change it"),
        (0o757, "may change it"),
        (0o644, "chmod o\\+rx"),
    ],
)
def test_a_file_that_others_may_change_or_that_runs_as_another_is_no_program(tmp_path: Path, mode: int, why: str) -> None:
    with pytest.raises(ProgramUnusable, match=why) as refused:
        bound("it", str(executable(tmp_path, mode)))
    assert (refused.value.at, bool(refused.value.hint)) == ("pod.yaml:programs.it", True)


@needs_root
def test_a_file_of_another_user_is_no_program(tmp_path: Path) -> None:
    copied = executable(tmp_path)
    os.chown(copied, 4711, 4711)
    with pytest.raises(ProgramUnusable, match="user 4711"):
        bound("it", str(copied))


def test_what_is_not_there_or_no_file_is_refused_by_name(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "none", "No such file"), (tmp_path, "no regular file")):
        with pytest.raises(ProgramUnusable, match=why):
            bound("it", str(path))
    with pytest.raises(ProgramUnusable, match="not bound") as refused:
        programs.resolve(["it"], {}, NOWHERE, {})
    assert "programs: {it: {path: /usr/bin/it}}" in refused.value.hint


@pytest.mark.parametrize(
    "read", ["/", "/etc", "/etc/ssl", "/proc/self", "/sys", "/srv/pod", "/srv/pod/store", "/srv", os.path.realpath(os.path.expanduser("~"))]
)
def test_what_no_skill_may_read_no_program_reads_for_it(read: str) -> None:
    places = Places.around({"HOME": Path("/srv/pod")})
    with pytest.raises(ProgramUnusable, match="may not read"):
        programs.resolve(["it"], {"it": ProgramBinding(path=TRUE, reads=(read,))}, places, {})


def test_the_pods_own_files_are_no_programs(tmp_path: Path) -> None:
    places = Places.around({"HOME": tmp_path})
    with pytest.raises(ProgramUnusable, match="HOME"):
        programs.resolve(["it"], {"it": ProgramBinding(path=str(executable(tmp_path)))}, places, {})


def test_what_a_skill_may_write_is_no_program(tmp_path: Path) -> None:
    binding = ProgramBinding(path=str(executable(tmp_path)))
    written, read = (Binding(path=str(tmp_path), access=access) for access in (Access.WRITE, Access.READ))
    with pytest.raises(ProgramUnusable, match="the volume `out`"):
        programs.resolve(["it"], {"it": binding}, NOWHERE, {"out": written})
    assert programs.resolve(["it"], {"it": binding}, NOWHERE, {"out": read})


def test_a_link_is_resolved_once(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(TRUE)
    assert bound("it", str(tmp_path / "link")).path == TRUE


# --- what it is given ------------------------------------------------------------------------------------------------------------


def test_words_stay_words_and_no_shell_reads_them(run: Run) -> None:
    words = ["a b", "$(id)", "; ls", "*", "'", '"', "", "\n", "ä"]
    done = run(shell('for word; do printf "<%s>" "$word"; done', *words))
    assert done.stdout == "".join(f"<{word}>" for word in words)


def test_input_output_and_errors_are_three_things(run: Run) -> None:
    done = run(shell("cat; echo wrong >&2; exit 3", stdin="from the guest"))
    assert (done.status, done.by, done.stdout, done.stderr) == (3, "", "from the guest", "wrong\n")


def test_a_megabyte_goes_in_and_comes_back() -> None:
    text = "0123456789abcdef" * 60_000
    assert ran(Spec(argv=["cat"], programs={"cat": (CAT,)}, stdin=text, limits={"output": 2 << 20})).stdout == text


def test_input_that_nobody_reads_does_not_hold_it_up() -> None:
    assert ran(Spec(argv=["true"], programs={"true": (TRUE,)}, stdin="x" * 700_000)).status == 0


def test_its_environment_is_constructed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKILLPOD_SECRET", "hunter2")
    env = os.path.realpath(shutil.which("env") or "")
    done = ran(Spec(argv=["env"], programs={"env": (env,)}, environment={"GIT_CONFIG_NOSYSTEM": "1"}))
    said = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert said == {
        "PATH": os.path.dirname(env),
        "HOME": "/scratch/tmp",
        "TMPDIR": "/scratch/tmp",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def test_it_starts_in_a_volume_or_in_scratch_of_its_own(run: Run, ground: Path) -> None:
    volumes = {"data": (str(ground / "data"), "read")}
    assert run(shell("cat a.txt", volumes=volumes, volume="data")).stdout == "data"
    assert run(shell("pwd; echo x > file; ls", volumes=volumes)).stdout == "/scratch/tmp\nfile\n"


def test_its_rights_in_a_volume_are_the_skills(run: Run, ground: Path) -> None:
    for path in (ground / "out", *(ground / "out").iterdir()):
        path.chmod(0o777)
        if run is ran_by_another:
            os.chown(path, 61234, 61234)
    volumes = {"data": (str(ground / "data"), "read"), "out": (str(ground / "out"), "write")}
    done = run(shell("echo b > /volumes/out/b.txt && cat /volumes/out/b.txt; echo c > /volumes/data/c.txt", volumes=volumes))
    assert done.stdout == "b\n"
    assert "Read-only file system" in done.stderr or "Permission denied" in done.stderr
    assert not (ground / "data" / "c.txt").exists()
    assert (ground / "out" / "b.txt").stat().st_uid == (ground / "out").stat().st_uid


def test_the_walls_are_reported_as_a_guests(run: Run) -> None:
    done = run(Spec(argv=["true"], programs={"true": (TRUE,)}))
    assert done.status == 0
    walls = ("pid_namespace", "pivot_root", "scratch_quota", "seccomp", "landlock", "capabilities", "no_new_privs")
    assert {done.state(wall) for wall in walls} == {"active"}
    assert set(done.report["self_test"].values()) == {"refused"}
    assert {"start a file that it wrote", "find another process", "make a socket"} <= done.report["self_test"].keys()


# --- how it ends -----------------------------------------------------------------------------------------------------------------


def test_a_signal_that_ends_it_is_named() -> None:
    assert (done := ran(shell("kill -SEGV $$"))).status == -signal.SIGSEGV
    assert done.by == "SIGSEGV"


def test_processor_time_ends_it_by_the_limits_name() -> None:
    done = ran(shell("while :; do :; done", limits={"cpu": 1.0}))
    assert (done.status, done.by) == (-signal.SIGXCPU, "limits.cpu")


def test_a_file_larger_than_its_scratch_ends_it_by_the_limits_name(tmp_path: Path) -> None:
    dd = os.path.realpath(shutil.which("dd") or "")
    spec = Spec(argv=["dd", "if=/dev/zero", "of=file", "bs=65536"], programs={"dd": (dd,)}, limits={"scratch": 1 << 20})
    assert ran(spec).by == "limits.scratch"


def test_it_gets_no_longer_than_it_may_and_it_is_said() -> None:
    began = time.monotonic()
    for spec in (shell("sleep 60", timeout=0.5), shell("sleep 60", seconds=0.5)):
        assert "took longer than" in ran(spec).denied
    assert time.monotonic() - began < 20


def test_it_writes_no_more_than_the_limit_and_it_is_said() -> None:
    done = ran(shell("while :; do echo 0123456789abcdef; done", limits={"output": 10_000}))
    assert "more than 10000 bytes" in done.denied
    assert "limits.output" in done.denied
    exact = ran(shell("printf %s 0123456789; printf %s abcdef >&2", limits={"output": 16}))
    assert (exact.stdout, exact.stderr) == ("0123456789", "abcdef")


ASKS = """
    from skillpod import Context, ProgramError, tool

    @tool
    def asks(more: dict, ctx: Context) -> str:
        try:
            return str(len(ctx.run(more.pop("argv", ["cat"]), stdin="x" * more.pop("stdin", 0), **more).stdout))
        except ProgramError as refusal:
            return str(refusal)
"""


def test_whatever_a_skill_asks_with_is_answered() -> None:
    output = 1 << 20
    cases: list[tuple[dict[str, Any], str]] = [
        ({"stdin": output * 3 // 4}, str(output * 3 // 4)),
        ({"stdin": output}, "by limits.output"),
        ({"volume": ["a"]}, "is a name"),
        ({"volume": {"a": "b"}}, "is a name"),
        ({"volume": "../a"}, "no volume '../a'"),
        ({"timeout": 10**400}, "0"),
        ({"timeout": [1]}, "a number of seconds"),
        ({"argv": "cat"}, "a list of texts"),
        ({"argv": ["cat", 1]}, "a list of texts"),
    ]

    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        for more, words in cases:
            assert words in await value(guests, "asks", more=more), more

    given = Provision(programs=(bound("cat", CAT),))
    limits = Limits(wall=10.0, output=output)
    jailed(launch(ASKS, lifetime=Lifetime.SKILL, limits=limits, grants=Permissions(programs=frozenset({"cat"})), provision=given), act)


NAPS = """
    from skillpod import Context, ProgramError, tool

    @tool
    def naps(seconds: str, timeout: float, ctx: Context) -> str:
        try:
            return str(ctx.run(["sleep", seconds], timeout=timeout).status)
        except ProgramError as refusal:
            return str(refusal)
"""


def test_waiting_for_a_turn_is_part_of_its_time() -> None:
    seconds = "4.00100" + str(os.getpid())

    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        first = [asyncio.ensure_future(value(guests, "naps", seconds=seconds, timeout=9.0)) for _ in range(8)]
        async with asyncio.timeout(10):
            while len(living(seconds)) < 8:
                await asyncio.sleep(0.01)
        assert "took longer" in await value(guests, "naps", seconds=seconds, timeout=4.3)
        assert set(await asyncio.gather(*first)) == {"0"}

    sleep = bound("sleep", os.path.realpath(shutil.which("sleep") or ""))
    grants, given = Permissions(programs=frozenset({"sleep"})), Provision(programs=(sleep,))
    jailed(launch(NAPS, limits=Limits(wall=20.0), guests=GuestCount(0, 9), grants=grants, provision=given), act)


def test_what_can_not_be_started_is_said(tmp_path: Path) -> None:
    folder = Path("/var/tmp") / f"skillpod-{os.getpid()}"
    folder.mkdir()
    try:
        script = folder / "script"
        script.write_text("#!/usr/bin/none\n")
        script.chmod(0o755)
        denied = ran(Spec(argv=["it"], programs={"it": (str(script),)})).denied
        assert "can't be started: the interpreter or loader it names is not in its jail" in denied
    finally:
        shutil.rmtree(folder)


def living(word: str) -> list[str]:
    """Command lines of this machine that hold a word."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if word in line and "pytest" not in line:
                found.append(line)
    return found


@pytest.mark.parametrize("script", ["(sleep {0} &) ; (setsid sleep {0} >/dev/null 2>&1 &) ; exit 0", "sleep {0} & sleep {0} & wait"])
def test_nothing_that_it_started_outlives_it(script: str) -> None:
    seconds = f"98{os.getpid()}"
    setsid = os.path.realpath(shutil.which("setsid") or "")
    spec = Spec(argv=["sh", "-c", script.format(seconds)], programs={"sh": (*SHELL["sh"], setsid)}, timeout=2.0)
    done = ran(spec)
    assert done.status == 0 or "took longer" in done.denied
    until = time.monotonic() + 10
    while living(seconds) and time.monotonic() < until:
        time.sleep(0.01)  # the kernel ends them: nobody else could say when
    assert not living(seconds)


def test_processes_that_multiply_are_bounded_and_go_with_it() -> None:
    done = ran(shell("bomb() { bomb | bomb & }; bomb; sleep 1; echo survived", limits={"threads": 16}, timeout=5.0))
    assert "survived" in done.stdout or "ork" in done.stderr or "took longer" in done.denied


def test_memory_is_bounded() -> None:
    tail = os.path.realpath(shutil.which("tail") or "")
    spec = Spec(argv=["tail", "/dev/zero"], programs={"tail": (tail,)}, limits={"memory": 64 << 20})
    done = ran(spec)
    assert done.status not in (0, None)
    assert "memory exhausted" in done.stderr


# --- where walls are missing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("refusing", ["unshare", "mount"])
def test_without_namespaces_no_program_is_started_and_the_operator_reads_which_wall(refusing: str) -> None:
    done = ran_by_another(Spec(argv=["true"], programs={"true": (TRUE,)}), refusing)
    assert "can't run `true` now" in done.denied
    assert "can't be put up" in done.told
    assert "namespaces" in done.told or "mounting" in done.told


def test_without_landlock_the_other_walls_hold(ground: Path) -> None:
    done = ran_by_another(shell("cat /etc/passwd; ls /; echo 'exit 0' > x; ./x; echo end"), "landlock")
    assert done.state("landlock") == "unavailable"
    assert "passwd: No such file" in done.stderr
    assert "x: Permission denied" in done.stderr or "not found" in done.stderr
    assert done.stdout.endswith("end\n")


def test_a_program_replaced_since_the_skill_was_mounted_is_not_started(tmp_path: Path) -> None:
    path = executable(tmp_path)
    granted = bound("it", str(path))
    path.rename(tmp_path / "before")
    executable(tmp_path)
    with pytest.raises(ProgramUnusable, match="another file than when the skill was mounted") as refused:
        _start(granted)
    assert "reload" in refused.value.hint
    path.unlink()
    path.symlink_to(TRUE)
    with pytest.raises(ProgramUnusable, match="can't be opened"):
        _start(granted)


def _start(granted: Any) -> None:
    from skillpod.sandbox.zygote import START_PROGRAMS, Zygote

    async def start() -> None:
        zygote = Zygote(entry=START_PROGRAMS, programs=[granted])
        try:
            await zygote.start()
        finally:
            await zygote.close()

    asyncio.run(start())


# --- git -------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def repository() -> Iterator[Path]:
    place = Path("/var/tmp") / f"skillpod-repository-{os.getpid()}"
    place.mkdir(mode=0o755)
    try:
        committed(place)
        yield place
    finally:
        shutil.rmtree(place)


def committed(place: Path) -> None:
    said = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    (place / "a.txt").write_text("one\n")
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "The first"]):
        subprocess.run(["git", *words], cwd=place, env=said, check=True)


def git(*words: str, repository: Path, access: str = "read", **more: Any) -> Spec:
    reads = [path for path in GIT_READS if os.path.isdir(path)]
    return Spec(
        argv=["git", *words],
        programs={"git": (GIT or "", *reads)},
        volumes={"repository": (str(repository), access)},
        volume="repository",
        environment={"GIT_CONFIG_NOSYSTEM": "1"},
        **more,
    )


@needs_git
def test_git_reads_the_history_of_a_bound_repository(run: Run, repository: Path) -> None:
    if run is ran_by_another:
        for path in (repository, *repository.rglob("*")):
            os.chown(path, 61234, 61234)
    done = run(git("log", "--oneline", "--stat", repository=repository))
    assert (done.status, done.stderr) == (0, "")
    assert "The first" in done.stdout
    assert "a.txt" in done.stdout


@needs_git
def test_git_writes_to_a_repository_that_may_be_written(repository: Path) -> None:
    who = ("-c", "user.name=Eve", "-c", "user.email=eve@example.org")
    done = ran(git(*who, "commit", "--allow-empty", "-qm", "The second", repository=repository, access="write"))
    assert (done.status, done.stderr) == (0, "")
    assert "The second" in ran(git("log", "--oneline", repository=repository)).stdout


HERE = "/volumes/repository/.git/here"
TRICKS = {
    "an alias": ("-c", f"alias.x=!touch {HERE}", "x"),
    "an editor": ("-c", f"core.editor=touch {HERE};", "-c", "user.name=E", "-c", "user.email=e@example.org", "commit", "--amend"),
    "ssh": ("-c", f"core.sshCommand=touch {HERE};", "ls-remote", "ssh://host/x"),
    "a transport": ("-c", "protocol.ext.allow=always", "ls-remote", f"ext::touch {HERE}"),
    "a far end": ("ls-remote", f"--upload-pack=touch {HERE};", "/volumes/repository"),
    "a filter": ("-c", f"diff.external=touch {HERE};", "diff", "--ext-diff"),
}


def tricked(trick: str, repository: Path, access: str) -> Ran:
    """With a shell and touch in git's jail, of which an operator who binds git alone gives neither."""
    (repository / "a.txt").write_text("two\n")
    spec = git(*TRICKS[trick], repository=repository, access=access, timeout=10.0)
    return ran(Spec(**{**asdict(spec), "programs": {**spec.programs, "sh": ("/bin/sh", shutil.which("touch") or "")}}))


@needs_git
@pytest.mark.parametrize("trick", TRICKS)
def test_whoever_words_gits_arguments_runs_what_is_in_its_jail_with_the_rights_of_its_jail(trick: str, repository: Path) -> None:
    tricked(trick, repository, "read")
    assert not (repository / ".git" / "here").exists()
    tricked(trick, repository, "write")
    assert (repository / ".git" / "here").exists(), "it is git that starts it, and the volume's right that decides"


@needs_git
@pytest.mark.parametrize("trick", TRICKS)
def test_where_git_alone_is_bound_there_is_nothing_it_could_be_talked_into(trick: str, repository: Path) -> None:
    (repository / "a.txt").write_text("two\n")
    ran(git(*TRICKS[trick], repository=repository, access="write", timeout=10.0))
    assert not (repository / ".git" / "here").exists()


def planted(repository: Path) -> tuple[str, ...]:
    """A hook, and a command of git's, that each leave a mark; what git is told to come to both."""
    for path in (repository / "git-x", repository / ".git" / "hooks" / "pre-commit"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\necho x > .git/here\n")
        path.chmod(0o755)
    return "-c", "user.name=E", "-c", "user.email=e@example.org", "commit", "--allow-empty", "-qm", "x"


@needs_git
def test_a_hook_or_a_program_that_lies_in_the_repository_is_not_started(repository: Path) -> None:
    for words in (planted(repository), ("--exec-path=/volumes/repository", "x")):
        spec = git(*words, repository=repository, access="write")
        ran(Spec(**{**asdict(spec), "programs": {**spec.programs, "sh": ("/bin/sh",)}}))
        assert not (repository / ".git" / "here").exists()


@needs_git
def test_outside_of_the_jail_they_are(repository: Path) -> None:
    for words in (planted(repository), (f"--exec-path={repository}", "x")):
        subprocess.run(["git", *words], cwd=repository, check=False, capture_output=True)
        (repository / ".git" / "here").unlink()


@needs_git
def test_git_reads_no_file_of_the_host(repository: Path) -> None:
    done = ran(git("diff", "--no-index", "/etc/passwd", "/dev/null", repository=repository))
    assert (done.stdout, "Could not access '/etc/passwd'" in done.stderr) == ("", True)
