"""Notes, keys, checkpoints and proofs as text: one spelling each, and nothing of them holds when a bit of it is another."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillpod.errors import DocumentInvalid
from skillpod.journal.key import verify
from skillpod.journal.tree import note
from skillpod.journal.tree.checkpoint import Checkpoint, Signed, read_checkpoint
from skillpod.journal.tree.note import COSIGNATURE, Signature, VerifierKey, cosigned, read_key, read_note
from skillpod.journal.tree.proof import Proof, read_proof, verified
from tests.journal.tree.logs import ORIGIN, Log, Signer, base64_of, numbered
from tests.journal.tree.test_merkle import flipped

LOG = Log(numbered(40))
OTHER = Signer("witness.example/w1", "another sentence")
AT = "the text"


def checked(text: bytes, key: VerifierKey = LOG.key) -> Signed:
    return read_checkpoint(text, key=key, verify=verify, at=AT)


def proven(text: bytes, line: bytes, key: VerifierKey = LOG.key) -> Signed:
    return verified(read_proof(text, at=AT), line, key=key, verify=verify, at=AT)


CHECKPOINT = str(LOG.checkpoint(17)).encode()
PROOF = str(LOG.proof(5, 17)).encode()


# --- what holds --------------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 40))
def test_any_prefix_has_a_checkpoint_that_is_read_back(size: int) -> None:
    text = str(LOG.checkpoint(size))
    signed = checked(text.encode())
    assert (signed.checkpoint, str(signed)) == (Checkpoint(ORIGIN, size, LOG.root(size)), text)


@given(st.integers(1, 40), st.data(), st.binary(max_size=40))
def test_any_entry_has_a_proof_that_is_read_back(size: int, data: st.DataObject, extra: bytes) -> None:
    index = data.draw(st.integers(0, size - 1))
    made = LOG.proof(index, size)
    made = Proof(index=index, hashes=made.hashes, note=made.note, extra=extra)
    assert read_proof(str(made).encode(), at=AT) == made
    assert proven(str(made).encode(), LOG.lines[index]).checkpoint.size == size


def test_a_proof_is_written_as_the_specification_has_it() -> None:
    first, *rest = str(LOG.proof(2, 3)).split("\n")
    assert (first, rest[:2]) == ("c2sp.org/tlog-proof@v1", ["index 2", base64_of(LOG.hashes[2])])
    assert "\n".join(rest[2:]) == f"\n{LOG.checkpoint(3)}"


def test_signatures_of_others_are_passed_over() -> None:
    text = str(Checkpoint(ORIGIN, 3, LOG.root(3)))
    both = LOG.signer.note(text, OTHER.signed(text), Signature("stranger.example", b"\0\1\2\3", b"?"))
    assert len(checked(str(both).encode()).note.signatures) == 3


def test_a_witness_vouches_for_a_time_and_the_text() -> None:
    key = VerifierKey(OTHER.key.name, COSIGNATURE, OTHER.key.key)
    text, when = str(Checkpoint(ORIGIN, 3, LOG.root(3))), 1_790_000_000
    value = when.to_bytes(8) + OTHER.sign(cosigned(text, when))
    made = LOG.signer.note(text, Signature(key.name, key.id, value))
    assert made.is_signed_by(key, verify)
    later = LOG.signer.note(text, Signature(key.name, key.id, (when + 1).to_bytes(8) + value[8:]))
    assert not later.is_signed_by(key, verify)
    assert read_key(str(key), at=AT) == key


def test_the_note_of_the_specification_is_read() -> None:
    text = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
    line = "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
    found = read_note(f"{text}\n{line}".encode(), at=AT)
    assert (found.text, found.signatures[0].name, found.signatures[0].id.hex()) == (text, "quasimodo.example/salvatore", "367ba04b")
    assert str(found) == f"{text}\n{line}"


# --- a bit changed -----------------------------------------------------------------------------------------------------------------


@given(st.integers(0, len(CHECKPOINT) * 8 - 1))
def test_a_checkpoint_with_another_bit_is_refused(bit: int) -> None:
    with pytest.raises(DocumentInvalid):
        checked(flipped(CHECKPOINT, bit))


@given(st.integers(0, len(PROOF) * 8 - 1))
def test_a_proof_with_another_bit_is_refused(bit: int) -> None:
    with pytest.raises(DocumentInvalid):
        proven(flipped(PROOF, bit), LOG.lines[5])


@given(st.integers(0, len(str(LOG.key)) * 8 - 1))
def test_a_key_with_another_bit_is_refused(bit: int) -> None:
    changed = flipped(str(LOG.key).encode(), bit)
    with pytest.raises(DocumentInvalid, match="no verifier key"):
        read_key(changed.decode("utf-8", "replace"), at=AT)


@given(st.integers(0, len(LOG.lines[5]) * 8 - 1))
def test_a_line_with_another_bit_is_not_proven(bit: int) -> None:
    with pytest.raises(DocumentInvalid, match="these bytes are not entry 6"):
        proven(PROOF, flipped(LOG.lines[5], bit))


# --- another spelling --------------------------------------------------------------------------------------------------------------

_SIGNED = CHECKPOINT.decode()
_VALUE = _SIGNED.rpartition(" ")[2].rstrip("\n")


def _last_bits(text: str) -> str:
    """Base64 of the same bytes whose unused bits are not zero."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body = text.rstrip("=")
    changed = body[:-1] + alphabet[alphabet.index(body[-1]) | 1] + "=" * (len(text) - len(body))
    assert base64.b64decode(changed) == base64.b64decode(text)
    return changed


@pytest.mark.parametrize(
    "text",
    [
        _SIGNED.replace("\n", "\r\n"),
        _SIGNED.rstrip("\n"),
        f"{_SIGNED}\n",
        f"\n{_SIGNED}",
        _SIGNED.replace("\u2014 ", "- "),
        _SIGNED.replace("\u2014 ", "\u2014  "),
        _SIGNED.replace("\n\n", "\n"),
        _SIGNED.replace("\n\n", "\n\n\n"),
        _SIGNED.replace(_VALUE, _VALUE.rstrip("=")),
        _SIGNED.replace(_VALUE, _VALUE.replace("+", "-").replace("/", "_")) if {"+", "/"} & set(_VALUE) else "",
        _SIGNED.replace(_VALUE, f"{_VALUE[:8]} {_VALUE[8:]}"),
        _SIGNED.replace(_VALUE, ""),
        _SIGNED.replace("\n17\n", "\n017\n"),
        _SIGNED.replace("\n17\n", "\n+17\n"),
        _SIGNED.replace("\n17\n", "\n17\t\n"),
        "",
    ],
)
def test_a_checkpoint_in_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(DocumentInvalid):
        checked(text.encode())


def test_base64_with_bits_that_do_not_count_is_refused() -> None:
    root = base64_of(LOG.root(17))
    signed = LOG.signer.note(_SIGNED.partition("\n\n")[0].replace(root, _last_bits(root)) + "\n")
    with pytest.raises(DocumentInvalid, match="this is no checkpoint"):
        checked(str(signed).encode())
    stranger = LOG.signer.note("text\n", Signature("stranger.example", b"1234", b"5"))
    with pytest.raises(DocumentInvalid, match="no signed note"):
        checked(str(stranger).replace("MTIzNDU=", "MTIzNDV=").encode())


_PROVEN = PROOF.decode()
_HASH = _PROVEN.split("\n")[2]


@pytest.mark.parametrize(
    "text",
    [
        _PROVEN.replace("\n", "\r\n"),
        _PROVEN.replace("@v1", "@v2"),
        _PROVEN.replace("index 5", "index 05"),
        _PROVEN.replace("index 5", "index  5"),
        _PROVEN.replace("index 5", "index +5"),
        _PROVEN.replace("index 5", "index 5 "),
        _PROVEN.replace("index 5", "extra \nindex 5"),
        _PROVEN.replace("index 5", "extra YQ\nindex 5"),
        _PROVEN.replace("index 5", "extra YQ==\nextra YQ==\nindex 5"),
        _PROVEN.replace("index 5\n", ""),
        _PROVEN.replace("index 5", "index 4"),
        _PROVEN.replace("index 5", "index 17"),
        _PROVEN.replace("index 5", "index 99999999999999999999"),
        _PROVEN.replace(_HASH, _HASH.rstrip("=")),
        _PROVEN.replace(_HASH, _last_bits(_HASH)),
        _PROVEN.replace(_HASH, base64_of(b"short")),
        _PROVEN.replace(f"{_HASH}\n", ""),
        _PROVEN.replace(_HASH, "\n".join([_HASH] * 65)),
        _PROVEN.replace("\n\n", "\n", 1),
        _PROVEN.replace("\n\n", "\n\n\n", 1),
        _PROVEN.partition("\n\n")[0],
        f"{_PROVEN}{_SIGNED}",
        f" {_PROVEN}",
        "",
    ],
)
def test_a_proof_in_another_spelling_or_of_another_entry_is_refused(text: str) -> None:
    assert text != _PROVEN
    with pytest.raises(DocumentInvalid):
        proven(text.encode(), LOG.lines[5])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "skillpod/vectors",
        str(LOG.key).upper(),
        str(LOG.key).replace("+", " "),
        f"{LOG.key}=",
        str(VerifierKey(ORIGIN, 2, LOG.key.key)),
        str(VerifierKey(ORIGIN, 1, LOG.key.key[:31])),
        str(VerifierKey("with space", 1, LOG.key.key)),
    ],
)
def test_what_is_no_key_is_told_so(line: str) -> None:
    with pytest.raises(DocumentInvalid, match="no verifier key"):
        read_key(line, at=AT)


# --- another key -------------------------------------------------------------------------------------------------------------------


def test_a_checkpoint_by_another_key_names_who_signed_it() -> None:
    forged = Log(LOG.lines, Signer(ORIGIN, "an attacker's sentence")).checkpoint(17)
    with pytest.raises(DocumentInvalid, match=f"signed by another key than that of {ORIGIN}"):
        checked(str(forged).encode())


def test_a_signature_that_says_it_is_ours_and_is_not_refuses_the_note_though_another_is_good() -> None:
    good = LOG.checkpoint(17)
    forged = Signature(LOG.key.name, LOG.key.id, bytes(64))
    with pytest.raises(DocumentInvalid, match="it was changed"):
        checked(str(note.Note(good.text, (*good.signatures, forged))).encode())


def test_a_checkpoint_of_another_log_under_our_key_is_refused() -> None:
    with pytest.raises(DocumentInvalid, match="of the log skillpod/elsewhere"):
        checked(str(LOG.signer.note(str(Checkpoint("skillpod/elsewhere", 3, LOG.root(3))))).encode())


def test_more_than_a_note_or_a_proof_can_have_is_not_read() -> None:
    with pytest.raises(DocumentInvalid, match="a signed note has at most"):
        read_note(b"a" * 200_000, at=AT)
    with pytest.raises(DocumentInvalid, match="a proof has at most"):
        read_proof(b"a" * 200_000, at=AT)
