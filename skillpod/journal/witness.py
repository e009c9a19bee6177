"""Asking a witness (c2sp.org/tlog-witness) to cosign a checkpoint: it does, when the log only grew since it was asked last."""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import NoReturn

from skillpod.errors import DocumentInvalid, WitnessDisagrees, WitnessUnusable
from skillpod.journal.aside import Aside
from skillpod.journal.key import verify
from skillpod.journal.post import Answer, post
from skillpod.journal.tree.checkpoint import Signed
from skillpod.journal.tree.note import Signature, VerifierKey, read_note

Prove = Callable[[int, Signed], Awaitable[Sequence[bytes]]]
"""The consistency proof from a tree of that many entries to that of a checkpoint."""

_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n")
_ATTACK = "the log was written anew, cut and continued, or brought back from an older backup"
_HINT = "keep HOME as it is and hold it against copies of its checkpoints: docs/journal.md, Checkpoints out of reach"
_MEANING = {
    400: "the request is not as it wants it: is it a witness by c2sp.org/tlog-witness?",
    403: "it knows another key for this log: give it the one that `skillpod log key` prints",
    409: "somebody else asks it for the same log at the same time",
    404: "it does not know this log, or nothing is at this address: give it the key that `skillpod log key` prints, and look at `url`",
}


class WitnessClient:
    """One witness: the prefix of its address, and its key. What it cosigned last is remembered as long as this lives; it is asked when that
    is not known, for only its own word counts."""

    def __init__(self, url: str, key: VerifierKey) -> None:
        self._url = f"{url.rstrip('/')}/add-checkpoint"
        self._key = key
        self._held = 0
        self._names = Aside()

    async def cosign(self, signed: Signed, prove: Prove) -> tuple[Signature, ...]:
        """Its signatures of the checkpoint. Raises WitnessDisagrees when it holds another history of this log; WitnessUnusable; what
        ``prove`` raises."""
        size = signed.checkpoint.size
        held = min(self._held, size)
        answer = await self._ask(held, signed, prove)
        if answer.status == 409 and (theirs := _size(answer.body)) is not None and theirs != held:
            if theirs > size:
                self._dispute(f"has cosigned {theirs} entries of this log, and there are {size}: {_ATTACK}")
            held = theirs
            answer = await self._ask(held, signed, prove)
        if answer.status == 422 or (answer.status == 409 and held == size):
            self._dispute(f"cosigned the first {held} entries, and this log has others in their place: {_ATTACK}")
        if answer.status != 200:
            meaning = _MEANING.get(answer.status, "ask who runs it")
            self._fail(f"does not cosign (HTTP {answer.status})", hint=meaning)
        signatures = self._signatures(signed, answer.body)
        self._held = size
        return signatures

    async def _ask(self, held: int, signed: Signed, prove: Prove) -> Answer:
        proof = await prove(held, signed)
        try:
            return await post(self._url, request(held, proof, signed), names=self._names)
        except OSError as fault:
            raise WitnessUnusable(f"the witness {self._key.name} can't be asked: {fault}", at=self._url) from fault

    def _signatures(self, signed: Signed, body: bytes) -> tuple[Signature, ...]:
        """That of the witness's key, the last where it gave several; others are nobody's."""
        try:
            note = read_note(f"{signed.note.text}\n".encode() + body, at=self._url)
        except DocumentInvalid:
            self._fail("answered with something else than signatures", hint="is it a witness by c2sp.org/tlog-witness?")
        if note.text != signed.note.text or not note.is_signed_by(self._key, verify):
            self._fail("did not sign with the key that pod.yaml gives", hint="`log.witness.key` is the key of a cosigner, of type 04")
        return note.of(self._key)[-1:]

    def _dispute(self, what: str) -> NoReturn:
        raise WitnessDisagrees(f"the witness {self._key.name} {what}", at=self._url, hint=_HINT)

    def _fail(self, what: str, *, hint: str) -> NoReturn:
        raise WitnessUnusable(f"the witness {self._key.name} {what}", at=self._url, hint=hint)


def request(old: int, proof: Sequence[bytes], signed: Signed) -> bytes:
    """The body of ``add-checkpoint``."""
    hashes = "".join(f"{base64.b64encode(hash_).decode()}\n" for hash_ in proof)
    return f"old {old}\n{hashes}\n{signed}".encode()


def _size(body: bytes) -> int | None:
    said = _SIZE.fullmatch(body)
    return int(said[1]) if said else None
