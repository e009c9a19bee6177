"""The outer two layers of a signature file: the Sigstore bundle v0.3 and the DSSE envelope in it, read strictly and written.

https://github.com/sigstore/protobuf-specs (bundle), https://github.com/secure-systems-lab/dsse (envelope, protocol version 1).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skillpod.documents import read_json
from skillpod.errors import DocumentInvalid, SignatureInvalid
from skillpod.trust import shapes

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_CHAIN = 6
"""Certificates in one signature."""
MAX_PAYLOAD = 512 * 1024
"""Bytes: 512 files, the most a bundle has, with a thousand bytes for each."""
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """``hint`` is the id of the key that is said to have signed, empty where there is a ``chain``: certificates in DER, the signer's first.
    ``keyid`` is what the envelope says of it, often nothing. Nothing here is verified."""

    payload: bytes
    signature: bytes
    hint: str = ""
    keyid: str = ""
    chain: tuple[bytes, ...] = ()


def pae(payload: bytes) -> bytes:
    """What is signed: DSSE's pre-authentication encoding of type and payload."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def read_envelope(content: bytes, *, name: str) -> Envelope:
    """The envelope in a signature file; ``name`` is what faults call the file. Raises SignatureInvalid."""
    value = parse(content, name)
    whole = shapes.fields(value, name, {"mediaType", "verificationMaterial", "dsseEnvelope"})
    shapes.exactly(whole["mediaType"], MEDIA_TYPE, f"{name}:mediaType")
    hint, chain = _material(whole["verificationMaterial"], f"{name}:verificationMaterial")
    at = f"{name}:dsseEnvelope"
    envelope = shapes.fields(whole["dsseEnvelope"], at, {"payload", "payloadType", "signatures"})
    shapes.exactly(envelope["payloadType"], PAYLOAD_TYPE, f"{at}.payloadType")
    payload = shapes.base64_bytes(envelope["payload"], f"{at}.payload")
    if len(payload) > MAX_PAYLOAD:
        raise SignatureInvalid(f"the payload has {len(payload)} bytes; at most {MAX_PAYLOAD} are read", at=f"{at}.payload")
    signed = shapes.fields(shapes.one(envelope["signatures"], f"{at}.signatures"), f"{at}.signatures[0]", {"sig"}, {"keyid"})
    return Envelope(
        payload=payload,
        signature=shapes.base64_bytes(signed["sig"], f"{at}.signatures[0].sig"),
        hint=hint,
        keyid=shapes.text(signed.get("keyid", ""), f"{at}.signatures[0].keyid"),
        chain=chain,
    )


def parse(content: bytes, name: str) -> Any:
    """A JSON value that somebody signed, or says to have. Raises SignatureInvalid."""
    try:
        return read_json(content, name=name)
    except DocumentInvalid as fault:
        raise SignatureInvalid(fault.message, at=fault.at, hint=fault.hint) from fault


def _material(value: Any, at: str) -> tuple[str, tuple[bytes, ...]]:
    """Who is said to have signed: a key's id, or certificates."""
    material = shapes.fields(value, at, frozenset(), {"publicKey", "x509CertificateChain", "tlogEntries"})
    if shapes.sequence(material.get("tlogEntries", []), f"{at}.tlogEntries"):
        hint = "sign with a key or a certificate: nothing here asks a transparency log"
        raise SignatureInvalid("entries of a transparency log are not verified by this version", at=f"{at}.tlogEntries", hint=hint)
    if ("publicKey" in material) is ("x509CertificateChain" in material):
        raise SignatureInvalid("expected either a public key's hint or a chain of certificates", at=at)
    if "publicKey" in material:
        hint = shapes.text(shapes.fields(material["publicKey"], f"{at}.publicKey", {"hint"})["hint"], f"{at}.publicKey.hint")
        if len(hint) != 64 or not _HEX.issuperset(hint):
            raise SignatureInvalid("the hint is not a key's id: 64 hex digits", at=f"{at}.publicKey.hint")
        return hint, ()
    at = f"{at}.x509CertificateChain"
    listed = shapes.sequence(shapes.fields(material["x509CertificateChain"], at, {"certificates"})["certificates"], f"{at}.certificates")
    if not 1 <= len(listed) <= MAX_CHAIN:
        raise SignatureInvalid(f"expected 1 to {MAX_CHAIN} certificates, got {len(listed)}", at=f"{at}.certificates")
    return "", tuple(_certificate(item, f"{at}.certificates[{index}]") for index, item in enumerate(listed))


def _certificate(value: Any, at: str) -> bytes:
    return shapes.base64_bytes(shapes.fields(value, at, {"rawBytes"})["rawBytes"], f"{at}.rawBytes")


def write_envelope(payload: bytes, signature: bytes, *, keyid: str, chain: Sequence[bytes] = ()) -> bytes:
    """A signature file. ``keyid`` is the id of the key that signed; with a ``chain`` (DER, the signer's first) that says who it is."""
    material: dict[str, Any] = {"publicKey": {"hint": keyid}}
    if chain:
        material = {"x509CertificateChain": {"certificates": [{"rawBytes": _base64(certificate)} for certificate in chain]}}
    bundle = {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {**material, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": _base64(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": _base64(signature), "keyid": keyid}],
        },
    }
    return json.dumps(bundle, separators=(",", ":")).encode() + b"\n"


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
