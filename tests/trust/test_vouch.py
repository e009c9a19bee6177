"""Evidence, the operator's trust and what was admitted before, into one answer; what is not good is refused and said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from skillpod.errors import Downgraded, Revoked, SignatureInvalid
from skillpod.model.bundle import Bundle
from skillpod.model.capability import NetworkAsk, Permissions, Tier
from skillpod.model.provenance import UNSIGNED, Mark, Past
from skillpod.trust import store
from skillpod.trust.evidence import FIRST, further
from skillpod.trust.keys import KeyType
from tests.trust.signed import AUTHOR, FILES, key, publisher, revoking, signed, trusting, vouched

K1, K2, K3 = key(), key(number=1), key(KeyType.ED25519)
BARE = Bundle.freeze(FILES)
PAST = Past(signed_by="acme", marks={"acme": Mark(version="1.2.0", digest=BARE.digest)})


def refusal(kind: type[Exception] = SignatureInvalid, bundle: Bundle | None = None, *arguments: Any, **more: Any) -> Any:
    with pytest.raises(kind) as caught:
        vouched(signed() if bundle is None else bundle, *arguments, **more)
    assert type(caught.value) is kind
    return caught.value


@pytest.mark.parametrize("kind", list(KeyType))
def test_a_skill_signed_by_a_publishers_key_is_vouched_for(kind: KeyType) -> None:
    found = vouched(signed(key(kind)), trusting(publisher(key(kind))))
    assert (found.publisher, found.keys, found.is_signed, found.claims) == ("acme", (key(kind).public.id,), True, False)


def test_a_skill_of_nobodys_name_may_be_unsigned_and_only_claims_its_author() -> None:
    found = vouched(BARE, name="other")
    assert found == UNSIGNED
    assert found.claims


def test_an_unsigned_skill_of_a_publishers_name_is_refused() -> None:
    assert "'acme_scan' is one of the publisher 'acme'" in refusal(bundle=BARE).message


def test_a_publisher_may_be_said_to_have_unsigned_skills_too() -> None:
    assert vouched(BARE, trusting(publisher(required=False))) == UNSIGNED


def test_a_name_that_was_admitted_signed_is_never_admitted_unsigned() -> None:
    fault = refusal(SignatureInvalid, BARE, trusting(publisher(required=False)), past=PAST)
    assert "admitted signed by 'acme' before" in fault.message
    assert refusal(SignatureInvalid, BARE, store.EMPTY, past=PAST.returning())


def test_a_key_that_nobody_trusts_is_named_with_what_to_do() -> None:
    fault = refusal(SignatureInvalid, signed(K2))
    assert fault.at == FIRST
    assert K2.public.id in fault.message
    assert "skillpod trust add" in fault.hint


def test_the_type_of_a_key_is_the_stores() -> None:
    """The same bundle under a store that says otherwise can't even be made: the id is the key's."""
    forged = signed(key(KeyType.P384))
    assert "nobody here trusts" in refusal(SignatureInvalid, forged).message


def test_a_key_counts_within_its_window_only() -> None:
    windowed = publisher()
    windowed["keys"][0].update(not_before="2027-03-01", not_after="2027-03-31")
    trust = trusting(windowed)

    def at(*moment: int) -> float:
        return datetime(*moment, tzinfo=UTC).timestamp()  # type: ignore[misc, arg-type]  # SAFE: a day and a time

    assert vouched(signed(), trust, now=at(2027, 3, 1))
    assert vouched(signed(), trust, now=at(2027, 3, 31, 23, 59, 59))
    assert vouched(signed(), trust, now=at(2027, 3, 1)).valid_until == at(2027, 4, 1)
    assert "not yet" in refusal(SignatureInvalid, signed(), trust, now=at(2027, 2, 28, 23, 59, 59)).message
    assert "expired" in refusal(SignatureInvalid, signed(), trust, now=at(2027, 4, 1, 0, 0, 1)).message


def test_keys_rotate_by_windows_that_overlap() -> None:
    both = publisher(K1, K2)
    both["keys"][0]["not_after"], both["keys"][1]["not_before"] = "2027-06-30", "2027-01-01"
    trust = trusting(both)
    assert vouched(signed(K1), trust).keys == (K1.public.id,)
    assert vouched(signed(K2), trust).keys == (K2.public.id,)


def test_a_threshold_counts_different_keys() -> None:
    trust = trusting(publisher(K1, K2, K3, threshold=2))
    assert len(vouched(signed(K1, K3), trust).keys) == 2
    assert "2 different keys of 'acme' must sign, and 1 did" in refusal(SignatureInvalid, signed(K1), trust).message


def test_one_key_that_signs_twice_is_one_key() -> None:
    assert "and 1 did" in refusal(SignatureInvalid, signed(K1, K1), trusting(publisher(K1, K2, threshold=2))).message


def test_of_two_signatures_a_bad_one_is_not_ignored() -> None:
    bundle = signed(K1, K2)
    assert refusal(SignatureInvalid, bundle).at == further(K2.public.id)


def test_a_publisher_signs_for_its_own_names_only() -> None:
    other = publisher(K2, id="other", names=["other_*"])
    fault = refusal(SignatureInvalid, signed(K2), trusting(publisher(), other))
    assert "'other' signed it, and may not use the name 'acme_scan', which is one of 'acme'" in fault.message
    assert "may not use the name 'third'" in refusal(name="third").message


def test_two_publishers_do_not_sign_one_skill() -> None:
    other = publisher(K2, id="other", names=["other_*"])
    assert "two publishers" in refusal(SignatureInvalid, signed(K1, K2), trusting(publisher(), other)).message


@pytest.mark.parametrize(
    ("pattern", "author", "is_one"),
    [
        (AUTHOR, AUTHOR, True),
        (AUTHOR, "Acme Tools <other@acme.example>", False),
        ("Acme Tools", "Acme Tools", True),
        ("Acme Tools", "acme tools", False),
        ("*@acme.example", "Anyone <any.one@acme.example>", True),
        ("*@acme.example", "any.one@acme.example", True),
        ("tools@acme.example", "Someone <tools@acme.example>", True),
        ("*@acme.example", "tools@acme.example.evil.example", False),
        ("*@acme.example", "tools@acme.example <tools@evil.example>", False),
        ("*@acme.example", "Acme Tools", False),
    ],
)
def test_the_author_is_one_of_the_publishers(pattern: str, author: str, is_one: bool) -> None:
    trust = trusting(publisher(authors=[pattern]))
    if is_one:
        assert vouched(signed(), trust, author=author)
    else:
        assert refusal(SignatureInvalid, signed(), trust, author=author).at == "manifest.yaml:author"


def test_a_publisher_is_trusted_up_to_a_tier_whatever_the_manifest_calls_it() -> None:
    asks = Permissions(network=frozenset({NetworkAsk("api.example", (443,))}))
    assert "up to read-only" in refusal(tier=Tier.WRITE).message
    assert "the tier network" in refusal(permissions=asks).message
    assert vouched(signed(), trusting(publisher(tier="network")), permissions=asks)


def test_a_publishers_lowest_version_holds() -> None:
    trust = trusting(publisher(minimum={"acme_*": "1.0.0", "acme_scan": "1.2.1"}))
    assert "1.2.1 is the lowest" in refusal(SignatureInvalid, signed(), trust).message
    assert vouched(signed(), trust, version="1.2.1")
    assert refusal(SignatureInvalid, signed(), trust, version="1.2.1rc1")


def test_every_reason_is_told_at_once() -> None:
    fault = refusal(SignatureInvalid, signed(), trusting(publisher(K1, K2, threshold=2)), author="X", tier=Tier.SYSTEM)
    assert [reason.at for reason in fault.reasons] == [FIRST, "manifest.yaml:author", "manifest.yaml:tier"]
    assert all(reason.skill == "acme_scan" for reason in fault.reasons)


# --- revoked -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "revoked",
    [
        {"key": K1.public.id},
        {"digest": BARE.digest},
        {"name": "acme_scan", "versions": "<1.3"},
        {"name": "acme_*", "versions": "*"},
        {"name": "acme_scan", "versions": "==1.2.0"},
    ],
)
def test_what_was_revoked_is_refused_however_well_it_is_signed(revoked: dict[str, str]) -> None:
    fault = refusal(Revoked, None, None, revoking(revoked))
    assert "on 2027-02-01 by R. Reviewer: It leaked on a laptop." in fault.message
    assert fault.code == "revoked"


def test_other_keys_digests_names_and_versions_stay() -> None:
    others = [
        {"key": K2.public.id},
        {"digest": f"sha256:{'0' * 64}"},
        {"name": "acme_s", "versions": "*"},
        {"name": "*", "versions": "<1.2"},
    ]
    assert vouched(signed(), None, revoking(*others))


@pytest.mark.parametrize("revoked", [{"digest": BARE.digest}, {"name": "other", "versions": "*"}])
def test_what_is_unsigned_is_revoked_by_digest_and_name(revoked: dict[str, str]) -> None:
    assert refusal(Revoked, BARE, None, revoking(revoked), name="other")


def test_a_revoked_key_counts_against_a_skill_that_others_signed_as_well() -> None:
    assert refusal(Revoked, signed(K1, K2), trusting(publisher(K1, K2)), revoking({"key": K2.public.id}))


def test_a_revoked_key_is_told_as_that_even_where_nobody_trusts_it() -> None:
    assert refusal(Revoked, signed(K2), None, revoking({"key": K2.public.id}))


@pytest.mark.parametrize("version", ["1.2.0rc1", "1.2.0b2", "1.1.9"])
def test_who_revokes_what_is_below_a_version_means_its_candidates_too(version: str) -> None:
    assert refusal(Revoked, None, None, revoking({"name": "acme_scan", "versions": "<1.2.0"}), version=version)


def test_a_version_that_can_not_be_compared_is_meant() -> None:
    assert refusal(Revoked, None, None, revoking({"name": "acme_scan", "versions": "<1"}), version="one")


# --- before and after --------------------------------------------------------------------------------------------------------------


def test_a_version_never_goes_below_the_mark() -> None:
    fault = refusal(Downgraded, past=PAST, version="1.1.9")
    assert fault.code == "downgraded"
    assert "1.2.0 was admitted before" in fault.message
    assert refusal(Downgraded, past=PAST, version="1.2.0rc1")
    assert vouched(signed(), past=PAST, version="1.3.0")


def test_a_version_has_one_content() -> None:
    assert vouched(signed(), past=PAST)
    other = Past(signed_by="acme", marks={"acme": Mark(version="1.2.0", digest=f"sha256:{'0' * 64}")})
    assert "with another content" in refusal(Downgraded, past=other).message


def test_a_rollback_passes_the_mark_and_nothing_else() -> None:
    assert vouched(signed(), past=PAST.returning(), version="1.1.0")
    assert refusal(Revoked, None, None, revoking({"key": K1.public.id}), past=PAST.returning(), version="1.1.0")
    assert refusal(SignatureInvalid, BARE, past=PAST.returning(), version="1.1.0")


def test_a_mark_is_of_its_publisher() -> None:
    moved = Past(signed_by="acme_before", marks={"acme_before": Mark(version="9.0.0", digest=BARE.digest)})
    assert vouched(signed(), past=moved)
    back = Past(signed_by="acme_before", marks={"acme": Mark(version="9.0.0", digest=BARE.digest)})
    refusal(Downgraded, past=back)
