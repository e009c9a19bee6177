"""Who vouches for a bundle: its signatures, the operator's trust and revocations, and what was admitted before, into one answer.

What can't be verified is refused, and never read as "unsigned".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from skillpod.errors import Downgraded, Refused, Revoked, SignatureInvalid
from skillpod.model.bundle import Bundle
from skillpod.model.manifest import Manifest
from skillpod.model.provenance import UNSIGNED, Past, Provenance
from skillpod.trust.certificates import Chain, follow
from skillpod.trust.evidence import FIRST, Evidence, read_evidence, together
from skillpod.trust.keys import PublicKey
from skillpod.trust.publisher import Pinned, PinnedRoots, Publisher
from skillpod.trust.revocations import Revocation, Revocations
from skillpod.trust.store import TrustStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """One good signature: for whom it speaks, by which entry of the trust store, with which key."""

    publisher: Publisher
    pinned: Pinned
    key: PublicKey
    subject: str = ""
    until: float


def vouch(bundle: Bundle, manifest: Manifest, trust: TrustStore, revocations: Revocations, past: Past, *, now: float) -> Provenance:
    """Who signed the bundle: ``UNSIGNED`` for one without signatures, where none is asked for. ``now`` in seconds since the epoch.

    Raises Revoked for a key, digest or version whose trust was taken back; SignatureInvalid for evidence that is not good, or not good
    enough for this name, author, tier or version, and for none where there must be some; Downgraded for an older version than was admitted
    under this publisher, or the same with another content. All reasons of one kind are told together.
    """
    faults: list[Refused] = [
        _revoked(entry, "manifest.yaml") for entry in revocations.of_skill(manifest.name, manifest.version, bundle.digest)
    ]
    _raise(faults, manifest, bundle)
    evidence = read_evidence(bundle)
    if not evidence:
        _raise(list(_unsigned_faults(manifest, trust, past)), manifest, bundle)
        return UNSIGNED
    signers: list[Signer] = []
    for each in evidence:
        try:
            signers.append(_signer(each, trust, revocations, now))
        except (SignatureInvalid, Revoked) as fault:
            faults.append(fault)
    faults = faults or list(_faults(signers, manifest, bundle, trust, past))
    _raise(faults, manifest, bundle)
    return Provenance(
        publisher=signers[0].publisher.id,
        keys=tuple(sorted({signer.key.id for signer in signers})),
        subjects=tuple(sorted({signer.subject for signer in signers if signer.subject})),
        valid_until=min(signer.until for signer in signers),
    )


def _raise(faults: Sequence[Refused], manifest: Manifest, bundle: Bundle) -> None:
    """The worst kind of all, with every reason."""
    if not faults:
        return
    fault = together(sorted(faults, key=lambda fault: (Revoked, SignatureInvalid, Downgraded).index(type(fault))))
    fault.about(skill=manifest.name, digest=bundle.digest)
    raise fault


def _revoked(entry: Revocation, at: str) -> Revoked:
    return Revoked(f"{entry.what} was revoked on {entry.date} by {entry.by}: {entry.reason}", at=at, hint="see revocations.yaml")


# --- one signature -----------------------------------------------------------------------------------------------------------------


def _signer(evidence: Evidence, trust: TrustStore, revocations: Revocations, now: float) -> Signer:
    """Raises SignatureInvalid and Revoked."""
    chain = evidence.chain()
    if chain is not None:
        return _certified(evidence, chain, trust, revocations, now)
    id = evidence.envelope.hint
    _check_not_revoked([id], revocations, evidence.name)
    held = trust.holder(id)
    if held is None:
        raise _unknown(f"it is signed by the key {id}, which nobody here trusts", evidence)
    publisher, pinned = held
    evidence.check_signed_by(pinned.key)
    _check_window(pinned, now, evidence.name)
    return Signer(publisher=publisher, pinned=pinned, key=pinned.key, until=pinned.window.closes)


def _certified(evidence: Evidence, chain: Chain, trust: TrustStore, revocations: Revocations, now: float) -> Signer:
    evidence.check_signed_by(chain.key)
    _check_not_revoked([chain.key.id], revocations, evidence.name)
    faults: list[SignatureInvalid] = []
    for publisher, pinned in trust.roots():
        try:
            led = follow(chain, pinned, now=now, at=evidence.name)
        except SignatureInvalid as fault:
            faults.append(fault)
            continue
        _check_not_revoked([*led.keys, pinned.id], revocations, evidence.name)
        _check_window(pinned, now, evidence.name)
        until = min(led.until, pinned.window.closes)
        return Signer(publisher=publisher, pinned=pinned, key=chain.key, subject=chain.subject, until=until)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise SignatureInvalid(f"the certificate of {chain.subject!r} leads to no roots that are trusted", at=evidence.name, reasons=faults)
    raise _unknown(f"it is signed by {chain.subject!r}, whose certificate {chain.issuer!r} issued, and nobody here trusts that", evidence)


def _unknown(message: str, evidence: Evidence) -> SignatureInvalid:
    hint = "`skillpod trust add PUBLISHER --key FILE` trusts a key, once you have it from its owner"
    return SignatureInvalid(message, at=evidence.name, hint=hint)


def _check_not_revoked(keys: Sequence[str], revocations: Revocations, at: str) -> None:
    for entry in revocations.of_keys(keys):
        raise _revoked(entry, at)


def _check_window(pinned: Pinned, now: float, at: str) -> None:
    window = pinned.window
    if window.holds(now):
        return
    what = f"the {'roots' if isinstance(pinned, PinnedRoots) else 'key'} {pinned.id}"
    if now < window.opens:
        raise SignatureInvalid(f"{what} counts {window.said}, and not yet", at=at)
    hint = "have the publisher sign with the key that follows it"
    raise SignatureInvalid(f"{what} counted {window.said}: it has expired", at=at, hint=hint)


# --- all of them together ----------------------------------------------------------------------------------------------------------


def _unsigned_faults(manifest: Manifest, trust: TrustStore, past: Past) -> Iterator[Refused]:
    owner = trust.owner(manifest.name)
    if owner is not None and owner.required:
        message = f"the name {manifest.name!r} is one of the publisher {owner.id!r}, and nothing here is signed"
        yield SignatureInvalid(message, at=FIRST, hint=f"get the skill with its {FIRST} from its publisher")
    elif past.signed_by:
        message = f"the name {manifest.name!r} was admitted signed by {past.signed_by!r} before, and nothing here is signed"
        yield SignatureInvalid(message, at=FIRST, hint=f"get the skill with its {FIRST} from its publisher, or give it another name")


def _faults(signers: Sequence[Signer], manifest: Manifest, bundle: Bundle, trust: TrustStore, past: Past) -> Iterator[Refused]:
    publisher = signers[0].publisher
    others = sorted({signer.publisher.id for signer in signers} - {publisher.id})
    if others:
        yield SignatureInvalid(f"two publishers signed it: {publisher.id!r} and {others[0]!r}", at=FIRST)
    elif not publisher.owns(manifest.name):
        owner = trust.owner(manifest.name)
        whose = f", which is one of {owner.id!r}" if owner else ""
        message = f"the publisher {publisher.id!r} signed it, and may not use the name {manifest.name!r}{whose}"
        yield SignatureInvalid(message, at=FIRST, hint=f"its names are {', '.join(publisher.names)}")
    else:
        yield from _publisher_faults(publisher, signers, manifest)
        yield from _past_faults(publisher, manifest, bundle, past)


def _publisher_faults(publisher: Publisher, signers: Sequence[Signer], manifest: Manifest) -> Iterator[SignatureInvalid]:
    count = _voices(signers)
    if count < publisher.threshold:
        message = f"{publisher.threshold} different keys of {publisher.id!r} must sign, and {count} did"
        yield SignatureInvalid(message, at=FIRST, hint="`skillpod sign --further` adds a signature beside another")
    if not publisher.has_author(manifest.author):
        message = f"the author {manifest.author!r} is none of the publisher {publisher.id!r}"
        yield SignatureInvalid(message, at="manifest.yaml:author", hint=f"its authors are {', '.join(publisher.authors)}")
    tier = max(manifest.tier, manifest.permissions.needs)
    if tier > publisher.tier:
        message = f"it asks for the tier {tier.word}, and {publisher.id!r} is trusted up to {publisher.tier.word}"
        yield SignatureInvalid(message, at="manifest.yaml:tier", hint="ask for less, or have the operator raise the publisher's `tier`")
    lowest = publisher.lowest(manifest.name)
    if lowest is not None and not _is_at_least(manifest.version, lowest):
        message = f"the version is {manifest.version}, and {lowest} is the lowest that is taken of {publisher.id!r}"
        yield SignatureInvalid(message, at="manifest.yaml:version")


def _voices(signers: Sequence[Signer]) -> int:
    """How many of them are surely different: signatures that share a key, or an entry of the trust store, are one voice."""
    voices: list[set[str]] = []
    for signer in signers:
        mine = {signer.key.id, signer.pinned.id}
        same = [voice for voice in voices if voice & mine]
        voices = [voice for voice in voices if not voice & mine] + [mine.union(*same)]
    return len(voices)


def _is_at_least(version: str, lowest: Version) -> bool:
    """What can't be compared is not."""
    try:
        return Version(version) >= lowest
    except InvalidVersion:
        return False


def _past_faults(publisher: Publisher, manifest: Manifest, bundle: Bundle, past: Past) -> Iterator[Downgraded]:
    """The mark is the publisher's: another one of the same name, whom the operator named, has its own."""
    before = past.marks.get(publisher.id)
    if before is None:
        return
    hint = "raise the version; to return to an admitted one, `skillpod rollback`"
    try:
        found, mark = Version(manifest.version), Version(before.version)
    except InvalidVersion:
        yield Downgraded(f"the versions {manifest.version!r} and {before.version!r} can't be compared", at="manifest.yaml:version")
        return
    if found < mark:
        message = f"the version is {manifest.version}, and {before.version} was admitted before"
        yield Downgraded(message, at="manifest.yaml:version", hint=hint)
    elif found == mark and bundle.digest != before.digest:
        message = f"the version {manifest.version} was admitted before with another content ({before.digest})"
        yield Downgraded(message, at="manifest.yaml:version", hint=hint)
