"""Everything that can be done to a signed skill: each is refused and named, or shown to change nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillpod.errors import Downgraded, Revoked, SignatureInvalid
from skillpod.model.bundle import Bundle
from skillpod.model.provenance import NO_PAST, Mark, Past, Provenance
from skillpod.trust import revocations, store
from skillpod.trust.envelope import pae
from skillpod.trust.evidence import FIRST, further, read_evidence
from skillpod.trust.revocations import Revocations
from skillpod.trust.statement import subject_digest
from skillpod.trust.store import TrustStore
from tests.trust.signed import FILES, entry, key, publisher, revoking, signed, trusting, vouched

K1, K2, K3 = (key(number=number) for number in range(3))
BUNDLE = signed(K1)
SIDECAR = BUNDLE.sidecars[FIRST]
TRUST = trusting(publisher())
GOOD = vouched(BUNDLE, TRUST)


def attacked(files: Mapping[str, bytes] = FILES, sidecars: Mapping[str, bytes] = BUNDLE.sidecars) -> SignatureInvalid:
    with pytest.raises(SignatureInvalid) as caught:
        vouched(Bundle.freeze(files, sidecars), TRUST)
    return caught.value


def flipped(content: bytes, index: int, mask: int = 0) -> bytes:
    return content[:index] + bytes([content[index] ^ (mask or 1 << index % 8)]) + content[index + 1 :]


# --- the files ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_every_byte_of_every_file_counts(name: str) -> None:
    for index in range(len(FILES[name])):
        fault = attacked({**FILES, name: flipped(FILES[name], index)})
        assert fault.message == f"{name!r} was changed after it was signed"
        assert fault.at == FIRST


@given(st.sampled_from(sorted(FILES)), st.binary(max_size=40))
def test_no_other_content_passes(name: str, content: bytes) -> None:
    if content != FILES[name]:
        assert "was changed" in attacked({**FILES, name: content}).message


@given(
    st.sampled_from(["a.py", "lib/b.py", "zz", "Manifest.yaml", "__init__.py", ".env", ".github.py", "skill.oms.sigx"]),
    st.binary(max_size=9),
)
def test_no_file_is_added(name: str, content: bytes) -> None:
    assert attacked({**FILES, name: content}).message == f"{name!r} is in the skill and was not signed"


@pytest.mark.parametrize("name", FILES)
def test_no_file_is_removed(name: str) -> None:
    files = {other: content for other, content in FILES.items() if other != name}
    assert attacked(files).message == f"{name!r} was signed and is not in the skill"


def test_no_file_is_renamed() -> None:
    files = {("lib2.py" if name == "lib.py" else name): content for name, content in FILES.items()}
    said = {reason.message for reason in attacked(files).reasons}
    assert said == {"'lib2.py' is in the skill and was not signed", "'lib.py' was signed and is not in the skill"}


def test_two_files_do_not_trade_their_contents() -> None:
    """OMS's own digest over all resources stays the same when names move in their order: it is not what counts."""
    files = {**FILES, "lib.py": FILES["handler.py"], "handler.py": FILES["lib.py"]}
    assert len(attacked(files).reasons) == 2


def test_a_hundred_differences_are_told_in_part() -> None:
    fault = attacked({**FILES, **{f"more{index}.txt": b"" for index in range(100)}})
    assert len(fault.reasons) == 21
    assert fault.reasons[-1].message == "and 80 more files"


# --- the signature file ------------------------------------------------------------------------------------------------------------


def test_every_byte_of_the_signature_file_counts() -> None:
    for index in range(len(SIDECAR)):
        assert attacked(sidecars={FIRST: flipped(SIDECAR, index)}).at.startswith(FIRST)


def test_where_a_flip_leaves_the_meaning_it_leaves_the_answer() -> None:
    """Between JSON's tokens a tab may become a carriage return: the only flips of one bit that mean nothing."""
    spaced = json.dumps(json.loads(SIDECAR), indent="\t").encode()
    harmless = 0
    for index in range(len(spaced)):
        bundle = Bundle.freeze(FILES, {FIRST: flipped(spaced, index, 4)})
        if spaced[index : index + 1] == b"\t":
            assert vouched(bundle, TRUST) == GOOD
            harmless += 1
        else:
            with pytest.raises(SignatureInvalid):
                vouched(bundle, TRUST)
    assert harmless == spaced.count(b"\t")


@given(st.integers(0, len(SIDECAR) - 1), st.integers(1, 255), st.integers(0, len(SIDECAR) - 1), st.integers(1, 255))
def test_two_bytes_of_it_count_too(first: int, one: int, second: int, other: int) -> None:
    changed = flipped(flipped(SIDECAR, first, one), second, other)
    if changed == SIDECAR:
        return
    bundle = Bundle.freeze(FILES, {FIRST: changed})
    if says_yes(bundle, TRUST):
        assert vouched(bundle, TRUST) == GOOD
        assert json.loads(changed) == json.loads(SIDECAR)
    else:
        assert attacked(sidecars=bundle.sidecars).at.startswith(FIRST)


@given(st.binary(max_size=200))
def test_what_is_no_signature_file_is_refused(content: bytes) -> None:
    assert attacked(sidecars={FIRST: content}).at.startswith(FIRST)


@given(st.integers(0, len(SIDECAR) - 2))
def test_half_a_signature_file_is_refused(length: int) -> None:
    assert attacked(sidecars={FIRST: SIDECAR[:length]})


def edited(change: Callable[[dict[str, Any]], object]) -> bytes:
    value = json.loads(SIDECAR)
    change(value)
    return json.dumps(value).encode()


def material(value: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = value["verificationMaterial"]
    return found


def envelope(value: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = value["dsseEnvelope"]
    return found


def signature(value: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = envelope(value)["signatures"][0]
    return found


@pytest.mark.parametrize(
    ("change", "at"),
    [
        (lambda value: value.update(extra=1), ""),
        (lambda value: value.pop("mediaType"), ""),
        (lambda value: value.update(mediaType="application/vnd.dev.sigstore.bundle.v0.2+json"), ":mediaType"),
        (lambda value: material(value).update(tlogEntries=[{}]), ":verificationMaterial.tlogEntries"),
        (lambda value: material(value).update(timestampVerificationData={}), ":verificationMaterial"),
        (lambda value: material(value).pop("publicKey"), ":verificationMaterial"),
        (lambda value: material(value).update(x509CertificateChain={"certificates": [{"rawBytes": "AA=="}]}), ":verificationMaterial"),
        (lambda value: material(value)["publicKey"].update(rawBytes="AA=="), ":verificationMaterial.publicKey"),
        (lambda value: material(value)["publicKey"].update(hint=K1.public.id.upper()), ":verificationMaterial.publicKey.hint"),
        (lambda value: material(value)["publicKey"].update(hint=None), ":verificationMaterial.publicKey.hint"),
        (lambda value: envelope(value).update(payloadType="text/plain"), ":dsseEnvelope.payloadType"),
        (lambda value: envelope(value).update(signatures=[]), ":dsseEnvelope.signatures"),
        (lambda value: envelope(value)["signatures"].append(dict(signature(value))), ":dsseEnvelope.signatures"),
        (lambda value: signature(value).update(keyid=K2.public.id), ":dsseEnvelope.signatures[0].keyid"),
        (lambda value: signature(value).update(keyid=[]), ":dsseEnvelope.signatures[0].keyid"),
        (lambda value: signature(value).update(sig=signature(value)["sig"] + "\n"), ":dsseEnvelope.signatures[0].sig"),
        (lambda value: signature(value).update(sig=signature(value)["sig"] + "="), ":dsseEnvelope.signatures[0].sig"),
        (lambda value: signature(value).update(sig=""), ":dsseEnvelope.signatures[0].sig"),
        (lambda value: envelope(value).update(payload=base64.urlsafe_b64encode(b"\xff\xff\xff").decode()), ":dsseEnvelope.payload"),
    ],
)
def test_what_is_not_to_the_letter_is_refused_with_its_place(change: Callable[[dict[str, Any]], object], at: str) -> None:
    assert attacked(sidecars={FIRST: edited(change)}).at == f"{FIRST}{at}"


def test_a_keyid_may_be_left_out_as_others_do() -> None:
    for change in (lambda value: signature(value).update(keyid=""), lambda value: signature(value).pop("keyid")):
        assert vouched(Bundle.freeze(FILES, {FIRST: edited(change)}), TRUST) == GOOD


def test_a_key_twice_in_an_object_is_refused() -> None:
    doubled = SIDECAR.replace(b'"mediaType":', b'"mediaType":"x","mediaType":', 1)
    assert "twice" in attacked(sidecars={FIRST: doubled}).message


# --- what was signed: by a key that is trusted, and still not taken -----------------------------------------------------------------


def stated(change: Callable[[dict[str, Any]], object], files: Mapping[str, bytes] = FILES) -> SignatureInvalid | Provenance:
    """What is said of a payload that a trusted key did sign."""
    payload = json.loads(base64.b64decode(json.loads(SIDECAR)["dsseEnvelope"]["payload"]))
    change(payload)
    resources = payload["predicate"].get("resources")
    if payload["subject"][0]["digest"].get("sha256") != "keep" and isinstance(resources, list):
        payload["subject"][0]["digest"]["sha256"] = subject_digest([resource["digest"] for resource in resources])
    raw = json.dumps(payload).encode()

    def resign(value: dict[str, Any]) -> None:
        envelope(value)["payload"] = base64.b64encode(raw).decode()
        signature(value)["sig"] = base64.b64encode(K1.sign(pae(raw))).decode()

    try:
        return vouched(Bundle.freeze(files, {FIRST: edited(resign)}), TRUST)
    except SignatureInvalid as fault:
        return fault


def predicate(value: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = value["predicate"]
    return found


def serialization(value: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = predicate(value)["serialization"]
    return found


def listing(name: str, digest: str = "0" * 64) -> Callable[[dict[str, Any]], object]:
    return lambda value: predicate(value)["resources"].append({"name": name, "algorithm": "sha256", "digest": digest})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda value: value.update(_type="https://in-toto.io/Statement/v0.1"), "Statement/v1"),
        (lambda value: value.update(predicateType="https://model_signing/Digests/v0.1"), "signature/v1.0"),
        (lambda value: value["subject"].append(value["subject"][0]), "exactly one item"),
        (lambda value: value["subject"][0].update(uri="x"), "'uri' is not known"),
        (lambda value: value["subject"][0]["digest"].update(sha512="x"), "'sha512' is not known"),
        (lambda value: value["subject"][0]["digest"].update(sha256="keep"), "the subject's digest"),
        (lambda value: predicate(value).update(annotations={}), "'annotations' is not known"),
        (lambda value: serialization(value).update(allow_symlinks=True), "expected false, got true"),
        (lambda value: serialization(value).update(allow_symlinks="false"), "expected false"),
        (lambda value: serialization(value).update(hash_type="blake2b"), "expected 'sha256'"),
        (lambda value: serialization(value).update(method="shards", shard_size=9), "in shards"),
        (lambda value: serialization(value).update(method="digest"), "expected 'files'"),
        (lambda value: serialization(value).update(shard_size=9), "'shard_size' is not known"),
        (lambda value: serialization(value).update(ignore_paths=["handler.py"]), "the signer leaves out 'handler.py'"),
        (lambda value: serialization(value).update(ignore_paths=["."]), "the signer leaves out '.'"),
        (lambda value: serialization(value).update(ignore_paths=["lib"]), "the signer leaves out 'lib'"),
        (lambda value: serialization(value).update(ignore_paths="lib"), "expected a list"),
        (lambda value: predicate(value)["resources"][0].update(size=1), "'size' is not known"),
        (lambda value: predicate(value)["resources"][0].update(algorithm="md5"), "expected 'sha256'"),
        (lambda value: predicate(value)["resources"][0].update(digest="A" * 64), "not a SHA-256 digest"),
        (lambda value: predicate(value).update(resources={}), "expected a list"),
        (listing("handler.py"), "listed twice"),
        (listing("../handler.py"), "can be no file's name"),
        (listing("/etc/passwd"), "can be no file's name"),
        (listing("a\\b"), "can be no file's name"),
        (listing("a\u202eb"), "can be no file's name"),
        (listing("cafe\u0301.md"), "can be no file's name"),
        (listing(".git/../x"), "can be no file's name"),
        (listing("gone.py"), "is not in the skill"),
        (listing(FIRST), "is a signature, and was signed as a file"),
        (listing(further(K2.public.id)), "is a signature, and was signed as a file"),
    ],
)
def test_what_a_trusted_key_signed_is_still_held_to_the_letter(change: Callable[[dict[str, Any]], object], said: str) -> None:
    found = stated(change)
    assert isinstance(found, SignatureInvalid)
    assert said in str(found)


@pytest.mark.parametrize("name", [".gitignore", "lib/.gitattributes", "__pycache__/handler.cpython-311.pyc", ".DS_Store", "a/.venv/x.py"])
def test_what_no_bundle_ever_holds_may_have_been_signed(name: str) -> None:
    """The reference signer signs what is there; what the published list leaves out can't run."""
    assert stated(listing(name)) == GOOD


def test_what_was_signed_and_is_no_part_of_the_skill_is_named() -> None:
    signer_of = Bundle.freeze({**FILES, "__pycache__/x.pyc": b""})
    (evidence,) = read_evidence(Bundle.freeze(FILES, signed(files=signer_of.files).sidecars))
    assert evidence.passed_over == ("__pycache__/x.pyc",)


def test_the_order_of_the_list_is_the_signers() -> None:
    assert stated(lambda value: predicate(value)["resources"].reverse()) == GOOD


# --- moved, replayed, taken away ----------------------------------------------------------------------------------------------------


def test_a_signature_of_another_version_is_of_another_skill() -> None:
    newer = {**FILES, "manifest.yaml": b"name: acme_scan\nversion: 1.3.0\n"}
    assert "'manifest.yaml' was changed" in attacked(newer).message
    assert "'manifest.yaml' was changed" in attacked(FILES, signed(K1, files=newer).sidecars).message


def test_a_signature_that_is_taken_away_is_missed() -> None:
    assert "nothing here is signed" in attacked(FILES, {}).message


@pytest.mark.parametrize(
    "name", [further(K2.public.id), further(K1.public.id[:12]), further("x")], ids=["another key", "half an id", "no id"]
)
def test_a_signature_under_another_keys_name_is_refused(name: str) -> None:
    assert "called by another key" in attacked(sidecars={name: SIDECAR}).message


def test_a_further_signature_may_stand_alone() -> None:
    assert vouched(Bundle.freeze(FILES, {further(K1.public.id): SIDECAR}), TRUST) == GOOD


def test_a_signature_among_the_files_is_none() -> None:
    assert "among the files" in attacked({**FILES, FIRST: SIDECAR}, {}).message


def test_a_hundred_signatures_are_not_read() -> None:
    assert "at most 16" in attacked(sidecars={further(f"{index:064x}"): SIDECAR for index in range(17)}).message


def test_a_hint_that_names_a_trusted_key_does_not_make_it_the_signer() -> None:
    forged = signed(K2).sidecars[FIRST]
    value = json.loads(forged)
    material(value)["publicKey"]["hint"] = K1.public.id
    assert "keyid is not the signer's" in attacked(sidecars={FIRST: json.dumps(value).encode()}).message
    signature(value)["keyid"] = ""
    assert "not one of the key" in attacked(sidecars={FIRST: json.dumps(value).encode()}).message


# --- less never helps ---------------------------------------------------------------------------------------------------------------

NO = (SignatureInvalid, Revoked, Downgraded)


def says_yes(bundle: Bundle, trust: TrustStore, revoked: Revocations = revocations.EMPTY, past: Past = NO_PAST, **changed: Any) -> bool:
    try:
        vouched(bundle, trust, revoked, past, **changed)
    except NO:
        return False
    return True


SIGNERS = st.sets(st.sampled_from([K1, K2, K3]), min_size=1)
PASTS = st.sampled_from(
    [NO_PAST, *(Past(signed_by="acme", marks={"acme": Mark(version=mark, digest=BUNDLE.digest)}) for mark in ("1.0.0", "1.2.0", "2.0.0"))]
)


@given(SIGNERS, st.integers(1, 3), PASTS, st.data())
def test_a_good_signature_less_never_turns_a_no_into_a_yes(signers: set[Any], threshold: int, past: Past, data: st.DataObject) -> None:
    trust = trusting(publisher(K1, K2, K3, threshold=threshold))
    whole = signed(*signers)
    left = data.draw(st.sets(st.sampled_from(sorted(whole.sidecars))))
    less = Bundle.freeze(FILES, {name: content for name, content in whole.sidecars.items() if name in left})
    assert says_yes(whole, trust, past=past) or not says_yes(less, trust, past=past)


def harder() -> Iterator[dict[str, Any]]:
    yield {"threshold": 2}
    yield {"minimum": {"acme_*": "1.2.1"}}
    yield {"authors": ["Nobody"]}
    yield {"names": ["acme_other"]}
    yield {"keys": [{**entry(K1), "not_after": "2027-01-01"}, entry(K2)]}


@given(SIGNERS, st.sets(st.integers(0, 4)), PASTS)
def test_a_stricter_publisher_never_turns_a_no_into_a_yes(signers: set[Any], chosen: set[int], past: Past) -> None:
    terms = list(harder())
    base = publisher(K1, K2)
    strict = {**base, **{field: value for index in chosen for field, value in terms[index].items()}}
    bundle = signed(*signers)
    assert says_yes(bundle, trusting(base), past=past) or not says_yes(bundle, trusting(strict), past=past)


@given(
    SIGNERS,
    st.lists(st.sampled_from([{"key": K1.public.id}, {"key": K3.public.id}, {"digest": BUNDLE.digest}, {"name": "*", "versions": "<9"}])),
)
def test_a_revocation_never_turns_a_no_into_a_yes(signers: set[Any], revoked: list[dict[str, str]]) -> None:
    bundle, trust = signed(*signers), trusting(publisher(K1, K2))
    assert says_yes(bundle, trust) or not says_yes(bundle, trust, revoking(*revoked))


@given(SIGNERS, PASTS)
def test_a_trust_store_that_lost_a_key_never_turns_a_no_into_a_yes(signers: set[Any], past: Past) -> None:
    bundle = signed(*signers)
    assert says_yes(bundle, trusting(publisher(K1, K2)), past=past) or not says_yes(bundle, trusting(publisher(K1)), past=past)


def test_an_empty_store_says_yes_to_nothing_that_is_signed() -> None:
    assert not says_yes(BUNDLE, store.EMPTY)
