"""X.509: a chain leads from a signer who may sign code to pinned roots, all of it valid now; anything else is refused and said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from skillpod.errors import DocumentInvalid, PolicyUnreadable, Revoked, SignatureInvalid
from skillpod.model.bundle import Bundle
from skillpod.trust.evidence import FIRST, further
from skillpod.trust.sign import read_certificates, sign
from tests.trust.authority import BETWEEN, END, LEAF, ROOT, START, Holder, authority, issued, signer, usage
from tests.trust.signed import FILES, entry, key, publisher, revoking, trusting, vouched

BASIC = (x509.BasicConstraints(ca=False, path_length=None), True)
SIGNS = (usage("digital_signature"), True)


def bundle(leaf: Holder = LEAF, *chain: Holder, name: str = FIRST) -> Bundle:
    """Signed by the leaf; by default with the authority between, and without the root."""
    listed = [leaf.der, *(each.der for each in chain or (BETWEEN,))]
    bare = Bundle.freeze(FILES)
    return Bundle.freeze(FILES, {name: sign(bare, leaf.key, subject="acme_scan", name=name, chain=listed)})


def roots(*pinned: Holder, **changed: Any) -> dict[str, Any]:
    said = {"id": "acme-ca", "type": "x509", "roots": [each.pem for each in pinned or (ROOT,)], "subject": {"organization": "Acme"}}
    return publisher(keys=[{**said, **changed}])


def refusal(of: Bundle, trust: dict[str, Any] | None = None, kind: type[Exception] = SignatureInvalid, **more: Any) -> str:
    with pytest.raises(kind) as caught:
        vouched(of, trusting(trust or roots()), **more)
    return str(caught.value)


@pytest.mark.parametrize("chain", [(BETWEEN,), (BETWEEN, ROOT)], ids=["without the root", "with it"])
def test_a_chain_to_pinned_roots_vouches(chain: Sequence[Holder]) -> None:
    found = vouched(bundle(LEAF, *chain), trusting(roots()))
    assert (found.publisher, found.keys, found.subjects) == ("acme", (LEAF.id,), ("CN=Signing 001,O=Acme",))


def test_a_signer_of_p384_signs_by_its_own_algorithm() -> None:
    leaf = signer(BETWEEN, secret=ec.generate_private_key(ec.SECP384R1()))
    assert vouched(bundle(leaf), trusting(roots())).keys == (leaf.id,)


@pytest.mark.parametrize("extensions", [[SIGNS], [BASIC, (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False)]])
def test_one_word_that_it_may_sign_is_enough(extensions: Any) -> None:
    assert vouched(bundle(signer(BETWEEN, says=extensions)), trusting(roots()))


# --- time --------------------------------------------------------------------------------------------------------------------------

EARLY, LATE = datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2028, 1, 1, 0, 1, tzinfo=UTC)
OLD: dict[str, Any] = {"end": datetime(2027, 2, 1, tzinfo=UTC)}


def test_an_expired_signer_is_refused_whenever_it_signed() -> None:
    assert "CN=Signing 001,O=Acme' expired at 2027-02-01" in refusal(bundle(signer(BETWEEN, **OLD)))


def test_an_expired_authority_is_refused() -> None:
    between = authority("Between", ROOT, **OLD)
    assert "CN=Between,O=Acme' expired" in refusal(bundle(signer(between), between))


def test_an_expired_root_is_refused_also_where_the_chain_does_not_bring_it() -> None:
    root = authority("Old root", **OLD)
    between = authority("Between", root)
    leaf = signer(between)
    assert "CN=Old root,O=Acme' expired" in refusal(bundle(leaf, between, root), roots(root))
    assert refusal(bundle(leaf, between), roots(root))


def test_nothing_is_valid_before_its_time() -> None:
    assert "is not valid before 2027-01-01" in refusal(bundle(), now=EARLY.timestamp())
    assert "expired" in refusal(bundle(), now=LATE.timestamp())
    assert START.timestamp() < END.timestamp()


def test_roots_count_within_their_window_only() -> None:
    assert "the roots acme-ca counted until" in refusal(bundle(), roots(not_after="2027-02-01"))


# --- who may sign ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extensions", "said"),
    [
        ([BASIC], "does not say that it may sign"),
        ([BASIC, (usage("key_agreement"), True)], "without digitalSignature"),
        ([BASIC, SIGNS, (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)], "without codeSigning"),
        ([(x509.BasicConstraints(ca=True, path_length=None), True), (usage("digital_signature", "key_cert_sign"), True)], "an authority"),
        ([BASIC, SIGNS, (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)], "no path leads"),
    ],
)
def test_a_certificate_for_another_use_is_refused(extensions: Any, said: str) -> None:
    between = authority("Between", ROOT)
    assert said in refusal(bundle(signer(between, says=extensions), between))


def test_a_signer_can_issue_no_other() -> None:
    assert "no path leads" in refusal(bundle(signer(LEAF, name="Below"), LEAF, BETWEEN))


def test_an_authority_that_may_not_sign_certificates_has_signed_none() -> None:
    between = issued("Between", ROOT, extensions=[(x509.BasicConstraints(ca=True, path_length=None), True), (usage("crl_sign"), True)])
    assert "no path leads" in refusal(bundle(signer(between), between))


def test_an_authority_without_the_right_to_more_has_none_below_it() -> None:
    lower = authority("Lower", BETWEEN)
    assert "no path leads" in refusal(bundle(signer(lower), lower, BETWEEN))


@pytest.mark.parametrize("secret", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP521R1())])
def test_a_signer_with_a_key_of_another_type_is_refused(secret: Any) -> None:
    leaf = signer(BETWEEN, secret=secret)
    listed = [leaf.der, BETWEEN.der]
    forged = sign(Bundle.freeze(FILES), key(), subject="acme_scan", chain=listed)
    assert "a key of a type that is not taken" in refusal(Bundle.freeze(FILES, {FIRST: forged}))


def test_an_authority_with_an_ed25519_key_leads_nowhere() -> None:
    """The library does not build paths over them; refused is refused."""
    root = authority("Root", secret=ed25519.Ed25519PrivateKey.generate())
    assert "no path leads" in refusal(bundle(signer(root), root), roots(root))


# --- which chain -------------------------------------------------------------------------------------------------------------------


def test_a_chain_to_other_roots_is_refused() -> None:
    assert "no path leads from 'CN=Signing 001,O=Acme' to the roots 'acme-ca'" in refusal(bundle(), roots(authority("Root")))


def test_a_chain_that_nobody_asked_for_names_its_issuer() -> None:
    told = refusal(bundle(LEAF, BETWEEN, ROOT), publisher())
    assert "whose certificate 'CN=Root,O=Acme' issued, and nobody here trusts that" in told


def test_a_chain_with_a_gap_is_refused() -> None:
    assert "no path leads" in refusal(bundle(LEAF, ROOT))


def test_a_signature_of_another_key_than_the_certificates_is_refused() -> None:
    forged = sign(Bundle.freeze(FILES), key(), subject="acme_scan", chain=[LEAF.der, BETWEEN.der])
    assert "the keyid is not the signer's key" in refusal(Bundle.freeze(FILES, {FIRST: forged}))


def test_too_many_certificates_are_refused() -> None:
    assert "expected 1 to 6 certificates, got 7" in refusal(bundle(LEAF, *[BETWEEN] * 6))


@pytest.mark.parametrize(
    ("subject", "is_meant"),
    [
        ({"common_name": "Signing *"}, True),
        ({"organization": "Acme", "common_name": "Signing 001", "email": "*@acme.example"}, True),
        ({"common_name": "Signing"}, False),
        ({"organization": "Acm"}, False),
        ({"organization": "Acme", "email": "*@other.example"}, False),
    ],
)
def test_the_signer_is_the_one_the_operator_meant(subject: dict[str, str], is_meant: bool) -> None:
    if is_meant:
        assert vouched(bundle(), trusting(roots(subject=subject)))
    else:
        assert "that 'acme-ca' asks for" in refusal(bundle(), roots(subject=subject))


def test_a_name_in_the_subject_is_no_address() -> None:
    leaf = signer(BETWEEN, name="tools@acme.example", says=[BASIC, SIGNS])
    assert "has not the email" in refusal(bundle(leaf), roots(subject={"email": "tools@acme.example"}))


@pytest.mark.parametrize("revoked", [LEAF.id, BETWEEN.id, ROOT.id, "acme-ca"], ids=["signer", "authority", "root", "roots"])
def test_a_revoked_certificate_is_refused(revoked: str) -> None:
    assert "revoked on" in refusal(bundle(), kind=Revoked, revoked=revoking({"key": revoked}))


def test_every_byte_of_a_certificate_counts() -> None:
    der = LEAF.der
    for index in range(len(der)):
        changed = der[:index] + bytes([der[index] ^ 1]) + der[index + 1 :]
        forged = sign(Bundle.freeze(FILES), LEAF.key, subject="acme_scan", chain=[changed, BETWEEN.der])
        assert refusal(Bundle.freeze(FILES, {FIRST: forged}))


def test_keys_and_certificates_count_together() -> None:
    both = roots(subject={"common_name": "*"})
    both["keys"].append({"id": key().public.id, "type": "p256", "public": key().public.pem})
    first = bundle()
    name = further(key().public.id)
    second = sign(Bundle.freeze(FILES), key(), subject="acme_scan", name=name)
    found = vouched(Bundle.freeze(FILES, {**first.sidecars, name: second}), trusting({**both, "threshold": 2}))
    assert set(found.keys) == {LEAF.id, key().public.id}


def test_two_certificates_of_one_authority_are_one_voice() -> None:
    other = signer(BETWEEN, name="Signing 002")
    name = further(other.id)
    both = {**bundle().sidecars, **bundle(other, name=name).sidecars}
    spare = {"id": key().public.id, "type": "p256", "public": key().public.pem}
    trust = roots()
    trust.update(threshold=2, keys=[*trust["keys"], spare])
    assert "2 different keys of 'acme' must sign, and 1 did" in refusal(Bundle.freeze(FILES, both), trust)


def test_one_key_with_and_without_its_certificate_is_one_voice() -> None:
    first, name = bundle(), further(LEAF.id)
    second = sign(Bundle.freeze(FILES), LEAF.key, subject="acme_scan", name=name)
    trust = roots()
    trust.update(threshold=2, keys=[*trust["keys"], entry(LEAF.key)])
    assert "and 1 did" in refusal(Bundle.freeze(FILES, {**first.sidecars, name: second}), trust)


def test_an_answer_is_valid_until_the_first_of_all_ends() -> None:
    between = authority("Between", ROOT, end=datetime(2027, 6, 1, tzinfo=UTC))
    of = bundle(signer(between), between)
    assert vouched(of, trusting(roots())).valid_until == datetime(2027, 6, 1, tzinfo=UTC).timestamp()
    windowed = roots(not_after="2027-04-30")
    assert vouched(of, trusting(windowed)).valid_until == datetime(2027, 5, 1, tzinfo=UTC).timestamp()


# --- what is read ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pem", ["nothing", ROOT.pem + BETWEEN.pem, key().public.pem, key().pem(b"").decode()])
def test_a_root_is_one_certificate(pem: str) -> None:
    with pytest.raises(PolicyUnreadable):
        trusting(roots(roots=[pem]))


def test_roots_need_a_subject_and_a_word() -> None:
    faulty: list[dict[str, Any]] = [{"subject": {}}, {"id": "a" * 64}, {"public": key().public.pem}]
    for changed in faulty:
        with pytest.raises(PolicyUnreadable):
            trusting(roots(**changed))


def test_a_signer_brings_the_certificate_of_its_own_key_first() -> None:
    assert read_certificates(LEAF.pem + BETWEEN.pem, LEAF.key.public, at="chain.pem") == (LEAF.der, BETWEEN.der)
    for pem in (BETWEEN.pem + LEAF.pem, "", ROOT.pem.replace("M", "N", 3)):
        with pytest.raises(DocumentInvalid):
            read_certificates(pem, LEAF.key.public, at="chain.pem")
