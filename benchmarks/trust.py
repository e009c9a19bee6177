"""Signatures: how long it takes to verify a skill of ten files, beside the least it could be and OMS's reference tool, in one run."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from benchmarks.auditors import ENVIRONMENTS
from benchmarks.measure import Series, interleave
from benchmarks.table import Row, Shown
from skillpod.intake.snapshot import freeze
from skillpod.model.bundle import Bundle
from skillpod.model.manifest import Manifest
from skillpod.model.provenance import NO_PAST
from skillpod.resources import packaged_text
from skillpod.trust import revocations, store
from skillpod.trust.envelope import pae, read_envelope
from skillpod.trust.evidence import FIRST
from skillpod.trust.keys import KeyType
from skillpod.trust.sign import PrivateKey, generate, sign
from skillpod.trust.store import TrustStore, read_trust
from skillpod.trust.vouch import vouch

PYTHON = ENVIRONMENTS / "signing" / "bin" / "python"
GOAL = 0.6e-3
"""Seconds of a processor's time for one verification, by the type of key that is made when none is said."""

Things = dict[str, Callable[[], object]]
Taken = tuple[dict[str, Series], Series | None, Series | None]

_FILES = 10
_MANIFEST = Manifest(name="acme_scan", version="1.0.0", description="It scans.", author="Acme")

_PEER = """
import sys, time
started = time.process_time()
from model_signing import verifying
from pathlib import Path
print(time.process_time() - started, flush=True)
folder, signature, public = map(Path, sys.argv[1:4])
for line in sys.stdin:
    started = time.process_time()
    verifying.Config().use_elliptic_key_verifier(public_key=public).verify(folder, signature)
    print(time.process_time() - started, flush=True)
"""
"""The reference tool, loaded once: what that took, and then the time of each verification, one for each line it is given."""


@dataclass(frozen=True, slots=True)
class Effort:
    rounds: int
    block: int


THOROUGH = Effort(rounds=20, block=50)
QUICK = Effort(rounds=1, block=5)


def trust(effort: Effort) -> Sequence[Shown]:
    """Times are a processor's: others at work on the machine change them less."""
    with tempfile.TemporaryDirectory(prefix="skillpod-bench-") as directory:
        folder = Path(directory) / _MANIFEST.name
        keys = {kind: generate(kind) for kind in KeyType}
        bundles = {kind: _signed(key) for kind, key in keys.items()}
        trusted = _trusting(*keys.values())
        _write(folder, bundles[KeyType.P256])
        public = Path(directory) / "key.pub"
        public.write_text(keys[KeyType.P256].public.pem)

        def verified(kind: KeyType) -> Callable[[], object]:
            return lambda: vouch(bundles[kind], _MANIFEST, trusted, revocations.EMPTY, NO_PAST, now=0)

        bare = Bundle.freeze(bundles[KeyType.P256].files)
        things: Things = {kind.value: verified(kind) for kind in KeyType}
        things["least"] = _least(bundles[KeyType.P256], keys[KeyType.P256])
        things["folder"] = lambda: vouch(freeze(folder), _MANIFEST, trusted, revocations.EMPTY, NO_PAST, now=0)
        things["unsigned"] = lambda: vouch(bare, _MANIFEST, store.EMPTY, revocations.EMPTY, NO_PAST, now=0)
        things["sign"] = lambda: sign(bare, keys[KeyType.P256], subject=_MANIFEST.name)
        series, peer, start = _beside(effort, things, [folder, folder / FIRST, public])
    least = series["least"]
    floor = ("hashes and ECDSA", least)
    return [
        Row("a signed skill of 10 files verified, p256", series["p256"], *floor, target=GOAL),
        Row("the same, p384", series["p384"], *floor),
        Row("the same, ed25519", series["ed25519"], *floor),
        Row("the first, read from its folder before", series["folder"], *(("model_signing, loaded", peer) if peer else ())),
        *([Row("model_signing, to be loaded", start)] if start else []),
        Row("an unsigned skill of 10 files", series["unsigned"]),
        Row("a skill of 10 files signed", series["sign"], *floor),
    ]


def _beside(
    effort: Effort, things: dict[str, Callable[[], object]], places: Sequence[Path]
) -> tuple[dict[str, Series], Series | None, Series | None]:
    """All of them in turn; the reference tool in a process of its own, and what loading it took, where it is installed."""
    if not PYTHON.exists():
        print("model_signing is not installed: `make .environments/signing/.installed`", file=sys.stderr)
        return interleave(effort.rounds, effort.block, things, process_time), None, None
    series: dict[str, Series] = {name: Series() for name in things}
    peer, start = Series(), Series()
    command = [str(PYTHON), "-c", _PEER, *map(str, places)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        start.add(float(process.stdout.readline()))
        for _ in range(effort.rounds):
            for name, found in interleave(1, effort.block, things, process_time).items():
                series[name].samples += found.samples
            for _ in range(max(2, effort.block // 5)):
                process.stdin.write("\n")
                process.stdin.flush()
                peer.add(float(process.stdout.readline()))
    return series, peer, start


def _least(bundle: Bundle, key: PrivateKey) -> Callable[[], object]:
    """Every file hashed, and one signature of P-256 checked: no verifier does less."""
    envelope = read_envelope(bundle.sidecars[FIRST], name=FIRST)
    message = pae(envelope.payload)

    def least() -> object:
        return [hashlib.sha256(content).digest() for content in bundle.files.values()], key.public.has_signed(message, envelope.signature)

    return least


def _signed(key: PrivateKey) -> Bundle:
    """As big as published skills are in the median: ten files of some kilobytes."""
    files = {f"references/page_{index}.md": (f"line {index}\n" * 400).encode() for index in range(_FILES - 1)}
    files["manifest.yaml"] = b"name: acme_scan\nversion: 1.0.0\n"
    bundle = Bundle.freeze(files)
    return Bundle.freeze(files, {FIRST: sign(bundle, key, subject=_MANIFEST.name)})


def _write(folder: Path, bundle: Bundle) -> None:
    for name, content in {**bundle.files, **bundle.sidecars}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _trusting(*keys: PrivateKey) -> TrustStore:
    listed = [{"id": key.public.id, "type": key.public.type.value, "public": key.public.pem} for key in keys]
    publisher = {"id": "acme", "names": ["acme_*"], "authors": ["Acme"], "keys": listed}
    return read_trust(json.dumps({"trust": 1, "publishers": [publisher]}).encode(), schema=packaged_text(store.SCHEMA))
