"""A model small enough to be read: what search needs of an operator's own."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Sequence


class Trigrams:
    """A small real embedder: texts are near when they share pieces of three letters, whatever their words."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.threads: set[int] = set()

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self.texts += texts
        self.threads.add(threading.get_ident())
        return [self._place(text.lower()) for text in texts]

    def _place(self, text: str) -> list[float]:
        vector = [0.0] * 256
        for start in range(len(text) - 2):
            vector[zlib.crc32(text[start : start + 3].encode()) % 256] += 1.0
        return vector
