"""Reading bundles in this very process, where a test is about what is read and not about where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skillpod.lifecycle.pipeline import Examiner
from skillpod.lifecycle.reading import read


class Here:
    """``skillpod.ports.Apart`` without the process."""

    def run(self, request: bytes) -> bytes:
        return read(request)

    def each(self, requests: Iterable[bytes]) -> Iterator[bytes]:
        return map(read, requests)

    def close(self) -> None:
        """Nothing is held."""


def examiner() -> Examiner:
    return Examiner(Here())
