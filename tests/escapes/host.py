"""What there is on the host for attackers to want: files, listeners, a process, shared memory. All of it ours, for this run."""

from __future__ import annotations

import ctypes
import os
import platform
import secrets
import select
import shutil
import socket
import stat
import subprocess
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from skillpod.sandbox.guest.walls.namespaces import FIRST_ID

SECRET = "hunter2"
GUESTS = FIRST_ID if os.geteuid() == 0 else os.geteuid()
"""The user that guests are on the host where they have no id of their own each: whoever else is this user is theirs."""

PATIENCE = 20.0
"""How long a thing that must be seen may take to be seen."""

_IPC_CREAT, _IPC_RMID = 0o1000, 0


class Host:
    """A stage on this machine; ``reset`` before each attack. The folder may be written by every user, and what is in it is the guests'."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._placed = ExitStack()  # what each ``reset`` opens anew
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._key = secrets.randbelow(1 << 30) + 1
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="skillpod-host-", dir="/var/tmp")))
        self.folder.chmod(0o777)
        self.secret = self.folder / "secret"
        self.written = self.folder / "written"
        self.path = self.folder / "socket"
        self.ground = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="skillpod-volumes-", dir="/var/tmp")))
        self.ground.chmod(0o777)
        self.volumes = {name: self._directory(name) for name in ("data", "out", "private")}
        self.dropped = Path("/tmp", f"{self.folder.name}-dropped")
        self._stack.callback(self.dropped.unlink, missing_ok=True)
        self.tcp = self._stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.udp = self._stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.udp.bind(("127.0.0.1", 0))
        self.abstract = self._stack.enter_context(self._local(f"\0skillpod-{secrets.token_hex(8)}", socket.SOCK_STREAM))
        self.datagrams = self._stack.enter_context(self._local(f"\0skillpod-{secrets.token_hex(8)}", socket.SOCK_DGRAM))
        self._share_memory()
        self._stack.callback(self._end_process)
        self._stack.callback(self._placed.close)
        self.reset()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def reset(self) -> None:
        """As if nobody had been here."""
        self._placed.close()
        for place in (self.folder, *self.volumes.values()):
            _empty(place)
        self.dropped.unlink(missing_ok=True)
        self._place(self.secret, SECRET)
        self._place(self.folder / "planted.py", f"word = {SECRET!r}\n")
        self.named = self._open_to_all(self.path)
        self._fill_volumes()
        for listener in (self.tcp, self.udp, self.abstract, self.datagrams):
            while _is_ready(listener, 0.0):
                self.heard(listener, 0.0)

    def given(self) -> dict[str, Any]:
        """What an attacker is told: all that it could find out by itself were it on this host."""
        return {
            "folder": str(self.folder),
            "secret": str(self.secret),
            "written": str(self.written),
            "dropped": str(self.dropped),
            "path": str(self.path),
            "volumes": {name: str(place) for name, place in self.volumes.items()},
            "port": self.tcp.getsockname()[1],
            "udp": self.udp.getsockname()[1],
            "abstract": self.abstract.getsockname().decode(),
            "datagrams": self.datagrams.getsockname().decode(),
            "host": os.getpid(),
            "process": self.process.pid,
            "key": self._key,
            "node": platform.node(),
            "interfaces": [name for _, name in socket.if_nameindex() if name != "lo"],
            "loader": loader(),
        }

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """A process that does no harm, of the guests' own user; another when the last one was killed."""
        if self._process is None or self._process.poll() is not None:
            self._end_process()
            whose = {"user": GUESTS, "group": GUESTS, "extra_groups": []} if os.geteuid() == 0 else {}
            self._process = subprocess.Popen(["sleep", "3600"], cwd="/", **whose)  # type: ignore[call-overload]  # SAFE: options by name
        return self._process

    def heard(self, listener: socket.socket, patience: float = PATIENCE) -> bytes:
        """What was sent to a listener within so many seconds."""
        if not _is_ready(listener, patience):
            return b""
        if listener.type == socket.SOCK_DGRAM:
            return listener.recv(64)
        with listener.accept()[0] as accepted:
            return accepted.recv(64) if _is_ready(accepted, patience) else b""

    def piped(self, patience: float = PATIENCE) -> bytes:
        """What was written to the pipe that lies in ``data``, within so many seconds."""
        return os.read(self.pipe, 64) if select.select([self.pipe], [], [], patience)[0] else b""

    def killed(self, patience: float = PATIENCE) -> bool:
        """Whether the process has ended within so many seconds."""
        if self._process is None:
            return False
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _place(self, path: Path, content: str) -> None:
        path.write_text(content)
        path.chmod(0o666)
        os.chown(path, GUESTS, -1)
        os.utime(path, (1, 1))

    def _directory(self, name: str) -> Path:
        """One that is bound as a volume: it stays, what is in it is made anew."""
        place = self.ground / name
        place.mkdir()
        place.chmod(0o777)
        return place

    def _fill_volumes(self) -> None:
        data, out, private = self.volumes.values()
        for path, content in (
            (data / "a.txt", "data"),
            (out / "a.txt", "out"),
            (private / "a.txt", SECRET),
            (self.ground / "beside", SECRET),
        ):
            path.write_text(content)
            path.chmod(0o666)
        (data / "planted.py").write_text(f"word = {SECRET!r}\n")
        (data / "link").symlink_to(self.secret)
        os.mkfifo(data / "pipe")
        (data / "pipe").chmod(0o666)
        self.pipe = os.open(data / "pipe", os.O_RDWR | os.O_NONBLOCK)
        self._placed.callback(os.close, self.pipe)
        self.bound = self._open_to_all(data / "socket")
        with suppress(PermissionError):  # an ordinary user makes none: ``probes.devices``
            os.mknod(data / "zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
            (data / "zero").chmod(0o666)

    def _open_to_all(self, path: Path) -> socket.socket:
        listening = self._placed.enter_context(self._local(str(path), socket.SOCK_STREAM))
        path.chmod(0o777)
        return listening

    def _local(self, address: str, kind: socket.SocketKind) -> socket.socket:
        listening = socket.socket(socket.AF_UNIX, kind)
        listening.bind(address)
        if kind == socket.SOCK_STREAM:
            listening.listen()
        return listening

    def _share_memory(self) -> None:
        """System V shared memory, open to every user of this machine: shmget(2)."""
        held = self._libc.shmget(ctypes.c_int(self._key), ctypes.c_size_t(4096), ctypes.c_int(_IPC_CREAT | 0o666))
        self._stack.callback(self._libc.shmctl, ctypes.c_int(held), ctypes.c_int(_IPC_RMID), None)
        self._libc.shmat.restype = ctypes.c_void_p
        at = self._libc.shmat(ctypes.c_int(held), None, ctypes.c_int(0))
        ctypes.memmove(at, SECRET.encode(), len(SECRET))
        self._libc.shmdt(ctypes.c_void_p(at))

    def _end_process(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def _empty(place: Path) -> None:
    for entry in place.iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def _is_ready(one: socket.socket, patience: float) -> bool:
    poll = select.poll()
    poll.register(one, select.POLLIN)
    return bool(poll.poll(patience * 1000))


def loader() -> str:
    """The dynamic loader: the one program that is in a guest's root, beside the libraries it loads. Empty where there is none we know."""
    names = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-x86_64.so.1")
    return next((os.path.realpath(name) for name in names if os.path.exists(name)), "")
