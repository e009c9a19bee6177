"""What is in force of the operator's rules: whole at the start, each file anew when it changes, a bad one never."""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from skillpod.errors import PolicyUnreadable
from skillpod.inforce import InForce
from skillpod.trust.revocations import EMPTY
from tests.support.skills import replace_file

TODAY = date(2027, 3, 1)
SILENT = {"id": "plain", "match": {}, "outcome": "allow", "reason": "It asks for nothing at all."}
REVOKED = {"digest": f"sha256:{'0' * 64}", "reason": "It was seen to do harm.", "by": "R. Reviewer", "date": "2027-02-01"}


def in_force(folder: Path | None, name: str = "default") -> InForce:
    return InForce(folder, name=lambda: name, today=lambda: TODAY)


def write(folder: Path, name: str, value: object) -> None:
    replace_file(folder / name, json.dumps(value))


def silent(folder: Path) -> None:
    write(folder, "default.yaml", {"policy": 1, "name": "default", "rules": [SILENT]})


def test_what_did_not_change_is_not_read_again_and_what_did_is_named(policies: Path) -> None:
    rules = in_force(policies)
    before = rules.digests()
    assert rules.reread().changed == ()
    write(policies, "revocations.yaml", {"revocations": 1, "revoked": [REVOKED]})
    assert rules.reread().changed == ("revocations",)
    assert rules.digests() | {"revocations": before["revocations"]} == before
    replace_file(policies / "default.yaml", f"# a comment is no change\n{(policies / 'default.yaml').read_text()}")
    assert rules.reread().changed == ()


def test_one_bad_file_keeps_no_good_one_from_being_taken(policies: Path) -> None:
    rules = in_force(policies)
    policy = rules.policy.digest
    replace_file(policies / "default.yaml", "policy: 1\n...\n")
    write(policies, "revocations.yaml", {"revocations": 1, "revoked": [REVOKED]})
    reread = rules.reread()
    assert (reread.changed, [fault.code for fault in reread.faults]) == (("revocations",), ["policy_unreadable"])
    assert rules.policy.digest == policy
    assert rules.reread() == type(reread)()  # it is told once


def test_a_pod_that_starts_without_the_file_of_what_was_revoked_does_not_start(policies: Path) -> None:
    write(policies, "revocations.yaml", {"revocations": 1, "revoked": [REVOKED]})
    last = in_force(policies).digests()
    in_force(policies).require(last)
    (policies / "revocations.yaml").unlink()
    again = in_force(policies)
    with pytest.raises(PolicyUnreadable, match="is gone"):
        again.require(last)
    again.require({"revocations": EMPTY.digest})
    again.require({})
    with pytest.raises(PolicyUnreadable, match="is gone"):
        in_force(None).require(last)


def test_a_pod_for_others_takes_no_policy_that_is_silent_about_unsigned_skills(policies: Path) -> None:
    rules = in_force(policies)
    rules.serve_others()  # the shipped one says so
    silent(policies)
    (fault,) = rules.reread().faults
    assert "without saying so" in fault.message
    assert rules.policy.speaks_of_unsigned
    with pytest.raises(PolicyUnreadable):
        in_force(policies).serve_others()
    in_force(policies)  # for this machine alone it will do


def test_a_fault_in_reading_one_file_keeps_no_other_from_being_taken(policies: Path) -> None:
    rules = in_force(policies)

    def fails() -> None:
        raise RecursionError

    rules._files["policy"].load = fails
    silent(policies)
    write(policies, "revocations.yaml", {"revocations": 1, "revoked": [REVOKED]})
    reread = rules.reread()
    assert (reread.changed, len(reread.faults)) == (("revocations",), 1)


def test_a_change_in_the_same_tick_as_the_one_before_is_taken(policies: Path) -> None:
    file = policies / "revocations.yaml"
    texts = [json.dumps({"revocations": 1, "revoked": [{**REVOKED, "digest": f"sha256:{f'{number:04}' * 16}"}]}) for number in range(100)]
    file.write_text(texts[0])
    rules = in_force(policies)
    for before, after in pairwise(texts):
        with file.open("r+") as written:
            written.write(before)
            written.flush()
            rules.reread()
            written.seek(0)
            written.write(after)
            written.flush()
            rules.reread()
        assert rules.rules("").revocations.entries[0].digest in after
