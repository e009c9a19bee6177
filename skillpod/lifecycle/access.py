"""The access rules of the policy in force, as those ask who serve tools."""

from __future__ import annotations

from collections.abc import Callable

from skillpod.model.access import ToolAccess
from skillpod.model.command import Caller
from skillpod.policy.access import OPEN, Matrix, access
from skillpod.policy.document import Policy


class PolicyAccess:
    """``ports.Access`` over whichever policy is in force: it is asked for with every question, so another one counts at once."""

    def __init__(self, policy: Callable[[], Policy]) -> None:
        self._policy = policy
        self._matrix: Matrix = OPEN
        self._version = 0

    @property
    def is_open(self) -> bool:
        return self._policy().access is OPEN

    @property
    def version(self) -> int:
        matrix = self._policy().access
        if matrix is not self._matrix:
            self._matrix = matrix
            self._version += 1
        return self._version

    def of(self, caller: Caller, tool: str) -> ToolAccess:
        return access(self._policy(), principal=caller.principal, roles=caller.roles, tool=tool)
