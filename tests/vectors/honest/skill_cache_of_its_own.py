# expect: none
"""An LRU cache of one's own, and the ones of functools."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from functools import cached_property, lru_cache, partial
from typing import Generic, Hashable, TypeVar

from skillpod import tool

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    __slots__ = ("_items", "_limit", "_lock", "__weakref__")

    def __init__(self, limit: int) -> None:
        self._items: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._limit = limit
        self._lock = threading.RLock()

    def __getitem__(self, key: K) -> V:
        with self._lock:
            self._items.move_to_end(key)
            return self._items[key][1]

    def __setitem__(self, key: K, value: V) -> None:
        with self._lock:
            self._items[key] = time.monotonic(), value
            while len(self._items) > self._limit:
                self._items.popitem(last=False)

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self):
        return iter(self._items)


class Numbers:
    def __init__(self, limit: int):
        self.limit = limit

    @cached_property
    def primes(self) -> list[int]:
        sieve = bytearray([1]) * (self.limit + 1)
        for number in range(2, int(self.limit**0.5) + 1):
            if sieve[number]:
                sieve[number * number :: number] = bytes(len(range(number * number, self.limit + 1, number)))
        return [number for number in range(2, self.limit + 1) if sieve[number]]


_CACHE: Cache[int, list[int]] = Cache(8)


@lru_cache
def fibonacci(number: int) -> int:
    return number if number < 2 else fibonacci(number - 1) + fibonacci(number - 2)


@tool(read_only=True)
def primes(limit: int) -> list[int]:
    """All primes up to a limit."""
    if limit not in _CACHE:
        _CACHE[limit] = Numbers(limit).primes
    return _CACHE[limit]


@tool(read_only=True)
def fib(numbers: list[int]) -> dict:
    """Numbers of Fibonacci, and how the cache did."""
    values = list(map(partial(fibonacci), numbers))
    info = fibonacci.cache_info()
    return {"values": values, "hits": info.hits, "misses": info.misses, **info._asdict()}
