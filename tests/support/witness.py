"""A witness by c2sp.org/tlog-witness, in a process of its own: it keeps what it cosigned in a directory and outlives its restarts.

``DIRECTORY/logs`` has the keys of the logs it knows, one a line, and is read anew for each request.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from skillpod.errors import DocumentInvalid
from skillpod.journal.key import verify
from skillpod.journal.tree.checkpoint import Signed, read_text
from skillpod.journal.tree.merkle import is_consistent
from skillpod.journal.tree.note import COSIGNATURE, Signature, VerifierKey, cosigned, read_key, read_note

NAME = "witness.example/w1"
_HEAD = re.compile(rb"old (0|[1-9][0-9]*)\n((?:[A-Za-z0-9+/=]+\n){0,63})\n(.+)", re.DOTALL)


class WitnessState:
    def __init__(self, directory: Path, key: Ed25519PrivateKey) -> None:
        self._directory = directory
        self._key = key
        self.verifier = VerifierKey(NAME, COSIGNATURE, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def add(self, body: bytes) -> tuple[int, str, str]:
        """Status, content type and text, in the order of the specification's checks. Atomic: one thread, no await."""
        head = _HEAD.fullmatch(body)
        if head is None:
            return 400, "text/plain", "not a request\n"
        try:
            note = read_note(head[3], at="request")
            checkpoint = read_text(note.text, at="request")
            proof = [base64.b64decode(line, validate=True) for line in head[2].split()]
        except (DocumentInvalid, ValueError) as fault:
            return 400, "text/plain", f"{fault}\n"
        known = [key for key in self._logs() if key.name == checkpoint.origin]
        if not known:
            return 404, "text/plain", "unknown log\n"
        if not any(note.is_signed_by(key, verify) for key in known):
            return 403, "text/plain", "unknown key\n"
        old, (size, root) = int(head[1]), self._held(checkpoint.origin)
        if old > checkpoint.size:
            return 400, "text/plain", "the old size is the larger one\n"
        if old != size or (old == checkpoint.size and size and root != checkpoint.root):
            return 409, "text/x.tlog.size", f"{size}\n"
        if proof if not old else not is_consistent(old, root, checkpoint.size, checkpoint.root, proof):
            return 422, "text/plain", "not consistent\n"
        self._keep(checkpoint.origin, checkpoint.size, checkpoint.root)
        return 200, "text/plain; charset=utf-8", str(self.signature(note.text, when=int(time.time())))

    def signature(self, text: str, *, when: int) -> Signature:
        return Signature(NAME, self.verifier.id, when.to_bytes(8) + self._key.sign(cosigned(text, when)))

    def _logs(self) -> list[VerifierKey]:
        path = self._directory / "logs"
        return [read_key(line, at="logs") for line in path.read_text().splitlines()] if path.exists() else []

    def _held(self, origin: str) -> tuple[int, bytes]:
        path = self._directory / "held.json"
        held = json.loads(path.read_text()) if path.exists() else {}
        size, root = held.get(origin, (0, ""))
        return size, bytes.fromhex(root)

    def _keep(self, origin: str, size: int, root: bytes) -> None:
        path = self._directory / "held.json"
        held = json.loads(path.read_text()) if path.exists() else {}
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps({**held, origin: (size, root.hex())}))
        beside.rename(path)


def cosignature(signed: Signed, key: VerifierKey) -> bool:
    """Whether the checkpoint has a signature of that witness."""
    return signed.note.is_signed_by(key, verify)


@contextmanager
def witnessing(directory: Path) -> Iterator[tuple[str, VerifierKey]]:
    """A witness that runs: its address and its key."""
    directory.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.support.witness", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            yield told["url"], read_key(told["key"], at="witness")
        finally:
            process.kill()


def _key(directory: Path) -> Ed25519PrivateKey:
    path = directory / "key"
    if not path.exists():
        path.write_bytes(Ed25519PrivateKey.generate().private_bytes_raw())
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


async def _serve(directory: Path) -> None:
    state = WitnessState(directory, _key(directory))

    async def add_checkpoint(request: Request) -> Response:
        status, kind, text = state.add(await request.body())
        return Response(text, status_code=status, headers={"Content-Type": kind})

    app = Starlette(routes=[Route("/w1/add-checkpoint", add_checkpoint, methods=["POST"])])
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    listener = config.bind_socket()
    listener.listen()  # before anybody is told of it
    port = listener.getsockname()[1]
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{port}/w1", "key": str(state.verifier)}) + "\n")
    sys.stdout.flush()
    await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
