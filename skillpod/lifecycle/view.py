"""What a person or a door sees of a skill: plain dicts, made from what is, never kept."""

from __future__ import annotations

from collections.abc import Mapping
from math import isinf
from typing import Any

from skillpod.lifecycle.generation import Generation
from skillpod.lifecycle.slot import Slot
from skillpod.model.command import FOLDER, Mode
from skillpod.model.left_out import reason_left_out
from skillpod.model.names import exported_name
from skillpod.model.volume import Volume
from skillpod.ports import State


def summary(slot: Slot, state: State) -> dict[str, Any]:
    """One line of ``skillpod list``."""
    remembered = state.names().get(slot.name)
    desired = remembered.desired if remembered else None
    generation = slot.current
    error = slot.error
    return {
        "name": slot.name,
        "state": slot.state,
        "version": generation.manifest.version if generation else "",
        "description": generation.manifest.description if generation else "",
        "digest": generation.digest if generation else (error.digest if error else ""),
        "generation": generation.number if generation else (remembered.generation if remembered else 0),
        "previous": _previous(slot, generation),
        "source": desired.source if desired else FOLDER,
        "mode": desired.mode.value if desired else Mode.FOLLOW.value,
        "tools": [spec.exported for spec in generation.tools] if generation else [],
        "tier": generation.admission.tier.word if generation else "",
        "isolation": generation.admission.isolation.value if generation else "",
        "lifetime": generation.manifest.lifetime.value if generation else "",
        "rule": generation.admission.rule if generation else "",
        "author": generation.manifest.author if generation else "",
        "publisher": generation.provenance.publisher if generation else "",
        "keys": list(generation.provenance.keys) if generation else [],
        "mounted_at": generation.published_epoch if generation else 0.0,
        "calls": generation.route.leases.calls if generation else 0,
        "failures": generation.route.leases.failures if generation else 0,
        "error": error.as_dict() if error else None,
    }


def shown(slot: Slot, state: State) -> dict[str, Any]:
    """All of ``skillpod show NAME``."""
    remembered = state.names().get(slot.name)
    generation = slot.current
    details: dict[str, Any] = {
        **summary(slot, state),
        "history": list(remembered.history) if remembered else [],
        "quarantined": {digest: why for digest, why in state.quarantined().items() if remembered and digest in remembered.history},
    }
    if generation is not None:
        details |= _generation(generation)
    return details


def _generation(generation: Generation) -> dict[str, Any]:
    manifest = generation.manifest
    report = generation.guests.report
    limits = manifest.limits
    return {
        "license": manifest.license,
        "tags": list(manifest.tags),
        "asks": manifest.permissions.as_dict(),
        "grants": generation.admission.grants.as_dict(),
        "volumes": [_volume(volume, report.volumes if report else {}) for volume in generation.provision.volumes],
        "programs": [program.as_dict() for program in generation.provision.programs],
        "packages": [package.as_dict() for package in generation.provision.packages],
        "variables": sorted(generation.provision.variables),
        "policy": generation.admission.policy,
        "approvals": [approval.as_dict() for approval in generation.admission.approvals],
        "valid_until": None if isinf(generation.admission.valid_until) else generation.admission.valid_until,
        "config": generation.identity.config,
        "limits": {name: getattr(limits, name) for name in limits.__slots__},
        "requires": {"skills": dict(manifest.requires.skills), "python": manifest.requires.python, "skillpod": manifest.requires.skillpod},
        "walls": [wall.as_dict() for wall in report.walls] if report else [],
        "self_test": dict(report.self_test) if report else {},
        "census": dict(generation.guests.census()),
        "usage": generation.route.leases.usage.as_dict(),
        "files": {name: len(content) for name, content in generation.survey.bundle.files.items()},
        "left_out": [f"{path} ({reason_left_out(path.rpartition('/')[2])})" for path in generation.survey.bundle.left_out],
        "findings": [finding.as_dict() for finding in generation.survey.report.findings],
        "notices": [notice.as_dict() for notice in generation.survey.notices],
        "update": [finding.as_dict() for finding in generation.update],
        "capabilities": [use.as_dict() for use in generation.survey.report.capabilities],
        "comparison": [row.as_dict() for row in generation.survey.report.comparison],
        "attempts": generation.attempts.as_list(),
        "more_attempts": generation.attempts.more,
        "tests": [{"tool": exported_name(manifest.name, test.tool), "arguments": dict(test.arguments)} for test in manifest.tests],
        "tool_specs": [
            {
                "name": spec.name,
                "exported": spec.exported,
                "description": spec.description,
                "input_schema": dict(spec.input_schema),
                "output_schema": None if spec.output_schema is None else dict(spec.output_schema),
                "hints": dict(spec.hints),
            }
            for spec in generation.tools
        ],
    }


def _volume(volume: Volume, reported: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What is bound, and what the newest guest said of it; nothing yet when none was started since."""
    said = reported.get(volume.name, {})
    return {**volume.as_dict(), "at": said.get("at", ""), "acts": said.get("acts", "")}


def _previous(slot: Slot, generation: Generation | None) -> str | None:
    if generation is None or slot.previous is None:
        return None
    return slot.previous.digest
