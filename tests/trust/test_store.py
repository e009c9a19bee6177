"""trust.yaml and revocations.yaml: read whole or not at all, with every fault and its place."""

from __future__ import annotations

from typing import Any

import pytest

from skillpod.errors import PolicyUnreadable
from skillpod.resources import packaged_text
from skillpod.trust import revocations, store
from skillpod.trust.keys import KeyType
from skillpod.trust.revocations import read_revocations
from skillpod.trust.store import read_trust
from tests.trust.signed import entry, key, publisher, revoking, trusting

K1, K2 = key(), key(number=1)
DIGEST = f"sha256:{'0' * 64}"


def faults(*publishers: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(PolicyUnreadable) as caught:
        trusting(*publishers)
    return [(reason.at, reason.message) for reason in caught.value.reasons or (caught.value,)]


def test_a_document_without_publishers_trusts_nobody() -> None:
    for text in (b"trust: 1\npublishers: []\n...\n", b"trust: 1\npublishers:\n...\n"):
        assert read_trust(text, schema=packaged_text(store.SCHEMA)).publishers == ()
    assert store.EMPTY.owner("acme_scan") is None


def test_comments_and_layout_do_not_change_a_digest() -> None:
    plain = read_trust(b"trust: 1\npublishers: []\n...\n", schema=packaged_text(store.SCHEMA))
    commented = read_trust(b"# ours\npublishers: []\ntrust: 1\n...\n", schema=packaged_text(store.SCHEMA))
    assert plain.digest == commented.digest == store.EMPTY.digest


def test_a_name_has_its_publisher() -> None:
    trust = trusting(publisher(), publisher(K2, id="other", names=["other", "or_*"]))
    owners = {name: owner.id if (owner := trust.owner(name)) else "" for name in ("acme_scan", "acme", "other", "or_x", "others")}
    assert owners == {"acme_scan": "acme", "acme": "", "other": "other", "or_x": "other", "others": ""}


@pytest.mark.parametrize(
    ("changed", "at", "message"),
    [
        ({"nmaes": ["x"]}, "trust.yaml:publishers[0].nmaes", "unknown"),
        ({"names": []}, "trust.yaml:publishers[0].names", "at least 1"),
        ({"threshold": 2}, "trust.yaml:publishers[0].threshold", "2 keys must sign, and there are 1"),
        ({"authors": ["Acme*"]}, "trust.yaml:publishers[0].authors", "has a wildcard and is no address"),
        ({"minimum": {"acme_*": "one"}}, "trust.yaml:publishers[0].minimum.acme_*", "'one' is not a version"),
        ({"tier": "root"}, "trust.yaml:publishers[0].tier", "'root'"),
    ],
)
def test_a_publishers_faults_are_told_with_their_place(changed: dict[str, Any], at: str, message: str) -> None:
    ((place, said),) = faults(publisher(**changed))
    assert place == at
    assert message in said


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"id": K2.public.id}, "id", "the id is not this key's"),
        ({"type": "p384"}, "type", "the key is of the type p256"),
        ({"public": "nothing"}, "public", "not one public key in PEM"),
        ({"public": K1.pem(b"").decode()}, "public", "this is a private key"),
        ({"public": K1.pem(b"secret").decode()}, "public", "this is a private key"),
        ({"public": K1.public.pem + K1.public.pem}, "public", "not one public key in PEM"),
        ({"not_before": "2027-02-01", "not_after": "2027-01-31"}, "not_after", "it ends (2027-01-31) before it begins (2027-02-01)"),
        ({"not_before": "2027-02-30"}, "not_before", "there is no such day"),
        ({"not_after": "9999-12-31"}, "not_after", "there is no such day"),
        ({"not_before": "soon"}, "not_before", "a day, as 2027-01-31"),
        ({"roots": ["x"]}, "roots", "has no `roots`"),
    ],
)
def test_a_keys_faults_are_told_with_their_place(changed: dict[str, Any], field: str, message: str) -> None:
    found = faults(publisher(keys=[{**entry(K1), **changed}]))
    assert any(place.startswith(f"trust.yaml:publishers[0].keys[0].{field}") and message in said for place, said in found)


def test_a_key_off_its_curve_is_none() -> None:
    body = K1.public.pem.splitlines()
    body[2] = ("A" if body[2][0] != "A" else "B") + body[2][1:]
    ((place, _),) = faults(publisher(keys=[{**entry(K1), "public": "\n".join(body)}]))
    assert place.endswith("public")


@pytest.mark.parametrize(
    ("one", "other"), [("acme_*", "acme_x"), ("acme_*", "*_x"), ("a?me", "acm?"), ("*", "x"), ("a*b*c", "abc"), ("acme_x", "acme_x")]
)
def test_two_publishers_never_share_a_name(one: str, other: str) -> None:
    found = faults(publisher(names=[one]), publisher(K2, id="other", names=[other]))
    assert [place for place, said in found if "overlap" in said] == ["trust.yaml:publishers[1].names"]


@pytest.mark.parametrize(("one", "other"), [("acme_*", "acm_*"), ("a?", "abc"), ("*_a", "*_b"), ("a*", "b*")])
def test_patterns_that_do_not_overlap_stand_beside_each_other(one: str, other: str) -> None:
    assert trusting(publisher(names=[one]), publisher(K2, id="other", names=[other]))


def test_two_publishers_never_share_an_id_or_a_key() -> None:
    found = faults(publisher(), publisher(names=["other"]))
    assert [place for place, _ in found] == ["trust.yaml:publishers[1].id", "trust.yaml:publishers[1].keys[0].id"]


def test_every_fault_is_told_at_once() -> None:
    assert len(faults(publisher(threshold=3, authors=["x*"]), publisher(id="other"))) == 4


def test_every_type_of_key_is_read_as_it_was_written() -> None:
    for kind in KeyType:
        (held,) = trusting(publisher(key(kind))).publishers[0].keys
        assert held.id == key(kind).public.id


@pytest.mark.parametrize(
    ("revoked", "message"),
    [
        ({}, "it says nothing that is revoked"),
        ({"key": K1.public.id, "digest": DIGEST}, "it says key and digest"),
        ({"name": "x"}, "`name` and `versions` go together"),
        ({"key": K1.public.id, "versions": "*"}, "`name` and `versions` go together"),
        ({"name": "x", "versions": "old"}, "'old' are no versions"),
        ({"name": "x", "versions": " , "}, "are no versions"),
        ({"digest": DIGEST, "date": "2027-02-30"}, "'2027-02-30' is not a day"),
        ({"digest": DIGEST, "reason": "short"}, "reason"),
        ({"digest": "sha256:0"}, "a digest, as"),
        ({"digest": DIGEST, "until": "2027-02-30"}, "unknown"),
    ],
)
def test_a_revocations_faults_are_told(revoked: dict[str, str], message: str) -> None:
    with pytest.raises(PolicyUnreadable) as caught:
        revoking(revoked)
    told = [f"{reason.at}: {reason.message}" for reason in caught.value.reasons or (caught.value,)]
    assert any(message in each for each in told)
    assert all(each.startswith("revocations.yaml:revoked[0]") for each in told)


def test_nothing_is_revoked_by_an_empty_document() -> None:
    for text in (b"revocations: 1\nrevoked: []\n...\n", b"revocations: 1\nrevoked:\n...\n"):
        assert read_revocations(text, schema=packaged_text(revocations.SCHEMA)).entries == ()
