"""A zygote without a single wall: the same guests, forked and served the same way, for tests of what the walls have no part in.

It also shows what a wall is worth: what a guest can do here and not behind the real one.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import skillpod
from skillpod.errors import GuestDied
from skillpod.model.capability import Lifetime
from skillpod.model.manifest import Limits
from skillpod.sandbox.forked import Exit, Forked

_SERVER = """\
import gc, importlib.util, json, os, select, socket, sys, traceback, types
from pathlib import Path
control, home = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])
spec = importlib.util.spec_from_file_location("skillpod", home / "sdk.py")
sys.modules["skillpod"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
for name, folder in (("skillpod.sandbox", "sandbox"), ("skillpod.sandbox.guest", "sandbox/guest")):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [str(home / folder)]
from skillpod.sandbox import wire
from skillpod.sandbox.guest import serve
from skillpod.sandbox.guest.walls.board import REQUIRED
gc.freeze()
walls = [{"name": name, "state": "disabled", "required": True, "detail": "", "remedy": ""} for name in sorted(REQUIRED)]
children, poll = {}, select.poll()
poll.register(control, select.POLLIN)
while True:
    for ready, _ in poll.poll():
        if ready != control.fileno():
            number, process = children.pop(ready)
            poll.unregister(ready)
            os.close(ready)
            _, status, used = os.wait4(process, 0)
            said = {"id": number, "status": os.waitstatus_to_exitcode(status), "cpu": used.ru_utime + used.ru_stime}
            said["peak"] = used.ru_maxrss * 1024
            socket.send_fds(control, [json.dumps(said).encode()], [])
            continue
        data, descriptors, _, _ = socket.recv_fds(control, 65536, 2)
        if not data:
            for process in children.values():
                os.kill(process[1], 9)
            os._exit(0)
        request = json.loads(data)
        process = os.fork()
        if not process:
            os.dup2(descriptors[1], 1)
            os.dup2(descriptors[1], 2)
            control.close()
            host = socket.socket(fileno=descriptors[0])
            host.sendall(wire.encode({"t": "walls", "walls": walls, "self_test": {}, "failed": False}))
            try:
                serve.main(host, request["limits"])
            except BaseException:
                traceback.print_exc()
            os._exit(70)
        for descriptor in descriptors:
            os.close(descriptor)
        pidfd = os.pidfd_open(process)
        children[pidfd] = (request["id"], process)
        poll.register(pidfd, select.POLLIN)
        socket.send_fds(control, [json.dumps({"id": request["id"], "process": process}).encode()], [pidfd])
"""


class OpenZygote:
    """Stands where ``skillpod.sandbox.zygote.Zygote`` does. One process serves many event loops, one after the other: ``start`` and
    ``close`` belong to a loop, ``end`` to the process."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._serial = 0
        self._forked: dict[int, tuple[socket.socket, int, asyncio.Future[Forked]]] = {}
        self._exited: dict[int, asyncio.Future[Exit]] = {}
        self.forks = 0

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    async def start(self) -> None:
        if self._process is None:
            self._begin()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._control, self._hear)
        self.forks = 0

    async def fork(self, limits: Limits, lifetime: Lifetime = Lifetime.CALL) -> Forked:
        if not self.alive:
            raise GuestDied("the zygote has ended")
        self._serial += 1
        self.forks += 1
        ours, theirs = socket.socketpair()
        output, printed = os.pipe()
        ours.setblocking(False)
        os.set_blocking(output, False)
        forked: asyncio.Future[Forked] = self._loop.create_future()
        self._forked[self._serial] = (ours, output, forked)
        request = json.dumps({"id": self._serial, "limits": asdict(limits)}).encode()
        socket.send_fds(self._control, [request], [theirs.fileno(), printed])
        theirs.close()
        os.close(printed)
        return await forked

    async def close(self) -> None:
        self._loop.remove_reader(self._control)

    def end(self) -> None:
        if self._process is not None:
            self._control.close()
            self._process.wait()

    def _begin(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setblocking(False)
        home = Path(skillpod.__file__).parent
        with theirs:
            argv = [sys.executable, "-I", "-S", "-B", "-c", _SERVER, str(theirs.fileno()), str(home)]
            self._process = subprocess.Popen(argv, pass_fds=[theirs.fileno()], env={"LANG": "C.UTF-8"}, stdin=subprocess.DEVNULL)

    def _hear(self) -> None:
        data, descriptors, _, _ = socket.recv_fds(self._control, 65_536, 1)
        if not data:
            self._loop.remove_reader(self._control)
            return
        said: dict[str, Any] = json.loads(data)
        if "status" in said:
            self._exited.pop(said["id"]).set_result(Exit(said["status"], said["cpu"], said["peak"]))
            return
        ours, output, forked = self._forked.pop(said["id"])
        exited = self._exited[said["id"]] = self._loop.create_future()
        forked.set_result(Forked(wire=ours, output=output, pidfd=descriptors[0], exited=exited, process=said["process"]))
