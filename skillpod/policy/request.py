"""What is known of one digest when a policy is asked about it."""

from __future__ import annotations

from dataclasses import dataclass

from skillpod.model.approval import Approval, Subject
from skillpod.model.capability import NOTHING, Isolation, Permissions, Tier
from skillpod.model.digest import Digest, value_digest
from skillpod.model.finding import Finding, Report, Verdict, badness_of, verdict_of
from skillpod.model.manifest import Manifest
from skillpod.model.provenance import Provenance
from skillpod.policy.document import Policy
from skillpod.policy.rules import KINDS, Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """All that is known of one digest. ``isolation`` is how it would be contained; ``update`` is what it changes of the version that was
    admitted before it, and counts as the audit's findings do. ``evidence`` is the digest of the signature sidecars; ``approvals`` what
    people have answered so far, whatever for; ``now`` is seconds since the epoch.

    ``requester`` is the principal who caused it (``folder`` when a folder's change did), ``roles`` the words of the roles it was given,
    ``environment`` what pod.yaml calls the place the pod runs in. Empty means not known, and then counts against the skill.
    """

    manifest: Manifest
    report: Report
    provenance: Provenance
    digest: Digest
    evidence: Digest
    now: float
    approvals: tuple[Approval, ...] = ()
    isolation: Isolation = Isolation.JAIL
    update: tuple[Finding, ...] = ()
    requester: str = ""
    roles: tuple[str, ...] = ()
    environment: str = ""

    @property
    def verdict(self) -> Verdict:
        """The worse of the digest's own and the update's."""
        return max(self.report.verdict, verdict_of(self.update), key=badness_of) if self.update else self.report.verdict

    @property
    def tier(self) -> Tier:
        """The higher of what the manifest says and what its permissions need: a manifest can't understate itself."""
        return max(self.manifest.tier, self.manifest.permissions.needs)

    @property
    def facts(self) -> Facts:
        manifest = self.manifest
        return Facts(
            name=manifest.name,
            version=manifest.version,
            author=manifest.author,
            publisher=self.provenance.publisher,
            is_signed=self.provenance.is_signed,
            tier=self.tier,
            badness=badness_of(self.verdict),
            isolation=self.isolation,
            asked=kinds_of(manifest.permissions),
            requester=self.requester,
            roles=self.roles,
            environment=self.environment,
        )

    def subject(self, policy: Policy) -> Subject:
        """What an answer to a question about this is bound to."""
        manifest = self.manifest
        in_process = {"isolation": self.isolation.value} if self.isolation is not Isolation.JAIL else {}
        return Subject(
            skill=manifest.name,
            digest=self.digest,
            evidence=self.evidence,
            permissions=value_digest({"tier": self.tier.word, **in_process, **manifest.permissions.as_dict()}),
            findings=value_digest([finding.as_dict() for finding in self.report.findings]),
            policy=policy.digest,
        )


_NO_KIND: frozenset[str] = frozenset()


def kinds_of(permissions: Permissions) -> frozenset[str]:
    """The kinds of which something is asked."""
    if permissions is NOTHING:
        return _NO_KIND
    return frozenset(kind for kind in KINDS if getattr(permissions, kind))
