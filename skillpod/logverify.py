"""Verify a log of skillpod without skillpod: this one file, Python 3.11 or later, and nothing else.

    python logverify.py JOURNAL --key log.vkey [--copy FILE ...]      a whole log, and checkpoints that were copied out of it
    python logverify.py --key log.vkey --proof FILE --line FILE       one line, by its proof

JOURNAL is HOME/journal or a copy of it. Take the key from where you wrote it down, not from the log you verify. Exit codes: 0 it holds,
1 it does not, 2 wrong usage. Formats: RFC 6962 (the tree), RFC 8032 (Ed25519), C2SP signed-note, tlog-checkpoint, tlog-proof.
"""

from __future__ import annotations

import argparse
import base64
import functools
import hashlib
import io
import itertools
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

Point = tuple[int, int, int, int]
Key = tuple[bytes, bytes, bytes]  # name, id, public key
Head = tuple[int, bytes, str]  # size, root, where it stands


class Bad(Exception):
    """What does not hold."""


# --- files of the log: what somebody gave us is not waited for, not followed elsewhere, and not read without an end ----------------
def opened(path: Path) -> BinaryIO:
    if path.is_symlink():
        raise Bad(f"{path.name} is a link, which is not followed")
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return open(descriptor, "rb")
    os.close(descriptor)
    raise Bad(f"{path.name} is no plain file")


def content(path: Path, limit: int = 1 << 26) -> bytes:
    with opened(path) as file:
        raw = file.read(limit + 1)
    if len(raw) > limit:
        raise Bad(f"{path.name} has more than {limit} bytes")
    return raw


# --- Ed25519, RFC 8032: is this a signature? ---------------------------------------------------------------------------------------
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(a: Point, b: Point) -> Point:  # points as (X, Y, Z, T): section 5.1.4
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, d - c, d + c, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


@functools.cache
def multiples(point: Point) -> list[list[Point]]:  # row i holds 0 to 15 times 16**i times the point
    rows = []
    for _ in range(64):
        row: list[Point] = [(0, 1, 1, 0)]
        for _ in range(15):
            row.append(add(row[-1], point))
        rows.append(row)
        point = add(row[-1], point)
    return rows


def times(number: int, point: Point) -> Point:
    return functools.reduce(add, (row[number >> 4 * i & 15] for i, row in enumerate(multiples(point))))


@functools.cache
def decoded(raw: bytes) -> Point | None:  # section 5.1.3; None for what is no point in its one spelling
    y, sign = int.from_bytes(raw, "little") & 2**255 - 1, raw[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != square or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


BASE = (4 * pow(5, -1, P) % P).to_bytes(32, "little")  # section 5.1: the point B has y = 4/5


def is_signature(public: bytes, text: bytes, signature: bytes) -> bool:  # section 5.1.7
    a, base, s = decoded(public), decoded(BASE), int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or base is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + text).digest(), "little") % L
    x, y, z, _ = add(times(s, base), times(k, (P - a[0], a[1], 1, P - a[3])))
    x, y = x * pow(z, -1, P) % P, y * pow(z, -1, P) % P
    return signature[:32] == (y | (x & 1) << 255).to_bytes(32, "little")


# --- the tree, RFC 6962 section 2.1 ------------------------------------------------------------------------------------------------
def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


class Tree:
    """Complete subtrees from the left, each as (leaves below it, hash). Two of one size become one of twice that size."""

    def __init__(self) -> None:
        self.size = 0
        self.parts: list[tuple[int, bytes]] = []

    def grow(self, leaf: bytes) -> None:
        self.size, count = self.size + 1, 1
        while self.parts and self.parts[-1][0] == count:
            leaf, count = sha(b"\1", self.parts.pop()[1], leaf), 2 * count
        self.parts.append((count, leaf))

    def root(self) -> bytes:
        hashes = [part for _, part in self.parts] or [sha()]
        return functools.reduce(lambda right, left: sha(b"\1", left, right), reversed(hashes))


def root_over(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root of ``size`` leaves of which this is one, by the hashes beside its way up: section 2.1.1 read backwards."""
    if size == 1 or not path:
        if size != 1 or path:
            raise Bad("the proof has too many or too few hashes for a log of that size")
        return leaf
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return sha(b"\1", root_over(leaf, index, half, path[:-1]), path[-1])
    return sha(b"\1", path[-1], root_over(leaf, index - half, size - half, path[:-1]))


# --- keys, notes, checkpoints (C2SP) -----------------------------------------------------------------------------------------------
SIGNATURE = re.compile(rb"\xe2\x80\x94 ([^ \n]+) ([^ \n]+)\n")


def binary(text: bytes) -> bytes:
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw) != text:
        raise ValueError("base64 in a second spelling")
    return raw


def read_key(text: str) -> Key:
    """The key in the one line name+id+base64."""
    name, digits, body = text.strip().encode().split(b"+", 2)
    raw = binary(body)
    if len(raw) != 33 or raw[0] != 1 or not name.decode().isprintable() or sha(name, b"\n", raw)[:4].hex().encode() != digits:
        raise ValueError("not the key of a log")
    return name, bytes.fromhex(digits.decode()), raw[1:]


def notes(raw: bytes) -> tuple[list[bytes], bytes]:
    """Notes that stand one after another, each up to the last of its lines of signatures; and what follows, which has none."""
    found: list[bytes] = []
    begun: list[bytes] = []
    is_signed = False
    for line in io.BytesIO(raw):
        is_signature = line.startswith(b"\xe2\x80\x94 ")
        if is_signed and not is_signature:
            found.append(b"".join(begun))
            begun = []
        begun.append(line)
        is_signed = is_signature and line.endswith(b"\n")
    return ([*found, b"".join(begun)], b"") if is_signed else (found, b"".join(begun))


def read_note(raw: bytes, key: Key, where: str) -> Head:
    text, _, last = raw.rpartition(b"\n\n")
    lines, below = text.split(b"\n"), SIGNATURE.findall(last)
    try:
        signatures = [(name, binary(value)) for name, value in below]
        size, root = int(lines[1]), binary(lines[2])
        if len(root) != 32 or str(size).encode() != lines[1] or size < 0 or b"" in lines or len(below) != last.count(b"\n"):
            raise ValueError("not a checkpoint")
    except (ValueError, IndexError):
        raise Bad(f"{where} is none") from None
    ours = [value[4:] for name, value in signatures if (name, value[:4]) == key[:2]]
    if lines[0] != key[0] or not ours:
        raise Bad(f"{where} is not signed by the key of this log")
    if not all(is_signature(key[2], text + b"\n", value) for value in ours):
        raise Bad(f"{where} was changed: its signature is not one over it")
    return size, root, where


def checkpoints(raw: bytes, key: Key, source: str) -> list[Head]:
    """Signed checkpoints, which stand one after another, and nothing else."""
    found, rest = notes(raw)
    if rest or not found:
        raise Bad(f"{source} holds something else than checkpoints" if raw else f"{source} is empty")
    return [read_note(note, key, f"{source}: checkpoint {number}") for number, note in enumerate(found, 1)]


def earlier(journal: Path, key: Key) -> list[Head]:
    """Those of before. The last is passed over when it is not whole, as a power cut leaves it: it could be taken out as well."""
    found: list[Head] = []
    if not (journal / "checkpoints").exists():
        return found
    raw = notes(content(journal / "checkpoints"))[0]
    for number, note in enumerate(raw, 1):
        try:
            found.append(read_note(note, key, f"checkpoints: checkpoint {number}"))
        except Bad:
            if number < len(raw):
                raise
    return found


# --- the log -----------------------------------------------------------------------------------------------------------------------
LINE = 65_535
DROPPED = re.compile(rb'\{"v":1,"seq":[0-9]+,"ts":"[^"]*","node":"[^"]*","fact":"log\.dropped",.*"last":([0-9]{1,18})[,}].*\n')


def numbers(journal: Path, ending: str) -> set[int]:
    return {int(path.stem) for path in journal.iterdir() if re.fullmatch(rf"[0-9]{{6,}}\.{ending}", path.name)}


def leaves(journal: Path, gone: list[int]) -> Iterator[tuple[str, bytes]]:
    """(where it stands, its hash) of each entry. A segment is its lines, or of one that was dropped their hashes. At the end, ``gone`` is
    given the first and the last of the entries that no other says were dropped, if there are any."""
    there, kept = numbers(journal, "jsonl"), numbers(journal, "leaves")
    last = max(there | kept, default=0)
    oldest, newest = (min(there), max(there)) if there else (last + 1, 0)
    count = dropped = said = 0
    for number in range(1, last + 1):
        name, instead = f"{number:06d}.jsonl", f"{number:06d}.leaves"
        is_first = number < oldest
        try:
            segment = opened(journal / name)
        except FileNotFoundError:  # one that was there before is let go of by a pod that runs
            if (number not in there and not is_first) or not (journal / instead).exists():
                raise Bad(f"{name} is missing") from None
            with opened(journal / instead) as hashes:
                for position, leaf in enumerate(iter(functools.partial(hashes.read, 32), b""), 1):
                    if len(leaf) != 32:
                        raise Bad(f"{name} is missing, and {instead} is no list of hashes") from None
                    count += 1
                    yield f"{instead}: hash {position}", leaf
            dropped, said = (count, said) if is_first else (dropped, count)
            continue
        with segment:
            for position, line in enumerate(iter(functools.partial(segment.readline, LINE + 1), b""), 1):
                if len(line) > LINE:
                    raise Bad(f"{name}:{position} is longer than an entry may be")
                if not line.endswith(b"\n") or b"\0" in line:
                    if number == newest:
                        break  # the pod was writing it, or a power cut came in between: it is no entry yet
                    raise Bad(f"{name}:{position} is no whole line")
                count += 1
                if not line.startswith(b'{"v":1,"seq":%d,' % count):
                    raise Bad(f"{name}:{position} is not entry {count}, which belongs there")
                if dropped and (word := DROPPED.fullmatch(line)):
                    said = max(said, int(word[1]))
                yield f"{name}:{position}", sha(b"\0", line)
    if dropped > said:
        gone += [said + 1, dropped]


def compared(journal: Path, heads: list[Head]) -> tuple[Tree, int]:
    """The tree of all entries, which agrees with each of these checkpoints, and the size of the largest of them."""
    tree, agreed, waiting, gone = Tree(), 0, heads[::-1], list[int]()
    for where, leaf in itertools.chain([("", b"")], leaves(journal, gone)):
        if where:
            tree.grow(leaf)
        while waiting and waiting[-1][0] == tree.size:
            size, root, source = waiting.pop()
            if root != tree.root():
                raise Bad(f"entries {agreed + 1} to {size} are not all those that {source} was made over")
            agreed = size
    if waiting:
        raise Bad(f"the log has {tree.size} entries, and {waiting[0][2]} was made over {waiting[0][0]}: entries were cut off")
    if gone:
        raise Bad(f"the lines of entries {gone[0]} to {gone[1]} are gone, and no entry says that they were dropped: they were taken out")
    return tree, agreed


def first_other(journal: Path, size: int, root: bytes) -> str:
    """The first entry that is another than the kept hashes say, if they are those the checkpoint was made over."""
    try:
        with opened(journal / "hashes") as file:
            if os.fstat(file.fileno()).st_size < 32 * (2 * size - size.bit_count()):
                return ""
            kept = [os.pread(file.fileno(), 32, 32 * (2 * leaf - leaf.bit_count())) for leaf in range(size)]
    except (OSError, Bad):
        return ""
    tree = Tree()
    for leaf in kept:
        tree.grow(leaf)
    both = zip(kept, leaves(journal, []), strict=False) if tree.root() == root else ()
    for number, (before, (where, leaf)) in enumerate(both, 1):
        if leaf != before:
            return f"{where}: entry {number} is not the one that was logged"
    return ""


def verify_log(journal: Path, key: Key, copies: list[Path]) -> None:
    before = earlier(journal, key)  # first: a pod that runs replaces the newest before it adds to them
    if not (journal / "checkpoint").exists():
        raise Bad("checkpoint is gone")
    own = checkpoints(content(journal / "checkpoint"), key, "checkpoint")
    outside = [each for path in copies for each in checkpoints(b"".join(notes(path.read_bytes())[0]), key, path.name)]
    heads = sorted(before + own + outside)
    try:
        tree, agreed = compared(journal, heads)
    except Bad as fault:
        raise Bad(first_other(journal, own[0][0], own[0][1]) or fault) from None
    if len(own) != 1 or own[0][0] < max((size for size, _, _ in before), default=0):
        raise Bad("checkpoint is not the newest one: an older one was put back")
    print(f"good: {tree.size} entries with the root {tree.root().hex()}")
    print(f"checkpoints that agree with them: {len(heads)}, of these copied out: {len(outside)}")
    if tree.size > agreed:
        print(f"entries {agreed + 1} to {tree.size} are newer than every checkpoint: nothing vouches for them yet")


def verify_proof(raw: bytes, line: bytes, key: Key) -> None:
    head, _, note = raw.partition(b"\n\n")
    shape = re.fullmatch(rb"c2sp\.org/tlog-proof@v1\n(?:extra [^\n]+\n)?index (0|[1-9][0-9]*)((?:\n[^\n]+)*)", head)
    heads = checkpoints(note, key, "the proof")
    try:
        index, path = (int(shape[1]), [binary(text) for text in shape[2].split()]) if shape else (-1, [])
    except ValueError:
        raise Bad("this is no proof") from None
    size, root, _ = heads[0]
    if len(heads) != 1 or index < 0 or index >= size or len(path) > 64 or any(len(each) != 32 for each in path):
        raise Bad("this is no proof")
    if root_over(sha(b"\0", line), index, size, path) != root:
        raise Bad(f"these bytes are not entry {index + 1} of the log, or the proof was changed")
    print(f"good: this is entry {index + 1} of {key[0].decode()}, under its checkpoint of {size} entries")


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify a log of skillpod without skillpod.")
    parser.add_argument("journal", nargs="?", type=Path, metavar="JOURNAL", help="HOME/journal or a copy of it")
    parser.add_argument("--key", required=True, help="the log's key: the line name+id+base64, or a file with it")
    parser.add_argument("--copy", nargs="+", default=[], type=Path, metavar="FILE", help="checkpoints that were copied out of the log")
    parser.add_argument("--proof", type=Path, metavar="FILE", help="a .tlog-proof")
    parser.add_argument("--line", type=Path, metavar="FILE", help="the line it is of, with its newline")
    given = parser.parse_args()
    if (given.proof is None) != (given.line is None) or (given.journal is None and given.proof is None):
        parser.error("give JOURNAL, or --proof and --line, or both")
    if given.journal and not given.journal.is_dir():
        parser.error(f"{given.journal} is no directory")
    try:
        key = read_key(Path(given.key).read_text() if Path(given.key).exists() else given.key)
    except (OSError, ValueError):
        parser.error("--key is not the key of a log: one line, name+8 hex digits+base64")
    try:
        if given.proof:
            verify_proof(given.proof.read_bytes(), given.line.read_bytes(), key)
        if given.journal:
            verify_log(given.journal, key, given.copy)
    except Bad as fault:
        print(f"bad: {fault}")
        return 1
    except OSError as fault:
        parser.error(f"{fault.filename} can't be read: {fault.strerror}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
