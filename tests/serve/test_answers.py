"""The table from errors to answers."""

from __future__ import annotations

import pytest

from skillpod import errors
from skillpod.serve.answers import Exit, answer


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (errors.PolicyRefused, 403, 1),
        (errors.ManifestInvalid, 409, 1),
        (errors.NameTaken, 409, 1),
        (errors.UnknownTool, 404, 2),
        (errors.UnknownSkill, 404, 2),
        (errors.UnknownDigest, 404, 2),
        (errors.ArgumentsInvalid, 422, 2),
        (errors.CommandInvalid, 400, 2),
        (errors.TokenRefused, 401, 1),
        (errors.HostRefused, 403, 1),
        (errors.OriginRefused, 403, 1),
        (errors.TooLarge, 413, 2),
        (errors.TooSlow, 408, 2),
        (errors.TooManyRequests, 429, 2),
        (errors.DoorUnguarded, 500, 3),
        (errors.HomeLocked, 500, 3),
        (errors.PathUnusable, 422, 3),
        (errors.GuestDied, 502, 4),
        (errors.DeadlineExceeded, 504, 4),
        (errors.Busy, 503, 4),
        (errors.ApprovalNeeded, 409, 5),
        (errors.JournalUnwritable, 503, 6),
        (errors.SkillpodError, 500, 70),
    ],
)
def test_a_family_of_errors_has_one_status_and_one_exit_code(kind: type[errors.SkillpodError], status: int, code: int) -> None:
    said = answer(kind("no"))
    assert (said.status, said.exit) == (status, code)


def test_every_error_of_the_tree_has_an_answer_of_its_own_family() -> None:
    families = {
        errors.Refused: Exit.REFUSED,
        errors.Misused: Exit.MISUSED,
        errors.Misconfigured: Exit.MISCONFIGURED,
        errors.SkillFailed: Exit.SKILL_FAILED,
        errors.Held: Exit.HELD,
        errors.JournalFailed: Exit.JOURNAL,
    }
    for kind in errors.leaves().values():
        made = kind("no", exception="E", traceback="") if issubclass(kind, errors.ToolRaised) else kind("no")
        expected = next((code for family, code in families.items() if isinstance(made, family)), Exit.INTERNAL)
        assert answer(made).exit == expected, kind


def test_no_error_is_answered_as_a_success() -> None:
    for kind in errors.leaves().values():
        made = kind("no", exception="E", traceback="") if issubclass(kind, errors.ToolRaised) else kind("no")
        assert answer(made).status >= 400
        assert answer(made).exit != Exit.DONE
