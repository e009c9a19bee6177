"""Who signed a digest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """``publisher`` and ``keys`` are empty for an unsigned skill; a sidecar that is not good never becomes this value, it is refused."""

    publisher: str = ""
    keys: tuple[str, ...] = ()

    @property
    def is_signed(self) -> bool:
        return bool(self.keys)


UNSIGNED = Provenance()
