"""What importing would compile a package's sources to, made once when it is built: a guest's first import takes less than half the time.

It is made of the very bytes that were checked, and stands in the store's own index of hashes like every other file. Source: PEP 552.
"""

from __future__ import annotations

import marshal
import sys
import warnings
from collections.abc import Iterator, Mapping
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash

_UNCHECKED = (1).to_bytes(4, "little")
"""Flags: based on a hash of the source, which is not compared again. Both lie behind the same read-only mount."""

_LONGEST = 1024 * 1024
"""Bytes of a source that is compiled: one that is made for it takes six hundred times its size in memory."""


def compiled(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """The file beside each source, where this interpreter looks for it. What does not compile is left to whoever imports it."""
    if sys.implementation.cache_tag is None:
        return
    for path, source in files.items():
        if not path.endswith(".py") or len(source) > _LONGEST:
            continue
        try:
            with warnings.catch_warnings(action="ignore"):
                code = compile(source, path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):  # templates, other Pythons, and worse
            continue
        yield cache_from_source(path), MAGIC_NUMBER + _UNCHECKED + source_hash(source) + marshal.dumps(code)
