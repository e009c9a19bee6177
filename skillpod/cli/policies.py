"""Which policy decides, for a command that runs without a pod."""

from __future__ import annotations

from pathlib import Path

from skillpod.errors import PolicyUnreadable
from skillpod.policy.document import Policy, read_policy
from skillpod.resources import packaged_text


def active_policy(policies: Path | None, name: str | None) -> Policy:
    """The policy in force: one of a folder's, or the packaged default. Raises PolicyUnreadable."""
    schema, chosen = packaged_text("policy/schema.json"), name or "default"
    if policies is None:
        if chosen != "default":
            raise PolicyUnreadable(
                f"policy `{chosen}` is asked for, and no folder of policies is given", hint="give it with --policies DIR"
            )
        return read_policy(packaged_text("policy/default.yaml"), name=chosen, schema=schema)
    path = policies / f"{chosen}.yaml"
    try:
        text = path.read_bytes()
    except OSError as fault:
        raise PolicyUnreadable(f"the policy can't be read: {fault.strerror}", at=str(path), hint="--policies DIR, --policy NAME") from None
    return read_policy(text, name=chosen, schema=schema)
