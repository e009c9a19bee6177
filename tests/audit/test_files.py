"""Files and secrets: what is told, where, and how much of it."""

from __future__ import annotations

import time
import zlib

import pytest

from skillpod.audit.run import run
from skillpod.model.bundle import MAX_BYTES, MAX_FILES, Bundle
from skillpod.model.credential_shapes import SHAPES
from skillpod.model.finding import Finding, Report, Severity

PATIENCE = 10.0  # seconds of processor time; most take milliseconds


def report_of(files: dict[str, bytes]) -> Report:
    return run(Bundle.freeze({"handler.py": b"", **files}), None)


def found(files: dict[str, bytes], rule: str) -> list[Finding]:
    return [finding for finding in report_of(files).findings if finding.rule == rule]


def token(body: str) -> str:
    """A token as one code host makes them: 30 characters, and a checksum in base 62."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    rest, check = zlib.crc32(body.encode()), ""
    while rest:
        rest, digit = divmod(rest, 62)
        check = digits[digit] + check
    return "gh" + "p_" + body + check.rjust(6, "0")


TOKEN = token("q7Zp2LkX9vB4nM8cR1tYd5WsE3aGh6")


def test_a_secret_is_placed_and_never_shown() -> None:
    (finding,) = found({"notes.txt": f"first\né: {TOKEN}\n".encode()}, "SEC-003")
    assert (finding.line, finding.column) == (2, 4)
    assert TOKEN[:4] in finding.message
    assert TOKEN[5:12] not in str(finding.as_dict())


def test_a_token_whose_checksum_does_not_hold_is_none() -> None:
    assert found({"notes.txt": f"{TOKEN[:-1]}0\n".encode()}, "SEC-003") == []


def test_a_secret_in_pieces_is_placed_where_its_first_piece_stands() -> None:
    source = f'x = 1\ny = "{TOKEN[:4]}" "{TOKEN[4:9]}" + \\\n    "{TOKEN[9:]}"\n'
    (finding,) = found({"other.py": source.encode()}, "SEC-003")
    assert (finding.line, finding.column) == (2, 6)


@pytest.mark.parametrize("name", ["tests/data.txt", "examples/config.ini", "fixtures/a.json", "settings.ini.example"])
def test_a_secret_in_a_file_for_tests_or_examples_is_only_noted(name: str) -> None:
    (finding,) = found({name: TOKEN.encode()}, "SEC-003")
    assert finding.severity is Severity.NOTICE


@pytest.mark.parametrize("behind", ["", "x = 1\n" * 2_000, "x" * 5_000, " " * 5_000])
def test_a_secret_in_pieces_is_found_wherever_its_pieces_stand(behind: str) -> None:
    code = f"{behind}\nKEY = (\n    '{TOKEN[:9]}'\n    '{TOKEN[9:]}'\n)\n{behind}"
    assert len(found({"constants.py": code.encode()}, "SEC-003")) == 1


def test_a_secret_that_is_all_in_one_run_is_long_enough_to_be_looked_at() -> None:
    assert len(found({"notes.txt": f"key AKIA{'Q7ZP2LKX4VB6NWRJ'} here".encode()}, "SEC-002")) == 1


def test_many_secrets_in_one_file_are_told_up_to_a_limit() -> None:
    text = "\n".join(token(f"{number:02}Zp2LkX9vB4nM8cR1tYd5WsE3aGh6") for number in range(90))
    assert 1 < len(found({"notes.txt": text.encode()}, "SEC-003")) <= 20


def test_every_shape_has_a_hint_that_its_pattern_can_find() -> None:
    assert all(shape.hints and all(shape.hints) for shape in SHAPES)
    assert {shape.rule for shape in SHAPES} == {f"SEC-00{number}" for number in range(1, 7)}


def test_more_files_or_bytes_than_are_looked_at_are_denied() -> None:
    assert found({f"a/{number}.txt": b"" for number in range(MAX_FILES)}, "FIL-012")
    assert found({"a.txt": b"a" * (MAX_BYTES + 1)}, "FIL-012")


def test_what_stands_far_behind_in_a_large_file_is_found() -> None:
    content = b"\x00" * (8 * 1024 * 1024) + b"\x7fELF\x02\x01\x01" + b"\x00" * (1024 * 1024)
    (finding,) = found({"data.bin": content}, "FIL-006")
    assert str(8 * 1024 * 1024) in finding.message


BOMBS = {
    "a directory of nothing": b"PK\x05\x06" * 200_000,
    "many entries": b"PK\x01\x02" + bytes(42) + b"PK\x05\x06" * 100_000,
    "marks of a photo": b"\xff\xd8" + b"\xff\xe0\x00\x02" * 200_000,
    "beginnings of keys": b"-----BEGIN PRIVATE KEY-----\n" * 30_000,
    "a key of line ends": b"-----BEGIN PRIVATE KEY-----" + b"\\n" * 400_000,
    "addresses": b"://aaaa:bbbb" * 80_000 + b"@",
    "passwords that never end": b'password="' * 100_000,
    "bearers": b"bearer " * 140_000,
    "tokens of sessions": b"eyJaaaaaaaaaaaaa.eyJaaaa. " * 40_000,
    "entities": b"<!ENTITY a " * 90_000,
    "handlers": b"<svg " + b"onaaaaaaaaaaaaaaaaaaaa    " * 40_000,
    "numbers of a pickle": b"(I1\n" * 200_000,
}


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS.keys())
@pytest.mark.parametrize("name", ["a.bin", ".env", ".netrc", "a.svg"])
def test_a_file_that_is_made_to_keep_the_audit_busy_does_not(content: bytes, name: str) -> None:
    started = time.process_time()
    report = report_of({name: content})
    assert time.process_time() - started < PATIENCE
    assert "AUD-001" not in {finding.rule for finding in report.findings}
