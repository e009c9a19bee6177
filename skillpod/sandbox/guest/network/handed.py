"""Which descriptors of this guest hold connections that the host handed over, so that it hears when the last of one is closed."""

from __future__ import annotations

from contextlib import suppress

from skillpod.sandbox.guest.network.asker import Asker


class Handed:
    """By number. Each step is one of dict's own: a finalizer may come between any two lines, and no lock would survive that."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._serials: dict[int, int] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._serials

    def put(self, number: int, serial: int) -> None:
        """From now on it is this connection; what it was before, nobody closed here."""
        before = self.taken(number)
        self._serials[number] = serial
        self.tell(before)

    def share(self, number: int, other: int) -> None:
        """``other`` is the same open file as ``number``."""
        serial = self._serials.get(number)
        if serial is not None:
            self._serials[other] = serial

    def taken(self, number: int) -> int | None:
        """Forget it, before it is closed. What ``tell`` is to say then; None while another descriptor is the same."""
        serial = self._serials.pop(number, None)
        return serial if serial not in [*self._serials.values()] else None

    def tell(self, serial: int | None) -> None:
        if serial is not None:
            with suppress(OSError):  # a host that is gone has closed everything
                self._asker.closed(serial)
