"""A file of rules is taken whole or not at all, even when what is left of it would be a file of rules."""

from __future__ import annotations

import pytest

from skillpod.errors import PolicyUnreadable
from skillpod.policy.document import read_policy
from skillpod.resources import packaged_text

SCHEMA = packaged_text("policy/schema.json")
WHOLE = packaged_text("policy/default.yaml")


def test_no_beginning_of_a_policy_is_a_policy() -> None:
    """Cut at every byte, it is refused, but for the blanks after its end; without its end it would not be (so this can fail)."""
    read_policy(WHOLE, name="default.yaml", schema=SCHEMA)
    for length in range(len(WHOLE.rstrip())):
        with pytest.raises(PolicyUnreadable):
            read_policy(WHOLE[:length], name="default.yaml", schema=SCHEMA)
    rules = WHOLE.split(b"\n  - id: ")
    shorter = b"\n  - id: ".join(rules[:2]) + b"\n...\n"
    assert len(read_policy(shorter, name="default.yaml", schema=SCHEMA).rules) == 1


def test_a_document_in_braces_has_no_half() -> None:
    whole = b'{"policy": 1, "name": "braces", "rules": []}'
    assert read_policy(whole, name="braces.yaml", schema=SCHEMA).rules == ()
    for length in range(len(whole)):
        with pytest.raises(PolicyUnreadable):
            read_policy(whole[:length], name="braces.yaml", schema=SCHEMA)
