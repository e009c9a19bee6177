"""Say that it tried a hundred things, and then try one: what the kernel tells is one too many to be kept."""

import pytest

from skillpod.lifecycle.attempts import Attempts
from skillpod.model.guest import Attempt
from tests.escapes.attack import Attack, Call, Given, kernel_is_silent
from tests.escapes.inside import nonce, send, wire
from tests.escapes.probes import witness


def attack(call: Call, given: Given) -> bool:
    import json
    import os

    lies = [["call", "memfd_create"], *([act, f"/lie/{number}"] for act in ("open", "write") for number in range(48))]
    for first in range(0, len(lies), 32):
        frame = {"t": "ask", "nonce": nonce(), "id": first, "operation": "hear", "arguments": {}, "seen": lies[first : first + 32]}
        body = json.dumps(frame).encode()
        send(len(body).to_bytes(4, "big") + body)
        os.read(wire(), 4096)  # whatever it answers, it has heard the lies
    return call("memfd_create", b"x", 0) > 0


def one_word_is_as_good_as_another(patch: pytest.MonkeyPatch) -> None:
    """What comes first is kept, as it was before this was tried."""

    def record(self: Attempts, attempt: Attempt) -> None:
        if len(self.as_list()) < 64:
            keep(self, attempt)

    keep = Attempts.record
    patch.setattr(Attempts, "record", record)


ATTACK = Attack(
    ours=("a list of its own for the kernel's word",),
    remove=one_word_is_as_good_as_another,
    succeeds="PermissionError",
    shown=kernel_is_silent,
    lacks=witness,
    leaves=("guest open", "kernel call"),
)
