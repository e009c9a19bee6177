"""Every error skillpod raises on purpose: one tree, each leaf with a stable code, each family with one meaning for the caller.

The families are what a door needs to know: exit codes and HTTP statuses are chosen by family (``serve.answers``), never by message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal


class SkillpodError(Exception):
    """What went wrong, where, and what to do about it.

    ``message`` is one sentence; ``hint`` says what to do; ``at`` is a place (``manifest.yaml:limits.wall``, ``handler.py:3:1``);
    ``skill`` and ``digest`` name what it is about; ``reasons`` are further errors, when there are several causes at once.
    """

    code: ClassVar[str] = "internal"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        at: str = "",
        skill: str = "",
        digest: str = "",
        reasons: Iterable[SkillpodError] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.at = at
        self.skill = skill
        self.digest = digest
        self.reasons = tuple(reasons)

    def about(self, *, skill: str = "", digest: str = "") -> SkillpodError:
        """This error, naming the skill and digest where it did not yet."""
        self.skill = self.skill or skill
        self.digest = self.digest or digest
        for reason in self.reasons:
            reason.about(skill=skill, digest=digest)
        return self

    def as_dict(self) -> dict[str, Any]:
        """The one shape of an error at every door: ``{code, message, hint, at, skill, digest}``, and ``reasons`` when there are any."""
        shape: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "at": self.at,
            "skill": self.skill,
            "digest": self.digest,
        }
        if self.reasons:
            shape["reasons"] = [reason.as_dict() for reason in self.reasons]
        return shape

    def __str__(self) -> str:
        """One line of text, made from the same object."""
        where = f"{self.at}: " if self.at else ""
        advice = f" ({self.hint})" if self.hint else ""
        first = next((f": {reason}" for reason in self.reasons if reason.message not in self.message), "")
        return f"{where}{self.message}{first or advice}"


# --- families --------------------------------------------------------------------------------------------------------------------


class Refused(SkillpodError):
    """A check said no. Nothing was changed."""

    code = "refused"


class Misused(SkillpodError):
    """The caller asked for something that is not there, or in a shape that is not accepted."""

    code = "misused"


class Misconfigured(SkillpodError):
    """The operator's side (HOME, pod.yaml, policies, this machine) does not allow it."""

    code = "misconfigured"


class SkillFailed(SkillpodError):
    """The skill's own code failed, or broke a promise it had made."""

    code = "skill_failed"


class Held(SkillpodError):
    """A person must answer before this may go on."""

    code = "held"


class JournalFailed(SkillpodError):
    """The audit log can't be written or can't be trusted."""

    code = "journal_failed"


# --- refused ---------------------------------------------------------------------------------------------------------------------


class BundleRefused(Refused):
    """The folder can't be frozen into a bundle: links, hostile names, too large."""

    code = "bundle_refused"


class StillChanging(BundleRefused):
    """The folder was written to while it was read; nothing is wrong with it, it is read again when it is quiet."""

    code = "still_changing"


class ManifestInvalid(Refused):
    """The manifest, or the tools the code declares, have faults; each is one of ``reasons``."""

    code = "manifest_invalid"


class DocumentInvalid(Refused):
    """A YAML or JSON text has a fault; ``at`` is its path."""

    code = "document_invalid"


class AuditDenied(Refused):
    """The static audit's verdict is deny; each finding is one of ``reasons``."""

    code = "audit_denied"


class SignatureInvalid(Refused):
    """A signature sidecar is there and is not good."""

    code = "signature_invalid"


class Revoked(Refused):
    """The operator has taken back the trust in a key, a digest or a version."""

    code = "revoked"


class Downgraded(Refused):
    """An older version than was admitted under this publisher's name, or the same version with another content."""

    code = "downgraded"


class PolicyRefused(Refused):
    """No rule of the active policy allows it, or one denies it: ``rule``, of the policy with this digest, where that is known."""

    code = "policy_refused"
    rule = ""
    policy = ""


class RulesChanged(Refused):
    """The operator's rules changed while something was on its way; it is decided again by itself."""

    code = "rules_changed"


class NameTaken(Refused):
    """A skill of this name, or a tool of this exported name, is mounted from elsewhere; ``holder`` is the skill that has it."""

    code = "name_taken"
    holder = ""


class Drift(Refused):
    """What the guest says of its tools differs from what the source says."""

    code = "drift"


class ProbeFailed(Refused):
    """The generation did not prove itself: its code did not load, or one of the manifest's tests failed."""

    code = "probe_failed"


class ModuleUnsupported(Refused):
    """The skill is to run in module isolation and has in it what this does not take; ``at`` is the line, ``hint`` what to write."""

    code = "module_unsupported"


class Waiting(Refused):
    """What the skill requires is not mounted; it is decided again when it is."""

    code = "waiting"


class Quarantined(Refused):
    """This digest kept failing; it is not started again until a person says so."""

    code = "quarantined"


class ConfigRefused(Refused):
    """The config given for a skill does not fit the schema in its manifest."""

    code = "config_refused"


class HostRefused(Refused):
    """A request over HTTP came for a name that is not ours (its Host): DNS rebinding looks so."""

    code = "host_refused"


class OriginRefused(Refused):
    """A request over HTTP was made by a page of a site that is not ours (its Origin)."""

    code = "origin_refused"


class TokenRefused(Refused):
    """A door asks for a token, and there was none; or one was shown that is not known, or has ended."""

    code = "token_refused"


class NotAllowed(Refused):
    """Who asks is known, and may not do this: it asks for a role that they do not have, or the policy's ``access`` says no."""

    code = "not_allowed"


# --- misused ---------------------------------------------------------------------------------------------------------------------


class UnknownTool(Misused):
    code = "unknown_tool"


class UnknownSkill(Misused):
    code = "unknown_skill"


class UnknownEntry(Misused):
    """No entry of the log has this number, or none any more."""

    code = "unknown_entry"


class UnknownDigest(Misused):
    code = "unknown_digest"


class ArgumentsInvalid(Misused):
    """The arguments of a call do not fit the tool's schema; no guest saw them."""

    code = "arguments_invalid"


class CommandInvalid(Misused):
    """A command, or an option of one, is not in a shape we accept."""

    code = "command_invalid"


class TooLarge(Misused):
    """A request has more bytes than the door takes."""

    code = "too_large"


class TooSlow(Misused):
    """The rest of a request did not come in time."""

    code = "too_slow"


class TooManyRequests(Misused):
    """One client asks for more than the door gives it; ``retry_after`` is the seconds after which it may ask again."""

    code = "too_many_requests"
    retry_after = 1.0


class UnknownToken(Misused):
    code = "unknown_token"


class UnknownCall(Misused):
    """No call of this name waits for a person's answer."""

    code = "unknown_call"


class SaltGone(Misused):
    """What an HMAC of the log is of can't be tried out: the salt was erased, or is not here."""

    code = "salt_gone"


class TooManyTools(Misused):
    """More tools were asked for than the API that they are for takes in one request."""

    code = "too_many_tools"


class NothingHeld(Misused):
    """Nothing waits for the answer that was given."""

    code = "nothing_held"


class NotASkill(Misused):
    """A path that was named by a person holds no skill."""

    code = "not_a_skill"


# --- misconfigured ---------------------------------------------------------------------------------------------------------------


class ConfigInvalid(Misconfigured):
    """HOME/pod.yaml or an option has a fault."""

    code = "config_invalid"


class PolicyUnreadable(Misconfigured):
    code = "policy_unreadable"


class HomeLocked(Misconfigured):
    """Another pod owns this HOME."""

    code = "home_locked"


class PodUnreachable(Misconfigured):
    """A command needs a running pod, and none answers on HOME/pod.sock."""

    code = "pod_unreachable"


class PathUnusable(Misconfigured):
    """A path is not a directory, is not there, or may not be read."""

    code = "path_unusable"


class PackageMissing(Misconfigured):
    """A package that only some need is not installed; ``hint`` is the command that installs it."""

    code = "package_missing"


class AddressUnusable(Misconfigured):
    """The HTTP door can't listen where it was told to."""

    code = "address_unusable"


class DoorUnguarded(Misconfigured):
    """The HTTP door would be open to other machines without asking for a token."""

    code = "door_unguarded"


class ClientUnusable(Misconfigured):
    """The configuration file of a client is not as we expected it, and was left as it is."""

    code = "client_unusable"


class IsolationUnavailable(Misconfigured):
    """A required wall can't be put up on this machine; ``at`` names the wall, ``hint`` the remedy."""

    code = "isolation_unavailable"


class VolumeUnusable(Misconfigured):
    """A volume that a skill was granted is not bound, is bound for less, or its directory can't be used; ``at`` is its line of pod.yaml."""

    code = "volume_unusable"


class PackageUnusable(Misconfigured):
    """A package that a skill requires is not built here, is not for this interpreter, or was changed; ``at`` is its entry in the lock."""

    code = "package_unusable"


class ProgramUnusable(Misconfigured):
    """A program that a skill was granted is not bound, or its file, or one it needs, may not be or can't be used; ``at`` is its line of
    pod.yaml."""

    code = "program_unusable"


class SecretUnusable(Misconfigured):
    """A secret that a skill was granted has no source, or its source does not give it; ``at`` is its line of pod.yaml. The value is in no
    word of it."""

    code = "secret_unusable"


class WitnessUnusable(Misconfigured):
    """The witness of the log can't be asked, or does not cosign for a reason that is not the log's; ``at`` is its address."""

    code = "witness_unusable"


class StoreCorrupt(Misconfigured):
    """Bytes in the store do not have the digest they are kept under."""

    code = "store_corrupt"


# --- skill failed ----------------------------------------------------------------------------------------------------------------


class ToolRaised(SkillFailed):
    """The tool raised. ``exception`` is the type's name, ``traceback`` the skill's own frames (``skill://name/file.py``), never ours."""

    code = "tool_raised"

    def __init__(self, message: str, *, exception: str, traceback: str, **place: str) -> None:
        super().__init__(message, **place)  # type: ignore[arg-type]  # SAFE: place holds hint, at, skill, digest only
        self.exception = exception
        self.traceback = traceback

    def as_dict(self) -> dict[str, Any]:
        return {**super().as_dict(), "exception": self.exception, "traceback": self.traceback}


class GuestDied(SkillFailed):
    """The guest ended before it answered."""

    code = "guest_died"


class DeadlineExceeded(SkillFailed):
    """The wall-clock limit of the call passed; the guest was killed."""

    code = "deadline_exceeded"


Certainty = Literal["certain", "likely"]


class LimitExceeded(SkillFailed):
    """A resource limit was reached; ``at`` names it (``limits.memory``), the message says its value. ``certainty`` is ``likely`` where only
    the signs of it are known, such as a crash of native code that had used nearly all of its memory."""

    code = "limit_exceeded"

    def __init__(self, message: str, *, certainty: Certainty = "certain", **place: Any) -> None:
        super().__init__(message, **place)
        self.certainty = certainty

    def as_dict(self) -> dict[str, Any]:
        return {**super().as_dict(), "certainty": self.certainty}


class ResultInvalid(SkillFailed):
    """The tool's result is not JSON, or does not fit the schema it declared."""

    code = "result_invalid"


class WireBroken(SkillFailed):
    """The guest broke the protocol: a forged, surplus, oversized or malformed frame. It was killed."""

    code = "wire_broken"


class Busy(SkillFailed):
    """Every guest of the skill was busy for as long as the caller may wait."""

    code = "busy"


# --- held and journal ------------------------------------------------------------------------------------------------------------


class ApprovalNeeded(Held):
    """A person must agree; ``ticket`` names the question where it is about one call, ``rule`` and ``policy`` who asks for it where it is
    about a skill."""

    code = "approval_needed"
    ticket = ""
    rule = ""
    policy = ""


class JournalUnwritable(JournalFailed):
    code = "journal_unwritable"


class JournalCorrupt(JournalFailed):
    code = "journal_corrupt"


class WitnessDisagrees(JournalFailed):
    """The witness has seen another history of this log than the one that is here."""

    code = "witness_disagrees"


def leaves() -> dict[str, type[SkillpodError]]:
    """Every class of the tree by its code."""
    found: dict[str, type[SkillpodError]] = {}
    pending: list[type[SkillpodError]] = [SkillpodError]
    while pending:
        kind = pending.pop()
        found[kind.code] = kind
        pending.extend(kind.__subclasses__())
    return found


def from_dict(shape: Mapping[str, Any]) -> SkillpodError:
    """The error a door sent as ``as_dict()``; an unknown code becomes a plain ``SkillpodError``."""
    kind = leaves().get(str(shape.get("code")), SkillpodError)
    place = {key: str(shape.get(key, "")) for key in ("hint", "at", "skill", "digest")}
    message = str(shape.get("message", ""))
    if issubclass(kind, ToolRaised):
        return kind(message, exception=str(shape.get("exception", "")), traceback=str(shape.get("traceback", "")), **place)
    reasons = [from_dict(reason) for reason in shape.get("reasons", ())]
    if issubclass(kind, LimitExceeded):
        return kind(message, certainty="likely" if shape.get("certainty") == "likely" else "certain", reasons=reasons, **place)
    return kind(message, reasons=reasons, **place)
