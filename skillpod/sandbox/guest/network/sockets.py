"""``socket.socket`` of a guest with a grant of the network: the same class, whose connections the host makes.

No system call here makes or connects a socket of the internet: a guest may make none. A socket is a blank until it is connected, the end
of a pair whose other end is closed; then it is the descriptor that the host handed over, put in the blank's place, and from there on all is
the kernel's: reading, writing, polling, TLS.
"""

from __future__ import annotations

import _socket
import errno
import os
import select
import socket
import sys
from collections.abc import Iterable
from typing import Any, NoReturn, SupportsIndex

from skillpod.sandbox.guest.network.asker import Asker
from skillpod.sandbox.guest.network.handed import Handed
from skillpod.sandbox.guest.network.names import Names, literal, place_of, version

_ASKER = Asker()
_HANDED = Handed(_ASKER)

_INTERNET = frozenset({socket.AF_INET, socket.AF_INET6})
_FLAGS = socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
_WHAT_THERE_IS = "permissions.network gives TCP connections to the hosts it names"

_SET_BY_THE_HOST = {(socket.IPPROTO_TCP, socket.TCP_NODELAY): 1, (socket.SOL_SOCKET, socket.SO_KEEPALIVE): 1}
_HARMLESS = frozenset(
    {
        *_SET_BY_THE_HOST,
        *((socket.SOL_SOCKET, option) for option in (socket.SO_REUSEADDR, socket.SO_SNDBUF, socket.SO_RCVBUF, socket.SO_LINGER)),
        *((socket.SOL_SOCKET, option) for option in (socket.SO_OOBINLINE, socket.SO_REUSEPORT, socket.SO_PRIORITY)),
        *((socket.IPPROTO_TCP, option) for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_QUICKACK)),
        *((socket.IPPROTO_TCP, option) for option in (socket.TCP_USER_TIMEOUT, socket.TCP_SYNCNT, socket.TCP_CORK)),
        (socket.IPPROTO_IP, socket.IP_TOS),
        (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY),
        (socket.IPPROTO_IPV6, socket.IPV6_TCLASS),
    }
)
"""Options that libraries set and that change nothing of where a connection leads: remembered, and not set."""

_socket_of_python = socket.socket


class Socket(_socket_of_python):
    """As the class it stands for; what it does otherwise is said at each method."""

    __slots__ = ("_options",)

    def __init__(self, family: int = -1, type: int = -1, proto: int = -1, fileno: int | None = None) -> None:
        """Without ``fileno``, for TCP only. Raises PermissionError."""
        self._options: dict[tuple[int, int], Any] = {}
        if fileno is not None:
            super().__init__(family, type, proto, fileno)
            return
        family = socket.AF_INET if family == -1 else family
        type = socket.SOCK_STREAM if type == -1 else type
        proto = max(proto, 0)
        if family not in _INTERNET or type & ~_FLAGS != socket.SOCK_STREAM or proto not in (0, socket.IPPROTO_TCP):
            _refuse("socket", _in_words(family, type, proto), "can't be made by a skill")
        blank = _blank()
        try:
            super().__init__(family, type, proto, blank)
        except BaseException:
            os.close(blank)
            raise

    # --- connecting --------------------------------------------------------------------------------------------------------------

    def connect(self, address: Any) -> None:
        self._connect(address)

    def connect_ex(self, address: Any) -> int:
        try:
            self._connect(address)
        except socket.gaierror:
            raise
        except TimeoutError:
            return errno.EWOULDBLOCK
        except OSError as fault:
            return fault.errno or errno.EIO
        return 0

    def _connect(self, address: Any) -> None:
        if self.family not in _INTERNET:
            super().connect(address)
            return
        self._require_unconnected()
        ip, port = self._place(address)
        descriptor, serial = _ASKER.connect(ip, port)
        number, timeout = self.fileno(), self.gettimeout()
        try:
            os.dup2(descriptor, number, inheritable=False)
        finally:
            os.close(descriptor)
        _HANDED.put(number, serial)
        os.set_blocking(number, timeout is None)
        if timeout == 0:
            raise BlockingIOError(errno.EINPROGRESS, os.strerror(errno.EINPROGRESS))
        if not _poll(number, timeout):
            raise TimeoutError("timed out")
        code = self.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))

    def _require_unconnected(self) -> None:
        """A connection that failed may be made anew. Raises OSError."""
        if self.fileno() not in _HANDED:
            return
        try:
            self.getpeername()
        except OSError:
            if not _poll(self.fileno(), 0):
                raise BlockingIOError(errno.EALREADY, os.strerror(errno.EALREADY)) from None
        else:
            raise OSError(errno.EISCONN, os.strerror(errno.EISCONN))

    def _place(self, address: Any) -> tuple[str, int]:
        """An address and a port. Raises TypeError, OverflowError, OSError."""
        if not isinstance(address, tuple) or len(address) < 2 or not isinstance(address[1], int):
            raise TypeError(f"connect(): an address is a tuple of a host and a port, not {address!r}")
        host, port = address[0], address[1]
        if not 0 <= port <= 0xFFFF:
            raise OverflowError("connect(): port must be 0-65535.")
        if isinstance(host, str) and literal(host) and version(host) == self.family:
            return host, port
        return str(_NAMES.getaddrinfo(host, port, self.family)[0][4][0]), port

    def getpeername(self) -> Any:
        """Of a blank, as of a socket that is not connected."""
        if self._is_blank:
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN))
        return super().getpeername()

    def getsockname(self) -> Any:
        """Of a blank, as of a socket that is not bound."""
        if self._is_blank:
            return place_of("::" if self.family == socket.AF_INET6 else "0.0.0.0", 0)  # noqa: S104  # SAFE: named; nothing is bound
        return super().getsockname()

    @property
    def _is_blank(self) -> bool:
        return self.family in _INTERNET and self.fileno() not in _HANDED and self.fileno() >= 0

    # --- closing -----------------------------------------------------------------------------------------------------------------

    def _real_close(self, _ss: Any = _socket.socket) -> None:
        """The host hears of it: it holds the connection open as long as we do, and counts it."""
        serial = _HANDED.taken(self.fileno())
        super()._real_close(_ss)  # type: ignore[misc]  # SAFE: socket.py's own, by which SSLSocket closes too
        _HANDED.tell(serial)

    def __del__(self) -> None:
        serial = _HANDED.taken(self.fileno())
        super().__del__()  # type: ignore[misc]  # SAFE: the slot of _socket.socket, which closes the descriptor and warns
        _HANDED.tell(serial)

    # --- what no guest may ask the kernel ----------------------------------------------------------------------------------------

    def bind(self, address: Any) -> None:
        """Refused, as ``listen`` and ``accept``."""
        _refuse("socket", f"bind {_shown(address)}", "was refused")

    def listen(self, backlog: int = 0, /) -> None:
        _refuse("socket", "listen", "was refused")

    def accept(self) -> NoReturn:
        _refuse("socket", "accept", "was refused")

    def setsockopt(self, level: int, optname: int, value: Any, optlen: int | None = None, /) -> None:
        """What changes nothing of where a connection leads is remembered; the host has set TCP_NODELAY and SO_KEEPALIVE."""
        if (level, optname) not in _HARMLESS:
            raise PermissionError(errno.EPERM, f"skillpod: option {optname} of level {level} can't be set by a skill")
        self._options[level, optname] = value

    def getsockopt(self, level: int, optname: int, buflen: int = 0, /) -> Any:
        """What was set, of what is remembered; else the kernel is asked, which tells a guest a few."""
        known = self._options.get((level, optname), _SET_BY_THE_HOST.get((level, optname)))
        return super().getsockopt(level, optname, buflen) if known is None else known

    def sendmsg(self, buffers: Iterable[Any], ancdata: Iterable[Any] = (), flags: int = 0, address: Any = None, /) -> int:
        """By writev(2): a guest sends no descriptors, and no flags but what ``send`` takes."""
        if [*ancdata] or address is not None:
            raise PermissionError(errno.EPERM, "skillpod: a skill can't send descriptors, or name where one message goes")
        if flags:
            return self.send(b"".join(buffers), flags)
        if self.gettimeout() and not _poll(self.fileno(), self.gettimeout()):
            raise TimeoutError("timed out")
        return os.writev(self.fileno(), [*buffers])

    def recvmsg(self, bufsize: int, ancbufsize: int = 0, flags: int = 0, /) -> tuple[bytes, list[Any], int, Any]:
        """By recvfrom(2): nothing comes along with the bytes."""
        return self.recv(bufsize, flags), [], 0, None

    def recvmsg_into(self, buffers: Iterable[Any], ancbufsize: int = 0, flags: int = 0, /) -> tuple[int, list[Any], int, Any]:
        return self.recv_into(next(iter(buffers)), 0, flags), [], 0, None


_NAMES = Names(_ASKER)


def install() -> None:
    """Before ssl, http.client and asyncio look at ``socket``: they keep what they found."""
    Socket.__name__, Socket.__qualname__, Socket.__module__ = "socket", "socket", "socket"
    socket.socket = Socket  # type: ignore[misc]  # SAFE: this is what the module is for
    socket.dup = _dup
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"):
        setattr(socket, name, getattr(_NAMES, name))


def _blank() -> int:
    """One for each socket, and no one's but this guest's: what two hold they tell each other by."""
    ours, other = _socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    other.close()
    return ours.detach()


def _dup(number: SupportsIndex, /) -> int:
    """socket.dup, by which sockets are copied."""
    copied = _socket.dup(number)
    _HANDED.share(number.__index__(), copied)
    return copied


def _poll(number: int, timeout: float | None) -> bool:
    """Whether it can be written to, or has failed, within so many seconds."""
    poll = select.poll()
    poll.register(number, select.POLLOUT)
    return bool(poll.poll(None if timeout is None else max(0, int(timeout * 1000))))


def _refuse(act: str, what: str, how: str) -> NoReturn:
    sys.audit("skillpod.refused", act, what)
    raise PermissionError(errno.EACCES, f"skillpod: {what} {how}: {_WHAT_THERE_IS}")


def _in_words(family: int, kind: int, protocol: int) -> str:
    from skillpod.sandbox.guest.observer import socket_in_words  # SAFE: here, for it is loaded after this module

    return socket_in_words(family, kind, protocol)


def _shown(address: Any) -> str:
    return ":".join(str(part)[:100] for part in address[:2]) if isinstance(address, tuple) else str(address)[:100]
