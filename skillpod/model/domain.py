"""What all guests of a pod may use together, beside what each may use alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainBounds:
    """``memory`` in bytes, None for three quarters of what the machine (or the pod's container) has: it never bites where there is room,
    and leaves the rest of the machine its quarter where there is none. ``processes`` counts threads too; 4,096 is what guests that share
    one user id have together anyway. ``cpu`` in processors, None for no bound: each call has its own, and an idle processor helps nobody.
    """

    memory: int | None = None
    processes: int = 4096
    cpu: float | None = None
