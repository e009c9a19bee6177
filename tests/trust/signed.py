"""A publisher, its keys and a skill of its, for the tests of trust."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from skillpod.model.bundle import Bundle
from skillpod.model.manifest import Manifest
from skillpod.model.provenance import NO_PAST, Past, Provenance
from skillpod.resources import packaged_text
from skillpod.trust import revocations, store
from skillpod.trust.evidence import FIRST, further
from skillpod.trust.keys import KeyType
from skillpod.trust.revocations import Revocations, read_revocations
from skillpod.trust.sign import PrivateKey, generate, sign
from skillpod.trust.store import TrustStore, read_trust
from skillpod.trust.vouch import vouch

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC).timestamp()
AUTHOR = "Acme Tools <tools@acme.example>"
FILES = {
    "handler.py": b"x = 1\n",
    "lib/a.txt": b"a",
    "lib.py": b"import json\n",
    "manifest.yaml": b"name: acme_scan\nversion: 1.2.0\n",
    "caf\u00e9.md": b"coffee\n",
}


def key(kind: KeyType = KeyType.P256, number: int = 0) -> PrivateKey:
    """One key for each type and number, for the whole run."""
    return _made(kind, number)


@cache
def _made(kind: KeyType, number: int) -> PrivateKey:
    return generate(kind)


def manifest(**changed: Any) -> Manifest:
    said: dict[str, Any] = {"name": "acme_scan", "version": "1.2.0", "description": "It scans.", "author": AUTHOR}
    return Manifest(**{**said, **changed})


def signed(*signers: PrivateKey, files: Mapping[str, bytes] = FILES) -> Bundle:
    """The files with a signature of each, the first of them as skill.oms.sig."""
    bundle = Bundle.freeze(files)
    for index, signer in enumerate(signers or (key(),)):
        name = further(signer.public.id) if index else FIRST
        sidecar = sign(bundle, signer, subject="acme_scan", name=name)
        bundle = Bundle.freeze(files, {**bundle.sidecars, name: sidecar})
    return bundle


def entry(signer: PrivateKey, **more: Any) -> dict[str, Any]:
    return {"id": signer.public.id, "type": signer.public.type.value, "public": signer.public.pem, **more}


def publisher(*signers: PrivateKey, **changed: Any) -> dict[str, Any]:
    keys = [entry(signer) for signer in signers or (key(),)]
    return {"id": "acme", "names": ["acme_*"], "authors": [AUTHOR], "keys": keys, **changed}


def trusting(*publishers: Mapping[str, Any]) -> TrustStore:
    return read_trust(text("trust", "publishers", publishers), schema=packaged_text(store.SCHEMA))


def revoking(*revoked: Mapping[str, str]) -> Revocations:
    word = {"reason": "It leaked on a laptop.", "by": "R. Reviewer", "date": "2027-02-01"}
    listed = [{**word, **entry} for entry in revoked]
    return read_revocations(text("revocations", "revoked", listed), schema=packaged_text(revocations.SCHEMA))


def text(format: str, field: str, value: Any) -> bytes:
    return json.dumps({format: 1, field: list(value)}).encode()


def vouched(
    bundle: Bundle,
    trust: TrustStore | None = None,
    revoked: Revocations = revocations.EMPTY,
    past: Past = NO_PAST,
    now: float = NOW,
    **changed: Any,
) -> Provenance:
    """What is said of a bundle under a trust store: by default one that trusts the default key."""
    return vouch(bundle, manifest(**changed), trust or trusting(publisher()), revoked, past, now=now)
