"""What the standard library lets code do: reviewed data, per module, per member, and where it depends on them, per argument.

A name that is on no list is unknown, and what is unknown is refused.
"""

from skillpod.audit.standard.conditions import (
    HARMLESS_WHEN_SEEN,
    Passed,
    is_conditional,
    reach_of_call,
    reach_of_import,
    reach_of_reference,
)
from skillpod.audit.standard.modules import BY_MEMBERS, GUARDED, MODULES, PURE, SUBMODULES, is_private, is_standard
from skillpod.audit.standard.reaches import PERMITTED, Reach, Standing, listed
from skillpod.audit.standard.standings import BUILTINS, CONSTANTS, HARMLESS_PRIVATE, is_member, members, standing, transit

__all__ = [
    "BUILTINS",
    "BY_MEMBERS",
    "CONSTANTS",
    "GUARDED",
    "HARMLESS_PRIVATE",
    "HARMLESS_WHEN_SEEN",
    "MODULES",
    "PERMITTED",
    "PURE",
    "SUBMODULES",
    "Passed",
    "Reach",
    "Standing",
    "is_conditional",
    "is_member",
    "is_private",
    "is_standard",
    "listed",
    "members",
    "reach_of_call",
    "reach_of_import",
    "reach_of_reference",
    "standing",
    "transit",
]
