"""The kernel's calls that Python has no name for, through ctypes: each raises OSError with the call's name.

Sources: mount(2), mount_setattr(2), pivot_root(2), unshare(2), setns(2), prctl(2), capset(2), capabilities(7), landlock(7), seccomp(2)
and their uapi headers.
"""

from __future__ import annotations

import ctypes
import os
import struct

NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE, MS_NOSYMFOLLOW = 4096, 16384, 1 << 18, 256
_MNT_DETACH = 2

PR_SET_PDEATHSIG, _PR_GET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_DUMPABLE = 1, 2, 3, 4
PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_GET_SECUREBITS, PR_SET_SECUREBITS = 23, 24, 27, 28
PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS = 38, 39
_PR_GET_SECCOMP, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 21, 22, 2
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4

CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN = 5, 6, 7, 21
SECUREBITS_LOCKED = 0b11101111
"""NOROOT, NO_SETUID_FIXUP, NO_CAP_AMBIENT_RAISE and their locks, and KEEP_CAPS locked as off."""

ATTR_RDONLY, ATTR_NOSUID, ATTR_NODEV, ATTR_NOEXEC, ATTR_IDMAP, ATTR_NOSYMFOLLOW = 1, 2, 4, 8, 0x100000, 0x200000
_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442  # the same on every architecture
_OPEN_TREE_CLONE, _OPEN_TREE_CLOEXEC, _AT_EMPTY_PATH, _MOVE_EMPTY_PATH, _AT_FDCWD = 1, os.O_CLOEXEC, 0x1000, 4, -100

_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SECCOMP_SET_MODE_FILTER, _SECCOMP_NEW_LISTENER = 1, 1 << 3
_TGKILL = {"x86_64": 234, "aarch64": 131}
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_RULE_PATH_BENEATH = 1
_CAPABILITY_VERSION_3 = 0x20080522

_MACHINE = os.uname().machine
_libc = ctypes.CDLL(None, use_errno=True)

# Made once: an array type made in each guest would cost it 100 us.
_CAPABILITY_WORDS = (ctypes.c_uint32 * 6)()
_ANSWER = ctypes.c_int()


def _checked(name: str, result: int) -> int:
    """The system calls' own convention: below 0 is an error, and errno says which."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def _syscall(name: str, number: int, *arguments: object) -> int:
    return _checked(name, _libc.syscall(ctypes.c_long(number), *arguments))


def prctl(option: int, first: int = 0, second: int = 0) -> int:
    words = (ctypes.c_ulong(value) for value in (first, second, 0, 0))
    return _checked(f"prctl({option})", _libc.prctl(ctypes.c_int(option), *words))


def parent_death_signal() -> int:
    prctl(_PR_GET_PDEATHSIG, ctypes.addressof(_ANSWER))
    answer: int = _ANSWER.value
    return answer


def unshare(flags: int) -> None:
    _checked("unshare", _libc.unshare(ctypes.c_int(flags)))


def enter_namespace(descriptor: int, kind: int) -> None:
    """``kind`` is NEWPID and its like; of a pid namespace it is children that enter (setns(2))."""
    _checked("setns", _libc.setns(ctypes.c_int(descriptor), ctypes.c_int(kind)))


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    texts = (source.encode(), target.encode(), kind.encode())
    _checked(f"mount {target}", _libc.mount(*texts, ctypes.c_ulong(flags), data.encode()))


def detach(target: str) -> None:
    _checked(f"umount {target}", _libc.umount2(target.encode(), ctypes.c_int(_MNT_DETACH)))


def open_tree(directory: int) -> int:
    """A descriptor of a mount of exactly this directory, of nothing mounted below it, that is nowhere yet."""
    flags = _OPEN_TREE_CLONE | _OPEN_TREE_CLOEXEC | _AT_EMPTY_PATH
    return _syscall("open_tree", _OPEN_TREE, ctypes.c_int(directory), b"", ctypes.c_uint(flags))


def set_mount(tree: int, attributes: int, namespace: int = 0) -> None:
    """``attributes`` are ATTR_...; what the host mounts below later is not passed on. ``namespace`` is a user namespace for ATTR_IDMAP."""
    wanted = struct.pack("=4Q", attributes, 0, MS_PRIVATE, namespace)
    arguments = (ctypes.c_int(tree), b"", ctypes.c_uint(_AT_EMPTY_PATH), wanted, ctypes.c_size_t(len(wanted)))
    _syscall("mount_setattr", _MOUNT_SETATTR, *arguments)


def move_mount(tree: int, target: str) -> None:
    arguments = (ctypes.c_int(tree), b"", ctypes.c_int(_AT_FDCWD), target.encode(), ctypes.c_uint(_MOVE_EMPTY_PATH))
    _syscall("move_mount", _MOVE_MOUNT, *arguments)


def pivot_into_working_directory() -> None:
    """The working directory becomes the root, and the old root is stacked on it, to be detached (pivot_root(2), NOTES)."""
    _syscall("pivot_root", _PIVOT_ROOT[_MACHINE], b".", b".")


def signal_process(process: int, number: int) -> None:
    """By tgkill(2), about which the zygote's filter does not ask the host, as it does about kill."""
    target = ctypes.c_int(process)
    _syscall("tgkill", _TGKILL[_MACHINE], target, target, ctypes.c_int(number))


def set_hostname(name: str) -> None:
    text = name.encode()
    _checked("sethostname", _libc.sethostname(text, ctypes.c_size_t(len(text))))


# --- capabilities ----------------------------------------------------------------------------------------------------------------


def set_capabilities(mask: int) -> None:
    """Effective and permitted become ``mask``, inheritable and ambient nothing."""
    _libc.prctl(ctypes.c_int(_PR_CAP_AMBIENT), *(ctypes.c_ulong(value) for value in (_PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)))
    low, high = mask & 0xFFFFFFFF, mask >> 32
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    _checked("capset", _libc.capset(header, struct.pack("=6I", low, low, 0, high, high, 0)))


def capabilities() -> int:
    """Effective, permitted and inheritable, or-ed: 0 means none of any kind."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    _checked("capget", _libc.capget(header, _CAPABILITY_WORDS))
    words: tuple[int, ...] = tuple(_CAPABILITY_WORDS)
    return (words[0] | words[1] | words[2]) | (words[3] | words[4] | words[5]) << 32


def drop_bounding_set() -> None:
    """Every capability the kernel knows leaves the bounding set."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError as error:
            if error.errno == 22 and capability:  # EINVAL: past the last one
                return
            raise


def bounding_set() -> int:
    """The capabilities that are still in the bounding set, as a mask."""
    found = 0
    for capability in range(64):
        answer = _libc.prctl(ctypes.c_int(PR_CAPBSET_READ), ctypes.c_ulong(capability), *(ctypes.c_ulong(0),) * 3)
        if answer < 0:
            break
        found |= answer << capability
    return found


# --- landlock and seccomp --------------------------------------------------------------------------------------------------------


def landlock_ruleset(files: int, ports: int, scopes: int) -> int:
    """A descriptor of an empty ruleset. The attribute is cut to what the kernel knows, or it answers E2BIG."""
    words = [files, ports, scopes]
    while len(words) > 1 and not words[-1]:
        words.pop()
    attribute = struct.pack(f"={len(words)}Q", *words)
    return _syscall("landlock_create_ruleset", _LANDLOCK_CREATE, attribute, ctypes.c_size_t(len(attribute)), ctypes.c_uint(0))


def landlock_grant(ruleset: int, path: int, rights: int) -> None:
    """``path`` is a descriptor; everything below it gets ``rights``."""
    attribute = struct.pack("=Qi", rights, path)
    arguments = (ctypes.c_int(ruleset), ctypes.c_int(_RULE_PATH_BENEATH), attribute, ctypes.c_uint(0))
    _syscall("landlock_add_rule", _LANDLOCK_ADD, *arguments)


def landlock_enforce(ruleset: int) -> None:
    _syscall("landlock_restrict_self", _LANDLOCK_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint(0))


class _SockFprog(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def seccomp_listen(program: bytes) -> int:
    """Install a program that asks a listener, and give the listener: a descriptor. Needs NO_NEW_PRIVS (seccomp_unotify(2))."""
    described = _SockFprog(len(program) // 8, program)
    how = (ctypes.c_uint(_SECCOMP_SET_MODE_FILTER), ctypes.c_uint(_SECCOMP_NEW_LISTENER), ctypes.byref(described))
    return _syscall("seccomp", _SECCOMP[_MACHINE], *how)


def seccomp_enforce(program: bytes) -> None:
    """Install a BPF program of ``struct sock_filter``; needs NO_NEW_PRIVS."""
    described = _SockFprog(len(program) // 8, program)
    arguments = (ctypes.c_ulong(_SECCOMP_MODE_FILTER), ctypes.byref(described), ctypes.c_ulong(0), ctypes.c_ulong(0))
    _checked("prctl(PR_SET_SECCOMP)", _libc.prctl(ctypes.c_int(_PR_SET_SECCOMP), *arguments))
