"""What the keys of a line and the facts mean, in words."""

from __future__ import annotations

from collections.abc import Mapping

from skillpod.model.entry import Fact

KEYS: Mapping[str, str] = {
    "ts": "when it was handed in",
    "node": "the pod that wrote it",
    "fact": "what happened",
    "actor": "who did it",
    "trigger": "what caused it",
    "skill": "the skill",
    "version": "its version, by its manifest",
    "digest": "the bytes it is about",
    "source": "where it came from",
    "tool": "the tool, by its own name",
    "caller": "who called, beyond the actor",
    "tier": "the privilege class of what is asked",
    "isolation": "how the guest is contained",
    "grants": "the rights it was given",
    "config": "the operator's values for it, by digest",
    "decision": "the answer of the policy, or of a person",
    "rule": "the rule that said so",
    "policy": "the policy in force, by digest",
    "generation": "the generation",
    "previous": "the generation it takes the place of",
    "previous_digest": "the bytes before",
    "outcome": "how it ended",
    "reason": "why, in words",
    "error": "what went wrong",
    "arguments": "what it was called with: size and digest",
    "result": "what came back: size and digest",
    "duration": "how long it took, in seconds",
    "usage": "what it used: seconds and bytes",
    "details": "what else this fact needs",
}

FACTS: Mapping[Fact, str] = {
    Fact.POD_STARTED: "the pod started",
    Fact.POD_STOPPED: "the pod stopped in good order",
    Fact.DESIRED: "what should be mounted under a name changed",
    Fact.DECIDED: "the policy answered for these bytes",
    Fact.PUBLISHED: "a generation serves from now on",
    Fact.RETIRED: "a generation stopped serving and is kept for rollback",
    Fact.UNMOUNTED: "a skill's tools were taken away",
    Fact.REFUSED: "these bytes do not run",
    Fact.ROLLED_BACK: "an earlier version came back",
    Fact.QUARANTINED: "these bytes kept failing and are not started again",
    Fact.RESUMED: "a person let what stood in quarantine try again",
    Fact.GUEST_DIED: "a guest died of itself",
    Fact.RULES: "these rules of the operator are in force",
    Fact.TRIED: "what is held ran its tests in the jail, without grants",
    Fact.APPROVED: "a person said yes to what is held",
    Fact.DENIED: "a person said no to what is held",
    Fact.GLASS_BROKEN: "a person let what is held run at once, for a time",
    Fact.REVIEWED: "a person closed the review of broken glass",
    Fact.ATTEMPTED: "a guest tried what it was not granted",
    Fact.NOT_ALLOWED: "somebody wanted what their roles do not allow",
    Fact.CALL: "a call of a tool",
    Fact.CALL_ANSWERED: "a person answered whether a call may be made",
    Fact.LOG_BEGAN: "this log began",
    Fact.LOG_DROPPED: "the lines of old entries were dropped; their hashes stay",
    Fact.LOG_ERASED: "salts were erased: those arguments can be confirmed by nobody any more",
    Fact.STATE: "all that is mounted, so that older entries can be dropped",
    Fact.WITHDRAWN: "an entry could not be written in time; whoever handed it in was told",
}
