"""The innermost layer of a signature file: the in-toto statement of OpenSSF Model Signing v1.0, and whether it covers a bundle, all of it.

https://github.com/ossf/model-signing-spec; https://github.com/in-toto/attestation (Statement v1).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skillpod.documents import show
from skillpod.errors import SignatureInvalid
from skillpod.model.bundle import MAX_FILES, Bundle
from skillpod.model.left_out import is_left_out
from skillpod.model.names import SIDECAR, path_fault
from skillpod.trust import shapes
from skillpod.trust.envelope import parse

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://model_signing/signature/v1.0"
IGNORED = (".git", ".gitattributes", ".github", ".gitignore")
"""What OMS's reference signer leaves out by itself, in the root; the signature file comes to it."""
_MAX_LISTED = 4 * MAX_FILES
"""Resources: those of the bundle, and what it leaves out of the folder."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_RESOURCE = frozenset({"name", "algorithm", "digest"})
_TOLD = 20
"""Files that one refusal names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What was signed: ``resources`` maps names to SHA-256 in hex, in the order of the statement; ``subject`` is what the signer called it,
    most often the folder's name, and means nothing."""

    subject: str
    resources: Mapping[str, str]


def file_digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def subject_digest(digests: Sequence[str]) -> str:
    """OMS's digest over all resources: of their digests, in their order. It binds no names: nothing here is called by it."""
    return hashlib.sha256(bytes.fromhex("".join(digests))).hexdigest()


def write_statement(files: Mapping[str, bytes], *, subject: str, beside: Collection[str]) -> bytes:
    """The payload for a bundle's files, in the order of the reference signer (by the parts of their paths); ``beside`` are the names
    of the signature files, this one's among them."""
    ordered = sorted(file_digests(files).items(), key=lambda pair: pair[0].split("/"))
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": subject, "digest": {"sha256": subject_digest([digest for _, digest in ordered])}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "serialization": {
                "method": "files",
                "hash_type": "sha256",
                "allow_symlinks": False,
                "ignore_paths": sorted({*IGNORED, *beside}),
            },
            "resources": [{"name": name, "algorithm": "sha256", "digest": digest} for name, digest in ordered],
        },
    }
    return json.dumps(statement, separators=(",", ":")).encode()


def read_statement(payload: bytes, *, name: str) -> Statement:
    """What a payload says; ``name`` is the signature file's. Raises SignatureInvalid."""
    at = f"{name}:payload"
    value = shapes.fields(parse(payload, at), at, {"_type", "subject", "predicateType", "predicate"})
    shapes.exactly(value["_type"], STATEMENT_TYPE, f"{at}._type")
    shapes.exactly(value["predicateType"], PREDICATE_TYPE, f"{at}.predicateType")
    subject = shapes.fields(shapes.one(value["subject"], f"{at}.subject"), f"{at}.subject[0]", {"name", "digest"})
    predicate = shapes.fields(value["predicate"], f"{at}.predicate", {"serialization", "resources"})
    _check_serialization(predicate["serialization"], f"{at}.predicate.serialization")
    resources = _resources(predicate["resources"], f"{at}.predicate.resources")
    said = shapes.fields(subject["digest"], f"{at}.subject[0].digest", {"sha256"})["sha256"]
    if said != subject_digest(list(resources.values())):
        raise SignatureInvalid("the subject's digest is not that of the resources", at=f"{at}.subject[0].digest.sha256")
    return Statement(subject=shapes.text(subject["name"], f"{at}.subject[0].name"), resources=resources)


def _check_serialization(value: Any, at: str) -> None:
    method = value.get("method") if type(value) is dict else None
    if method == "shards":
        hint = "sign whole files: the method `files`"
        raise SignatureInvalid("files signed in shards are not verified by this version", at=f"{at}.method", hint=hint)
    said = shapes.fields(value, at, {"method", "hash_type", "allow_symlinks"}, {"ignore_paths"})
    shapes.exactly(method, "files", f"{at}.method")
    shapes.exactly(said["hash_type"], "sha256", f"{at}.hash_type")
    shapes.exactly(said["allow_symlinks"], False, f"{at}.allow_symlinks")
    for index, path in enumerate(shapes.sequence(said.get("ignore_paths", []), f"{at}.ignore_paths")):
        if not _is_ignored_by_all(shapes.text(path, f"{at}.ignore_paths[{index}]")):
            hint = "sign without a list of your own: what is in a skill is signed"
            raise SignatureInvalid(f"the signer leaves out {show(path)}", at=f"{at}.ignore_paths[{index}]", hint=hint)


def _is_ignored_by_all(path: str) -> bool:
    return path in IGNORED or SIDECAR.fullmatch(path) is not None or any(map(is_left_out, path.split("/")))


def _resources(value: Any, at: str) -> dict[str, str]:
    listed = shapes.sequence(value, at)
    if len(listed) > _MAX_LISTED:
        raise SignatureInvalid(f"it lists {len(listed)} files; at most {_MAX_LISTED} are read", at=at)
    found: dict[str, str] = {}
    for index, item in enumerate(listed):
        try:
            name, digest = _resource(item)
            if name in found:
                raise SignatureInvalid(f"{show(name)} is listed twice", at=".name")
        except SignatureInvalid as fault:
            fault.at = f"{at}[{index}]{fault.at}"
            raise
        found[name] = digest
    return found


def _resource(item: Any) -> tuple[str, str]:
    """Name and digest. Raises SignatureInvalid, whose place begins at the item."""
    resource = shapes.fields(item, "", _RESOURCE)
    shapes.exactly(resource["algorithm"], "sha256", ".algorithm")
    digest = shapes.text(resource["digest"], ".digest")
    if not _SHA256.fullmatch(digest):
        raise SignatureInvalid("not a SHA-256 digest: 64 hex digits", at=".digest")
    return shapes.text(resource["name"], ".name"), digest


# --- against a bundle --------------------------------------------------------------------------------------------------------------


def check_coverage(statement: Statement, bundle: Bundle, digests: Mapping[str, str], *, at: str) -> None:
    """Every file of the bundle is signed as it is, and nothing else is, but for what the published list leaves out of every bundle.

    ``digests`` are those of the bundle's files. Raises SignatureInvalid with each file that differs.
    """
    faults = [SignatureInvalid(message, at=at) for message in _differences(statement, digests)]
    if not faults:
        return
    if len(faults) > _TOLD:
        faults = [*faults[:_TOLD], SignatureInvalid(f"and {len(faults) - _TOLD} more files", at=at)]
    if len(faults) == 1:
        raise faults[0].about(digest=bundle.digest)
    message = f"{len(faults)} files are not as they were signed; the first: {faults[0].message}"
    raise SignatureInvalid(message, at=at, reasons=faults, digest=bundle.digest)


def _differences(statement: Statement, digests: Mapping[str, str]) -> Iterator[str]:
    signed = statement.resources
    for name, digest in digests.items():
        if name not in signed:
            yield f"{show(name)} is in the skill and was not signed"
        elif signed[name] != digest:
            yield f"{show(name)} was changed after it was signed"
    for name in (name for name in signed if name not in digests):
        why = path_fault(name)
        if why:
            yield f"{show(name)} was signed and can be no file's name: {why}"
        elif SIDECAR.fullmatch(name):
            yield f"{show(name)} is a signature, and was signed as a file of the skill: sign again, and have the signer ignore it"
        elif not any(map(is_left_out, name.split("/"))):
            yield f"{show(name)} was signed and is not in the skill"


def passed_over(statement: Statement, bundle: Bundle) -> tuple[str, ...]:
    """The names that were signed and that the published list leaves out of every bundle."""
    return tuple(name for name in statement.resources if name not in bundle.files)
