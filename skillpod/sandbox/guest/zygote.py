"""The process guests are forked from: it shuts itself in once, loads what guests need, then forks on demand. It runs no skill code.

The control socket (SOCK_SEQPACKET) carries one JSON object a message. From the host: ``fork {id, limits, one_call}`` with the guest's end
of the wire, the write end of its output pipe and, where guests may have the network, the end of its line. To the host: ``ready {walls}``
(with the listener of the witness, where there is one), ``failed {wall, detail}`` or ``failed {kind, name, detail, remedy}`` of a grant,
once; ``forked {id}`` with a pidfd, or ``refused {id, detail}``; ``exit {id, status, cpu, peak}``. End of file means: end, and all guests
with it.
"""

from __future__ import annotations

import gc
import importlib
import json
import locale
import os
import resource
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from skillpod.sandbox import wire
from skillpod.sandbox.guest import enclosure, kernel, packages, sacrifice
from skillpod.sandbox.guest.enclosure import Enclosure
from skillpod.sandbox.guest.walls import namespaces, parent_death, seccomp
from skillpod.sandbox.guest.walls.descriptors import WIRE
from skillpod.sandbox.guest.walls.namespaces import GrantFailed, WallFailed
from skillpod.sandbox.guest.walls.raising import Guest, Prepared, raise_walls

if TYPE_CHECKING:
    from skillpod.sandbox.guest.nest import Nested

WALLS_FAILED, CRASHED = 71, 70
"""Exit statuses of a guest whose walls did not go up, and of one whose serving raised."""

_THREAD_STACK = 256 * 1024
_LARGEST = 64 * 1024

Entry = Callable[[socket.socket, Mapping[str, Any]], None]


def main(control: socket.socket, start: Mapping[str, Any]) -> NoReturn:
    """Shut in, report, serve. The message ``start`` is made by ``skillpod.sandbox.zygote``."""
    try:
        entry, proc = _load(start["entry"]), sacrifice.look()
        enclosed = enclosure.shut_in(start)
        walls = enclosed.prepared.walls
        gc.freeze()  # before the fork below, and nothing is collected (bootstrap): what the collector writes into, each fork would copy
        if walls.stands("pid_namespace"):
            _become_first_process(control)
        scores = _scores(enclosed, proc)
        enclosed.volumes.try_out()
        parent_death.hide()
        listener = seccomp.filter_zygote(walls, start["filters"])
        if enclosed.packages:
            packages.install(enclosed.packages)
    except GrantFailed as failed:
        named = {"kind": failed.kind, "name": failed.name, "detail": failed.detail, "remedy": failed.remedy}
        _send(control, {"t": "failed", **named})
        os._exit(WALLS_FAILED)
    except WallFailed as failed:
        _send(control, {"t": "failed", "wall": failed.wall, "detail": failed.detail})
        os._exit(WALLS_FAILED)
    listeners = [] if listener is None else [listener]
    _send(control, {"t": "ready", "walls": walls.as_list()}, *listeners)
    for given in listeners:  # it is the host's
        os.close(given)
    _Zygote(control, enclosed, entry, scores).run()


def _load(name: str) -> Entry:
    """The entry's ``main``, after its ``rehearse``, where it has one. What skills commonly import is loaded already
    (``bootstrap.PRELOADED``)."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a pidfd for each guest
    sys.dont_write_bytecode = True
    threading.stack_size(_THREAD_STACK)
    with suppress(locale.Error):
        locale.setlocale(locale.LC_ALL, "")  # read now, it can still be set when its files are out of reach
    module = importlib.import_module(name)
    getattr(module, "rehearse", _nothing)()
    entry: Entry = module.main
    return entry


def _scores(enclosed: Enclosure, proc: int) -> sacrifice.Scores | Nested:
    """What forks. Raises WallFailed."""
    if not enclosed.prepared.starts_programs or not enclosed.prepared.walls.stands("pid_namespace"):
        return sacrifice.Scores(proc)
    from skillpod.sandbox.guest.nest import nested  # SAFE: here, so that no zygote of guests pays for it

    return nested(proc)


def _nothing() -> None:
    """What an entry rehearses that has nothing to."""


def _become_first_process(control: socket.socket) -> None:
    """Go on as process 1 of the new pid namespace: when it ends, the kernel kills every guest. What stays behind only waits for it."""
    process = os.fork()
    if not process:
        return
    control.close()
    kernel.set_capabilities(0)
    parent_death.hide()
    _, status = os.waitpid(process, 0)
    os._exit(abs(os.waitstatus_to_exitcode(status)))


class _Child(NamedTuple):
    id: int
    process: int
    user: int | None


class _Zygote:
    """The loop: requests from the host, and the ends of guests, in the order they come."""

    def __init__(self, control: socket.socket, enclosed: Enclosure, entry: Entry, scores: sacrifice.Scores | Nested) -> None:
        self._control = control
        self._prepared = enclosed.prepared
        self._ids = enclosed.ids
        self._shared_user = enclosed.volumes.user
        self._entry = entry
        self._scores = scores
        self._children: dict[int, _Child] = {}  # by pidfd
        self._serial = 0
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)

    def run(self) -> NoReturn:
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == self._control.fileno():
                    self._receive()
                else:
                    self._reap(descriptor)

    def _receive(self) -> None:
        data, descriptors, _, _ = socket.recv_fds(self._control, _LARGEST, 3)
        if not data:
            os._exit(0)
        request = json.loads(data)
        try:
            self._fork(request, descriptors)
        except (OSError, ValueError) as error:  # no process to be had, or no room here for the descriptors that came along
            _send(self._control, {"t": "refused", "id": request["id"], "detail": str(error)})
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _fork(self, request: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        wire_end, output, *line = descriptors
        if len(line) != self._prepared.is_reaching:
            raise ValueError("no room for the descriptors that came along")
        guest = Guest(
            parent=self._scores.parent,
            wire=wire_end,
            output=output,
            line=line[0] if line else None,
            limits=request["limits"],
            user=self._free_user(),
            is_shared=self._ids == 1 or self._shared_user is not None,
            one_call=request["one_call"],
        )
        process = self._scores.fork()
        if not process:
            _run_guest(self._prepared, guest, self._entry, (self._control.detach(), *self._scores.descriptors, *self._children))
        try:
            pidfd = os.pidfd_open(process)
        except OSError:
            kernel.signal_process(process, signal.SIGKILL)
            os.waitpid(process, 0)
            raise
        self._children[pidfd] = _Child(request["id"], process, guest.user)
        self._poll.register(pidfd, select.POLLIN)
        _send(self._control, {"t": "forked", "id": request["id"]}, pidfd)

    def _free_user(self) -> int | None:
        """An id no living guest has, so that limits by user hold for one guest alone; None where there is only one. With volumes, the
        one that may open them."""
        if self._ids == 1:
            return None
        if self._shared_user is not None:
            return self._shared_user
        taken = {child.user for child in self._children.values()}
        while True:
            self._serial = self._serial % (self._ids - 1) + 1
            if namespaces.INNER_ID + self._serial not in taken:
                return namespaces.INNER_ID + self._serial

    def _reap(self, pidfd: int) -> None:
        child = self._children.pop(pidfd)
        self._poll.unregister(pidfd)
        os.close(pidfd)
        _, status, used = os.wait4(child.process, 0)
        _send(
            self._control,
            {
                "t": "exit",
                "id": child.id,
                "status": os.waitstatus_to_exitcode(status),
                "cpu": used.ru_utime + used.ru_stime,
                "peak": used.ru_maxrss * 1024,
            },
        )


def _run_guest(prepared: Prepared, guest: Guest, entry: Entry, inherited: tuple[int, ...]) -> NoReturn:
    """Everything a guest ever does. It never returns into the zygote's loop."""
    status = CRASHED
    try:
        report = raise_walls(prepared, guest, inherited)
        host = socket.socket(fileno=WIRE)
        host.sendall(wire.encode(report.as_frame()))
        if report.failed:
            status = WALLS_FAILED
        else:
            gc.enable()
            entry(host, guest.limits)
            status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else CRASHED
    except BaseException:  # noqa: BLE001  # SAFE: the guest's last line, whatever was raised; nothing may unwind into the zygote
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:  # they may be the skill's own
            os._exit(status)


def _send(control: socket.socket, message: Mapping[str, Any], *descriptors: int) -> None:
    """A host that is gone is noticed at the next receive."""
    try:
        socket.send_fds(control, [json.dumps(message).encode()], descriptors)
    except BrokenPipeError:
        os._exit(0)
