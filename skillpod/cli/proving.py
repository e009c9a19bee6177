"""The commands that give others what they need to verify the log themselves: a proof, the key, a verifier that is not us."""

from __future__ import annotations

import os
import shlex
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from skillpod.cli import render
from skillpod.cli.given_log import JournalDir, Key, given_key, opened, own_key
from skillpod.cli.options import DEFAULT_HOME, HomeDir, Json
from skillpod.errors import PathUnusable
from skillpod.journal.exhibit import exhibit
from skillpod.journal.key import verify
from skillpod.journal.tree.note import VerifierKey
from skillpod.journal.tree.proof import SUFFIX, read_proof, verified
from skillpod.resources import packaged_text
from skillpod.trust.keys import of_ed25519

app = typer.Typer(rich_markup_mode=None, add_completion=False)

VERIFIER = "logverify.py"
LINE = ".line"
"""What is put behind the name of a proof's file for the line that it is of."""

Entry = Annotated[int, typer.Argument(metavar="ENTRY", help="The entry's number, as `skillpod log` shows it.", min=1, show_default=False)]


@app.command("prove")
def prove(
    entry: Entry,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=f"Write the proof there, and the line to FILE{LINE}.", show_default=False)
    ] = None,
    home: HomeDir = DEFAULT_HOME,
    journal: JournalDir = None,
    json: Json = False,
) -> None:
    """Prove that an entry stands in the log: a proof that others check with its line and the key, and nothing else."""
    with opened(home, journal) as directory:
        key = own_key(directory)
        shown = exhibit(directory, entry, key)
    if out is not None:
        _write_new(out, str(shown.proof).encode())
        if shown.line:
            _write_new(_line_of(out), shown.line)
    if json:
        said = {"entry": entry, "origin": shown.head.origin, "size": shown.head.size, "root": shown.head.root.hex(), "key": str(key)}
        render.data({**said, "line": shown.line.decode(), "proof": str(shown.proof), "file": str(out) if out else ""})
    elif out is None:
        render.raw(str(shown.proof))
    else:
        _tell(entry, out, key, has_line=bool(shown.line))


def _tell(entry: int, out: Path, key: VerifierKey, *, has_line: bool) -> None:
    proof, line, by = (shlex.quote(str(each)) for each in (out, _line_of(out), key))
    render.line(("proven: ", "green"), f"entry {entry} stands in {key.name}; the proof is {out}")
    if has_line:
        render.line(f"  its line, byte for byte: {_line_of(out)}")
    else:
        render.line("  its line was dropped by retention: whoever kept a copy of it can check it against this proof")
    render.line("  check it: ", (f"skillpod log verify-proof {proof} --line {line} --key {by}", "cyan"))
    render.line("  without skillpod: ", (f"skillpod log verifier > {VERIFIER}", "cyan"), ", then")
    render.line("    ", (f"python {VERIFIER} --key {by} --proof {proof} --line {line}", "cyan"))


@app.command("verify-proof")
def verify_proof(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=f"A proof, as `skillpod log prove` writes it ({SUFFIX}).")],
    *,
    line: Annotated[
        Path | None, typer.Option("--line", metavar="FILE", help=f"The line that it is of; FILE{LINE} when not said.", show_default=False)
    ] = None,
    key: Key = "",
    home: HomeDir = DEFAULT_HOME,
    journal: JournalDir = None,
    json: Json = False,
) -> None:
    """Whether a line stands in a log, by its proof. With --key, no log needs to be here."""
    if key:
        found = given_key(key)
    else:
        with opened(home, journal) as directory:
            found = own_key(directory)
    data = (line or _line_of(file)).read_bytes()
    proof = read_proof(file.read_bytes(), at=str(file))
    head = verified(proof, data, key=found, verify=verify, at=str(file)).checkpoint
    if json:
        render.data({"entry": proof.index + 1, "origin": head.origin, "size": head.size, "root": head.root.hex(), "key": str(found)})
        return
    render.line(("good: ", "green"), f"this is entry {proof.index + 1} of {head.origin}, under its checkpoint of {head.size} entries")


@app.command("key")
def key(
    *,
    is_pem: Annotated[bool, typer.Option("--pem", help="As a PEM of the public key, for openssl.")] = False,
    home: HomeDir = DEFAULT_HOME,
    journal: JournalDir = None,
    json: Json = False,
) -> None:
    """The key that the log's checkpoints are verified with. Write it down where nobody who can change the log can change it."""
    with opened(home, journal) as directory:
        found = own_key(directory)
    pem = of_ed25519(found.key).pem
    if json:
        render.data({"origin": found.name, "key": str(found), "pem": pem})
        return
    render.raw(pem if is_pem else str(found))


@app.command("verifier")
def verifier(*, json: Json = False) -> None:
    """The second verifier: one file of Python that needs nothing of skillpod. Save it, read it, run it."""
    source = packaged_text(VERIFIER)
    if json:
        render.data({"file": VERIFIER, "sha256": sha256(source).hexdigest(), "source": source.decode()})
        return
    render.raw(source.decode())


def _line_of(proof: Path) -> Path:
    return proof.with_name(f"{proof.name}{LINE}")


def _write_new(path: Path, content: bytes) -> None:
    """Never over what is there."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666), "wb") as file:
            file.write(content)
    except FileExistsError:
        raise PathUnusable("it is there already; it was left as it is", at=str(path), hint="give another name with --out") from None
