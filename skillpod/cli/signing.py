"""The commands of who signs skills and of who checks that: keys, signatures, and what they say."""

from __future__ import annotations

import os
import shlex
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from skillpod.cli import passphrase, render
from skillpod.cli.checkup import require_outside, skill_folders
from skillpod.cli.options import Json
from skillpod.cli.passphrase import PassphraseFile
from skillpod.cli.replacement import replaced, stamp
from skillpod.cli.vouching import voucher
from skillpod.errors import CommandInvalid, ManifestInvalid, PathUnusable, SignatureInvalid
from skillpod.intake.snapshot import freeze
from skillpod.lifecycle.apart import apart
from skillpod.lifecycle.pipeline import Examiner
from skillpod.model.bundle import Bundle
from skillpod.model.digest import short
from skillpod.model.provenance import Provenance
from skillpod.trust.evidence import FIRST, Evidence, further, read_evidence
from skillpod.trust.keys import KeyType, PublicKey, read_public
from skillpod.trust.sign import PrivateKey, generate, is_encrypted, read_certificates, read_private
from skillpod.trust.sign import sign as sign_bundle

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The skill's folder.")]


# --- keygen ------------------------------------------------------------------------------------------------------------------------


@app.command("keygen")
def keygen(
    name: Annotated[Path, typer.Argument(metavar="NAME", help="NAME.key and NAME.pub are written; may be a path.")] = Path("publisher"),
    *,
    kind: Annotated[KeyType, typer.Option("--type", help="P-256 is what every tool of OpenSSF Model Signing takes.")] = KeyType.P256,
    passphrase_file: PassphraseFile = None,
    unencrypted: Annotated[bool, typer.Option("--unencrypted", help="Write the private key as it is, for a machine that signs.")] = False,
    json: Json = False,
) -> None:
    """Make a pair of keys to sign skills with. The private one is encrypted, and only you can read it."""
    private, public = name.with_name(f"{name.name}.key"), name.with_name(f"{name.name}.pub")
    for path in (private, public):
        if os.path.lexists(path):
            raise PathUnusable("it is there already; nothing was written", at=str(path), hint="choose another NAME, or remove it yourself")
    if unencrypted and passphrase_file is not None:
        raise CommandInvalid("a key that is not encrypted has no passphrase", at="--unencrypted", hint="leave one of the two out")
    secret = b"" if unencrypted else passphrase.chosen(passphrase_file, what=str(private))
    made = generate(kind)
    _write_new(private, made.pem(secret), mode=0o600)
    try:
        _write_new(public, made.public.pem.encode(), mode=0o644)
    except OSError:
        private.unlink()
        raise
    word = shlex.quote(name.name)
    line = f"skillpod trust add {word} --key {shlex.quote(str(public))} --names {shlex.quote(name.name + '_*')} --authors 'NAME <ADDRESS>'"
    if json:
        said = {"id": made.public.id, "type": kind.value, "private": str(private), "public": str(public)}
        render.data({**said, "encrypted": not unencrypted, "trust": line})
        return
    render.line(
        ("made ", "green"), (str(private), "bold"), f" ({kind.value}, {'NOT encrypted' if unencrypted else 'encrypted'}) and {public}"
    )
    render.line("  key: ", made.public.id)
    render.line("  sign with it: ", (f"skillpod sign DIR --key {shlex.quote(str(private))}", "cyan"))
    render.line("  have it trusted: give ", str(public), " to an operator, who says")
    render.line("    ", (line, "cyan"))


def _write_new(path: Path, content: bytes, *, mode: int) -> None:
    """Exactly this mode, whatever the umask; never over what is there."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode & 0o600), "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)


# --- sign --------------------------------------------------------------------------------------------------------------------------


@app.command("sign")
def sign(
    folder: Folder,
    *,
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="The private key, in PEM.")],
    passphrase_file: PassphraseFile = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", metavar="FILE", help="Certificates in PEM, of the key first: who you are known by.")
    ] = None,
    is_further: Annotated[bool, typer.Option("--further", help="Sign beside another signature, in a file of its own.")] = False,
    json: Json = False,
) -> None:
    """Sign every file of a skill: skill.oms.sig is written into its folder."""
    path = _skill(folder)
    for secret in (key, *([passphrase_file] if passphrase_file else [])):
        require_outside(secret, [path], hint="it would be signed and given away with it: keep it elsewhere")
    bundle = freeze(path)
    held = _private(key, passphrase_file)
    name = _name(bundle, held.public, is_further=is_further)
    chain = read_certificates(_text(certificate), held.public, at=str(certificate)) if certificate is not None else ()
    made = sign_bundle(bundle, held, subject=_called(path), name=name, chain=chain)
    file = path / name
    if not replaced(file, made.decode(), seen=stamp(file), mode=0o644) or freeze(path).digest != bundle.digest:
        raise PathUnusable("the folder was changed while it was signed", at=str(path), hint="sign it again")
    stale = _stale(Bundle.freeze(bundle.files, {**bundle.sidecars, name: made}))
    if json:
        said = {"file": str(file), "key": held.public.id, "digest": bundle.digest, "covered": list(bundle.files)}
        render.data({**said, "left_out": list(bundle.left_out), "stale": stale})
        return
    render.line(("signed ", "green"), (_called(path), "bold"), f" ({short(bundle.digest)}) with the key {held.public.id}: {file}")
    _list("covered", list(bundle.files))
    _list("no part of a skill, and not covered", list(bundle.left_out))
    for other in stale:
        render.note(("warning: ", "yellow"), f"{other} does not cover the folder any more: have it signed again, or remove it")


def _skill(folder: Path) -> Path:
    paths = list(skill_folders([folder]))
    if len(paths) != 1:
        raise CommandInvalid(f"{folder} holds {len(paths)} skills", at="DIR", hint="name the folder of one")
    return paths[0]


def _called(path: Path) -> str:
    return os.path.basename(os.path.abspath(path))  # what a link is called, not what it points to


def _text(file: Path) -> str:
    return file.read_bytes().decode(errors="replace")  # what is no text is no PEM, which its reader says


def _private(file: Path, passphrase_file: Path | None) -> PrivateKey:
    pem = file.read_bytes()
    secret = passphrase.asked(passphrase_file, what=str(file)) if passphrase_file is not None or is_encrypted(pem) else b""
    return read_private(pem, secret, at=str(file))


def _name(bundle: Bundle, key: PublicKey, *, is_further: bool) -> str:
    """The file that the signature goes to. Raises CommandInvalid rather than to write over somebody else's."""
    there = {each.name: each for each in _good(bundle)}
    first = there.get(FIRST)
    if not is_further:
        if first is not None and first.signer() != key.id:
            hint = "add --further to sign beside it, or remove it first"
            raise CommandInvalid(f"{FIRST} is a signature of the key {first.signer()}", at=FIRST, hint=hint)
        return FIRST
    if first is None:
        raise CommandInvalid(f"there is no {FIRST} that covers the folder", at="--further", hint="sign without --further first")
    if first.signer() == key.id:
        raise CommandInvalid(f"this key has signed it already, in {FIRST}", at="--further", hint="a further signature is another key's")
    return further(key.id)


def _good(bundle: Bundle) -> list[Evidence]:
    """The signatures that cover the bundle as it is."""
    return [evidence for name, content in bundle.sidecars.items() for evidence in _read(bundle, name, content)]


def _read(bundle: Bundle, name: str, content: bytes) -> tuple[Evidence, ...]:
    try:
        return read_evidence(Bundle.freeze(bundle.files, {name: content}))
    except SignatureInvalid:
        return ()


def _stale(bundle: Bundle) -> list[str]:
    good = {evidence.name for evidence in _good(bundle)}
    return [name for name in bundle.sidecars if name not in good]


def _list(what: str, names: list[str]) -> None:
    if names:
        render.line((f"  {what}: ", "dim"), f"{len(names)} {'file' if len(names) == 1 else 'files'}: {', '.join(names)}")


# --- verify ------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What ``verify`` found to be good."""

    name: str
    bundle: Bundle
    provenance: Provenance
    evidence: tuple[Evidence, ...]

    @property
    def passed_over(self) -> list[str]:
        return sorted({name for each in self.evidence for name in each.passed_over})

    def as_dict(self) -> dict[str, Any]:
        said = {"name": self.name, "digest": self.bundle.digest, **self.provenance.as_dict()}
        signatures = [{"file": each.name, "key": each.signer()} for each in self.evidence]
        return {**said, "signatures": signatures, "covered": list(self.bundle.files), "passed_over": self.passed_over}


@app.command("verify")
def verify(
    folder: Folder,
    *,
    policies: Annotated[
        Path, typer.Option("--policies", envvar="SKILLPOD_POLICIES", metavar="DIR", help="Whose trust.yaml and revocations.yaml count.")
    ] = Path("policies"),
    public: Annotated[
        Path | None, typer.Option("--public", metavar="FILE", help="One public key in PEM, and no trust store: who has its private key?")
    ] = None,
    json: Json = False,
) -> None:
    """Say who signed a skill, and over which files; or every reason why nobody good did."""
    path = _skill(folder)
    bundle = freeze(path)
    found = _by_key(path, bundle, public) if public is not None else _by_policies(path, bundle, policies)
    if json:
        render.data(found.as_dict())
        return
    by = found.provenance.publisher or "the key you gave"
    render.line((found.name, "bold"), f" ({short(bundle.digest)}) is signed by ", (by, "green"))
    for each in found.evidence:
        render.line((f"  {each.name}: ", "dim"), f"the key {each.signer()}")
    for subject in found.provenance.subjects:
        render.line(("  certificate of: ", "dim"), subject)
    _list("covered", list(bundle.files))
    _list("signed, and no part of a skill", found.passed_over)


def _by_policies(path: Path, bundle: Bundle, policies: Path) -> Verified:
    """Raises whatever speaks against it."""
    evidence = _evidence(path, bundle)
    with closing(apart()) as worker:
        survey = Examiner(worker).survey(bundle, folder=_called(path))
    if survey.manifest is None:
        raise next((each for each in survey.faults if isinstance(each, ManifestInvalid)), survey.faults[0])
    provenance = voucher(policies, [path])(bundle, survey.manifest)
    return Verified(name=f"{survey.manifest.name} {survey.manifest.version}", bundle=bundle, provenance=provenance, evidence=evidence)


def _by_key(path: Path, bundle: Bundle, public: Path) -> Verified:
    key = read_public(_text(public), at=str(public))
    evidence = tuple(each for each in _evidence(path, bundle) if each.envelope.hint == key.id)
    if not evidence:
        raise SignatureInvalid(f"none of its signatures is one of the key {key.id}", at=FIRST, skill=_called(path), digest=bundle.digest)
    for each in evidence:
        each.check_signed_by(key)
    return Verified(name=_called(path), bundle=bundle, provenance=Provenance(keys=(key.id,)), evidence=evidence)


def _evidence(path: Path, bundle: Bundle) -> tuple[Evidence, ...]:
    found = read_evidence(bundle)
    if not found:
        raise SignatureInvalid("nobody signed it", at=FIRST, skill=_called(path), digest=bundle.digest, hint="`skillpod sign` does")
    return found
