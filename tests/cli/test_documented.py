"""docs/signing.md says what its commands print, but for what differs each time; its files are read as they stand there."""

from __future__ import annotations

import re

import pytest
import yaml

from skillpod.resources import packaged_text
from skillpod.trust import revocations, store
from skillpod.trust.revocations import read_revocations
from skillpod.trust.store import read_trust
from tests.cli.documented import PAGE, perform, replayed, settled, stage
from tests.trust.authority import ROOT
from tests.trust.signed import key

TEXT = PAGE.read_text("utf-8")


@pytest.mark.timeout(300)
def test_every_command_prints_what_the_page_says() -> None:
    with stage():
        assert settled(replayed(TEXT, perform)) == settled(TEXT)


def test_the_files_of_the_page_are_read() -> None:
    trust, certificates, revoked = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    document = yaml.safe_load(trust)
    (held,) = document["publishers"][0]["keys"]
    held.update(id=key().public.id, public=key().public.pem)
    roots = yaml.safe_load(certificates)["keys"][0]
    roots["roots"] = [ROOT.pem]
    document["publishers"][0]["keys"].append(roots)
    (publisher,) = read_trust(yaml.safe_dump(document).encode(), schema=packaged_text(store.SCHEMA)).publishers
    assert (publisher.tier.word, len(publisher.keys), str(publisher.lowest("acme_scan"))) == ("write", 2, "1.2.0")
    assert len(read_revocations(revoked.encode(), schema=packaged_text(revocations.SCHEMA)).entries) == 3
