"""Pages say what their commands print, but for what differs each time; the files they show are read as they stand there."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from skillpod.resources import packaged_text
from skillpod.trust import revocations, store
from skillpod.trust.revocations import read_revocations
from skillpod.trust.store import read_trust
from tests.cli.documented import DOCS, PAGES, perform, replayed, settled
from tests.trust.authority import ROOT
from tests.trust.signed import key


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES)
def test_every_command_prints_what_the_page_says(page: str) -> None:
    text = (DOCS / page).read_text("utf-8")
    with PAGES[page]():
        assert settled(replayed(text, perform)) == settled(text)


def test_the_files_of_the_page_on_signing_are_read() -> None:
    text = (DOCS / "signing.md").read_text("utf-8")
    trust, certificates, revoked = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    document = yaml.safe_load(trust)
    (held,) = document["publishers"][0]["keys"]
    held.update(id=key().public.id, public=key().public.pem)
    roots = yaml.safe_load(certificates)["keys"][0]
    roots["roots"] = [ROOT.pem]
    document["publishers"][0]["keys"].append(roots)
    (publisher,) = read_trust(json.dumps(document).encode(), schema=packaged_text(store.SCHEMA)).publishers
    assert (publisher.tier.word, len(publisher.keys), str(publisher.lowest("acme_scan"))) == ("write", 2, "1.2.0")
    assert len(read_revocations(revoked.encode(), schema=packaged_text(revocations.SCHEMA)).entries) == 3


@pytest.mark.parametrize(
    ("language", "file"), [("python", "skillpod/logverify.py"), ("go", "tests/environments/go/verify.go")], ids=["python", "go"]
)
def test_the_programs_of_the_page_on_verifying_are_those_that_are_tested(language: str, file: str) -> None:
    text = (DOCS / "verifying.md").read_text("utf-8")
    assert re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL) == [(DOCS.parent / file).read_text("utf-8")]
