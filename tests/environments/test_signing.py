"""What we sign, the reference tool of OpenSSF Model Signing and openssl verify; what they sign, we verify."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from skillpod.errors import SignatureInvalid
from skillpod.intake.snapshot import freeze
from skillpod.model.bundle import Bundle
from skillpod.model.provenance import Provenance
from skillpod.trust.envelope import pae, read_envelope
from skillpod.trust.evidence import FIRST, further
from skillpod.trust.keys import KeyType
from skillpod.trust.sign import PrivateKey, sign
from tests.environments.conftest import ROOT
from tests.support.skills import write_skill
from tests.trust.authority import BETWEEN, LEAF, Holder
from tests.trust.authority import ROOT as AUTHORITY
from tests.trust.signed import AUTHOR, entry, key, publisher, trusting, vouched

PLACE = ROOT / ".environments" / "signing"
NOW = datetime(2027, 3, 1, tzinfo=UTC).timestamp()

Tool = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def reference() -> Tool:
    """The reference tool's command line."""
    if not (PLACE / ".installed").exists():
        pytest.skip("the environment `signing` is not there: make environments")

    def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [str(PLACE / "bin" / "python"), "-m", "model_signing", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)

    return call


@pytest.fixture
def skill(tmp_path: Path) -> Path:
    """With names that sort differently by bytes, by characters and by the parts of their paths."""
    files = {"lib.py": "a", "lib/a.txt": "b", "lib-b.txt": "c", "Z.txt": "d", "caf\u00e9.md": "e", ".gitignore": "*.pyc\n", "empty.txt": ""}
    return write_skill(tmp_path, "acme_scan", manifest={"author": AUTHOR}, files=files)


def written(folder: Path, name: str, text: str | bytes) -> Path:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder / name


def ours(skill: Path, signer: PrivateKey, chain: tuple[Holder, ...] = (), name: str = FIRST) -> Bundle:
    """Sign it here, into the folder."""
    made = sign(freeze(skill), signer, subject=skill.name, name=name, chain=[each.der for each in chain])
    written(skill, name, made)
    return freeze(skill)


def by_key(signer: PrivateKey, bundle: Bundle) -> Provenance:
    return vouched(bundle, trusting(publisher(signer)), version="1.0.0")


def by_roots(bundle: Bundle) -> Provenance:
    roots = {"id": "acme-ca", "type": "x509", "roots": [AUTHORITY.pem], "subject": {"organization": "Acme"}}
    return vouched(bundle, trusting(publisher(keys=[roots])), version="1.0.0", now=NOW)


EC = [KeyType.P256, KeyType.P384]  # the reference tool fails on keys of Ed25519


@pytest.mark.parametrize("kind", EC)
def test_what_we_sign_with_a_key_the_reference_tool_verifies(reference: Tool, skill: Path, tmp_path: Path, kind: KeyType) -> None:
    ours(skill, key(kind))
    public = written(tmp_path, "pub.pem", key(kind).public.pem)
    done = reference("verify", "key", skill, "--signature", skill / FIRST, "--public_key", public)
    assert done.returncode == 0, done.stdout + done.stderr
    written(skill, "lib.py", "A")
    assert reference("verify", "key", skill, "--signature", skill / FIRST, "--public_key", public).returncode != 0


@pytest.mark.parametrize("kind", EC)
def test_what_the_reference_tool_signs_with_a_key_we_verify(reference: Tool, skill: Path, tmp_path: Path, kind: KeyType) -> None:
    private = written(tmp_path, "key.pem", key(kind).pem(b""))
    done = reference("sign", "key", skill, "--private_key", private, "--signature", skill / FIRST)
    assert done.returncode == 0, done.stdout + done.stderr
    assert by_key(key(kind), freeze(skill)).keys == (key(kind).public.id,)
    written(skill, "lib.py", "A")
    with pytest.raises(SignatureInvalid, match=r"'lib\.py' was changed"):
        by_key(key(kind), freeze(skill))


def test_what_we_sign_with_a_certificate_the_reference_tool_verifies(reference: Tool, skill: Path, tmp_path: Path) -> None:
    assert by_roots(ours(skill, LEAF.key, (LEAF, BETWEEN))).keys == (LEAF.id,)
    roots = written(tmp_path, "roots.pem", AUTHORITY.pem)
    done = reference("verify", "certificate", skill, "--signature", skill / FIRST, "--certificate_chain", roots)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_reference_tool_signs_with_a_certificate_we_verify(reference: Tool, skill: Path, tmp_path: Path) -> None:
    files = {"key.pem": LEAF.key.pem(b""), "leaf.pem": LEAF.pem.encode(), "chain.pem": (BETWEEN.pem + AUTHORITY.pem).encode()}
    private, leaf, chain = (written(tmp_path, name, content) for name, content in files.items())
    certified = ("--signing_certificate", leaf, "--certificate_chain", chain)
    done = reference("sign", "certificate", skill, "--private_key", private, *certified, "--signature", skill / FIRST)
    assert done.returncode == 0, done.stdout + done.stderr
    assert by_roots(freeze(skill)).subjects == ("CN=Signing 001,O=Acme",)


def test_a_further_signature_the_reference_tool_verifies_beside_the_first(reference: Tool, skill: Path, tmp_path: Path) -> None:
    other = key(number=1)
    ours(skill, key())
    name = further(other.public.id)
    both = ours(skill, other, name=name)
    trust = trusting({**publisher(keys=[entry(key()), entry(other)]), "threshold": 2})
    assert len(vouched(both, trust, version="1.0.0").keys) == 2
    public = written(tmp_path, "pub.pem", other.public.pem)
    done = reference("verify", "key", skill, "--signature", skill / name, "--public_key", public)
    assert done.returncode == 0, done.stdout + done.stderr


def test_both_say_the_same_of_the_same_files(reference: Tool, skill: Path, tmp_path: Path) -> None:
    """The order of the files and the digest over all of them, too."""
    private = written(tmp_path, "key.pem", key().pem(b""))
    reference("sign", "key", skill, "--private_key", private, "--signature", skill / FIRST)
    theirs = json.loads((skill / FIRST).read_bytes())
    mine = json.loads(ours(skill, key()).sidecars[FIRST])
    said, says = (json.loads(base64.b64decode(each["dsseEnvelope"].pop("payload"))) for each in (theirs, mine))
    for each in (said, says):
        each["predicate"]["serialization"]["ignore_paths"].sort()
    assert said == says
    for each in (theirs, mine):
        each["dsseEnvelope"]["signatures"][0].clear()
    assert theirs == mine


def test_what_the_reference_tool_passes_over_in_the_folder_is_no_part_of_the_bundle(reference: Tool, skill: Path, tmp_path: Path) -> None:
    """A hook that is planted where it looks away is not signed, and can't run."""
    private = written(tmp_path, "key.pem", key().pem(b""))
    reference("sign", "key", skill, "--private_key", private, "--signature", skill / FIRST)
    (skill / ".github").mkdir()
    written(skill / ".github", "evil.py", "import os\n")
    bundle = freeze(skill)
    assert by_key(key(), bundle).is_signed
    assert bundle.left_out == (".github", ".gitignore")


def test_files_that_the_reference_tool_is_told_to_ignore_are_missed(reference: Tool, skill: Path, tmp_path: Path) -> None:
    private = written(tmp_path, "key.pem", key().pem(b""))
    ignored = ("--ignore-paths", skill / "lib.py")
    reference("sign", "key", skill, "--private_key", private, *ignored, "--signature", skill / FIRST)
    with pytest.raises(SignatureInvalid, match=r"the signer leaves out 'lib\.py'"):
        by_key(key(), freeze(skill))


@pytest.mark.parametrize("kind", list(KeyType))
def test_openssl_verifies_what_we_sign(skill: Path, tmp_path: Path, kind: KeyType) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not there")
    envelope = read_envelope(ours(skill, key(kind)).sidecars[FIRST], name=FIRST)
    signed = written(tmp_path, "pae", pae(envelope.payload))
    signature, public = written(tmp_path, "sig", envelope.signature), written(tmp_path, "pub.pem", key(kind).public.pem)
    if kind is KeyType.ED25519:
        command = ["pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", signed, "-sigfile", signature]
    else:
        command = ["dgst", "-sha256" if kind is KeyType.P256 else "-sha384", "-verify", public, "-signature", signature, signed]
    done = subprocess.run([openssl, *map(str, command)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    written(tmp_path, "pae", pae(envelope.payload + b" "))
    assert subprocess.run([openssl, *map(str, command)], capture_output=True, timeout=60, check=False).returncode != 0
