"""Read the shared memory of a program of the host (System V)."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import ctypes

    segment = call("shmget", given["key"], 4096, 0)
    attach = ctypes.CDLL(None).shmat
    attach.restype = ctypes.c_void_p
    return ctypes.string_at(attach(segment, None, 0), 7) == b"hunter2"


ATTACK = Attack(walls=("seccomp", "ipc_namespace"), leaves=("kernel call",))
