"""Have code run in every process that is forked from it."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    ran: list[bool] = []
    os.register_at_fork(after_in_child=lambda: ran.append(True))
    child = os.fork()
    if not child:
        os._exit(7 if ran else 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


ATTACK = Attack(walls=("seccomp",), leaves=("guest fork",))
