"""Attacks on the jail, each run twice: behind every wall, where it must fail, and with its walls left out, where it must succeed.

The second run is what makes the first a test: an attack that fails for a reason of its own would prove nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import socket
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from skillpod.resources import packaged_text
from tests.support import jail
from tests.support.hosts import on_a_host
from tests.support.jail import Answer, run_in_jail

ESCAPED = "escaped"
RAW_CALL = """
    import ctypes, os, platform
    libc = ctypes.CDLL(None, use_errno=True)
    def call(x86_64, aarch64, *arguments):
        number = {"x86_64": x86_64, "aarch64": aarch64}[platform.machine()]
        answer = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(value) for value in arguments))
        if answer < 0:
            raise OSError(ctypes.get_errno(), "refused")
        return answer
"""


def said_so(answer: Answer) -> bool:
    return bool(answer.value == ESCAPED)


def became_another_program(answer: Answer) -> bool:
    return answer.died is not None and answer.died.status == 0


def took_the_zygote_down(answer: Answer) -> bool:
    return answer.died is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """``source`` binds ``result`` to ESCAPED when it got what it wanted; ``against`` are all the walls that have to go for that."""

    name: str
    source: str
    against: tuple[str, ...]
    escaped: Callable[[Answer], bool] = said_so


SELF_CONTAINED = [
    Attack(
        name="read a file of the host",
        source="result = 'escaped' if 'root:' in open('/etc/passwd').read() else None",
        against=("pivot_root", "landlock"),
    ),
    Attack(
        name="read a file of the root that is not granted",
        source="result = 'escaped' if open('/canary').read() else None",
        against=("landlock",),
    ),
    Attack(
        name="fork",
        source="""
            import os
            if not os.fork():
                os._exit(0)
            result = "escaped"
        """,
        against=("seccomp",),
    ),
    Attack(
        name="fork by the bare system call",
        source=RAW_CALL
        + """
    if call(56, 220, 17) == 0:  # clone(SIGCHLD)
        os._exit(0)
    result = "escaped"
        """,
        against=("seccomp",),
    ),
    Attack(
        name="run a program from memory",
        source="""
            import os
            program = os.memfd_create("program")
            os.write(program, open(LOADER, "rb").read())
            os.execve(program, ["program", "--version"], {})
        """,
        against=("seccomp",),
        escaped=became_another_program,
    ),
    Attack(
        name="become another program",
        source="import os; os.execv(LOADER, [LOADER, '--version'])",
        against=("seccomp", "landlock"),
        escaped=became_another_program,
    ),
    Attack(
        name="kill the zygote",
        source="import os; os.kill(os.getppid(), 9); import time; time.sleep(10)",
        against=("seccomp", "landlock", "guest_identity", "pid_namespace"),
        escaped=took_the_zygote_down,
    ),
    Attack(
        name="take four gibibytes",
        source="import mmap; result = 'escaped' if len(mmap.mmap(-1, 4 << 30)) else None",
        against=("rlimits",),
    ),
    Attack(
        name="use a descriptor of the zygote's",
        source="""
            import os, socket, stat
            for number in range(4, 256):
                try:
                    is_socket = stat.S_ISSOCK(os.fstat(number).st_mode)
                except OSError:
                    continue
                if is_socket and socket.socket(fileno=os.dup(number)).type == socket.SOCK_SEQPACKET:
                    result = "escaped"
                    break
            else:
                raise OSError("none is open")
        """,
        against=("descriptors",),
    ),
    Attack(
        name="change a mode",
        source="""
            import os
            open("/tmp/mine", "w").close()
            os.chmod("/tmp/mine", 0o777)
            result = "escaped" if os.stat("/tmp/mine").st_mode & 0o777 == 0o777 else None
        """,
        against=("seccomp",),
    ),
    Attack(
        name="put words into a namespace of its own",
        source=RAW_CALL + "    call(272, 97, 0x10000000)\n    result = 'escaped'",
        against=("seccomp",),
    ),
    Attack(
        name="go around the filter through io_uring",
        source=RAW_CALL + "    parameters = ctypes.create_string_buffer(120)\n"
        "    result = 'escaped' if call(425, 425, 4, ctypes.addressof(parameters)) >= 0 else None",
        against=("seccomp", "rlimits"),
    ),
    Attack(
        name="keep a secret in the kernel's keyring",
        source=RAW_CALL + "    kind, name = ctypes.create_string_buffer(b'user'), ctypes.create_string_buffer(b'note')\n"
        "    call(248, 217, ctypes.addressof(kind), ctypes.addressof(name), ctypes.addressof(name), 4, -2)\n    result = 'escaped'",
        against=("seccomp",),
    ),
    Attack(
        name="raise its own limits",
        source="""
            import resource
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
            result = "escaped"
        """,
        against=("seccomp",),
    ),
]


def prepared(source: str) -> str:
    return f"LOADER = {_loader()!r}\n" + dedent(source)


def _loader() -> str:
    """The dynamic loader: the one program that is in a guest's root, beside the libraries it loads."""
    names = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-x86_64.so.1")
    return next((os.path.realpath(name) for name in names if os.path.exists(name)), "")


def test_the_attacks_have_names_of_their_own() -> None:
    assert len({attack.name for attack in SELF_CONTAINED}) == len(SELF_CONTAINED)


@pytest.mark.parametrize("attack", SELF_CONTAINED, ids=lambda attack: attack.name)
def test_behind_its_walls_it_fails(attack: Attack) -> None:
    answer = run_in_jail(prepared(attack.source))
    assert not attack.escaped(answer)
    assert answer.error, "it was refused, and the guest lived to say so" if answer.died is None else "the guest died of it"


@pytest.mark.parametrize("attack", SELF_CONTAINED, ids=lambda attack: attack.name)
def test_without_them_it_succeeds(attack: Attack) -> None:
    if "LOADER" in attack.source and not _loader():
        pytest.skip("needs the dynamic loader where this C library puts it")
    assert attack.escaped(run_in_jail(prepared(attack.source), *attack.against))


# --- attacks on something of the host's ------------------------------------------------------------------------------------------


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user of the host may read and write, but no guest."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(folder.stat().st_mode | stat.S_IRWXO)
        yield folder


def test_writing_to_the_host(open_folder: Path) -> None:
    target = open_folder / "written"
    source = f"open({str(target)!r}, 'w').write('x')"
    assert run_in_jail(source).error
    assert not target.exists()
    assert run_in_jail(source, "pivot_root", "landlock").error == ""
    assert target.read_text() == "x"


def test_reading_the_hosts_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKILLPOD_SECRET", "hunter2-in-the-environment")
    source = """
        import ctypes
        environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
        held, at = [], 0
        while environ[at]:
            held.append(environ[at])
            at += 1
        result = "escaped" if any(b"hunter2" in entry for entry in held) else "nothing"
    """
    assert run_in_jail(source).value == "nothing"
    assert run_in_jail(source, "environment").value == ESCAPED


@pytest.mark.skipif(os.geteuid() != 0, reason="a guest's /proc is root's")
def test_what_the_kernel_keeps_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process deletes from its environment stays readable in /proc; so nothing is deleted: the secret was never there."""
    monkeypatch.setenv("SKILLPOD_SECRET", "hunter2-in-the-environment")

    async def kept(*without: str) -> bytes:
        async with jail.zygote(*without) as zygote, jail.guest(zygote) as guest:
            await guest.report()
            return Path(f"/proc/{guest.forked.process}/environ").read_bytes()

    assert b"hunter2" not in asyncio.run(kept())
    assert b"hunter2" in asyncio.run(kept("environment"))


TCP, MPTCP = 0, 262


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        yield listening


def _connect(protocol: int, port: int) -> str:
    return f"""
        import socket
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, {protocol}) as out:
            out.settimeout(5)
            out.connect(("127.0.0.1", {port}))
            out.sendall(b"secret")
        result = "escaped"
    """


def test_connecting_to_the_host(listener: socket.socket) -> None:
    source = _connect(TCP, listener.getsockname()[1])
    assert run_in_jail(source).error
    assert run_in_jail(source, "seccomp").error, "the empty network namespace stands alone"
    assert run_in_jail(source, "seccomp", "network_namespace").error, "Landlock's port rules stand alone"
    assert run_in_jail(source, "seccomp", "network_namespace", "landlock").value == ESCAPED
    with listener.accept()[0] as accepted:
        assert accepted.recv(64) == b"secret"


def test_landlocks_port_rules_are_no_network_wall(listener: socket.socket) -> None:
    """Multipath TCP walks past them: with the filter and the namespace gone, Landlock alone lets it through."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP).close()
    except OSError:
        pytest.skip("needs a kernel with MPTCP")
    source = _connect(MPTCP, listener.getsockname()[1])
    assert run_in_jail(source).error
    assert run_in_jail(source, "seccomp").error
    assert run_in_jail(source, "seccomp", "network_namespace").value == ESCAPED


def test_connecting_to_a_socket_in_a_folder(open_folder: Path) -> None:
    """With Landlock alone around files, and the interpreter where its guests can read it: the system's."""
    path = open_folder / "socket"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        path.chmod(0o777)
        listening.listen()
        source = f"""
            import socket
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as out:
                out.connect({str(path)!r})
            result = "escaped"
        """
        assert run_in_jail(source).error
        assert run_in_jail(source, "seccomp").error
        assert on_a_host("", source, "seccomp", "pivot_root")["value"] == ESCAPED, "Landlock does not see it (ABI 7)"


def test_an_abstract_socket_of_the_hosts() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(b"\0skillpod-test-%d" % os.getpid())
        listening.listen()
        source = f"""
            import socket
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as out:
                out.connect({listening.getsockname()!r})
            result = "escaped"
        """
        assert run_in_jail(source).error
        assert run_in_jail(source, "seccomp").error
        assert run_in_jail(source, "seccomp", "network_namespace", "landlock_scopes").value == ESCAPED


def test_every_call_the_table_refuses_is_refused_by_the_kernel_that_runs() -> None:
    """The numbers of this machine, by the bare call with senseless arguments: the filter answers before the kernel looks at them."""
    source = (
        dedent(RAW_CALL)
        + f"""
refused, reached = {_refused_numbers()!r}, []
for name, number in refused.items():
    try:
        call(number, number, -1, -1, -1, -1, -1, -1)
    except OSError as error:
        if error.errno in (1, 38, 95):
            continue
    reached.append(name)
result = reached
"""
    )
    answer = run_in_jail(source)
    assert (answer.error, answer.value) == ("", [])


def _refused_numbers() -> dict[str, int]:
    table = json.loads(packaged_text("sandbox/seccomp.json"))
    return {row["name"]: row[platform.machine()] for row in table["refuse"] if row[platform.machine()] is not None}
