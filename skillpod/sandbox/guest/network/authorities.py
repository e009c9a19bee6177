"""Whom guests believe that a host is who it says: the certificates this interpreter's OpenSSL trusts, and those the operator adds.

One file has them all, for ``ssl`` and every library: the variables it is announced by come before the file a library brings along.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from skillpod.sandbox.guest.walls.root import View

BUNDLE = "/etc/ssl/skillpod.pem"
"""Where it is in a guest's own root."""

_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""OpenSSL, and so ssl, aiohttp and httpx; requests; and what follows curl."""

_CERTIFICATE = re.compile(rb"-----BEGIN (TRUSTED )?CERTIFICATE-----.+?-----END (TRUSTED )?CERTIFICATE-----", re.DOTALL)
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+\Z")
"""How OpenSSL looks a certificate up in a directory (openssl-rehash(1))."""


class Authorities(NamedTuple):
    """``files`` is what a root of the guests' own gets; ``places`` is where the same is on the host, for guests that share its root."""

    files: Mapping[str, bytes]
    places: tuple[str, ...]

    def announce(self, shown: View, *, has_own_root: bool) -> View:
        """Tell every library where they are, by the environment; what guests may read then. Without a root of their own one file is what
        libraries are told of: the operator's, or OpenSSL's."""
        file = next(iter(self.files if has_own_root else self.places), None)
        if file is not None:
            os.environ.update(dict.fromkeys(_VARIABLES, file))
        if has_own_root:
            return shown
        return shown._replace(files={}, readable=(*shown.readable, *self.places))


def gather(extra: str) -> Authorities:
    """``extra`` is a file of the operator's, empty for none. Raises OSError when it can't be read."""
    found: dict[bytes, None] = {}
    paths = ssl.get_default_verify_paths()
    places = [place for place in (extra, paths.openssl_cafile, paths.openssl_capath) if place and os.path.exists(place)]
    for place in _files(paths):
        with suppress(OSError):
            _add(found, place)
    if extra:
        _add(found, extra)
    bundle = b"\n".join((*found, b"")) if found else b""
    return Authorities({BUNDLE: bundle} if bundle else {}, tuple(map(os.path.realpath, places)))


def _files(paths: ssl.DefaultVerifyPaths) -> Iterator[str]:
    yield paths.openssl_cafile
    if os.path.isdir(paths.openssl_capath):
        for name in sorted(os.listdir(paths.openssl_capath)):
            if _HASHED.match(name):
                yield os.path.join(paths.openssl_capath, name)


def _add(found: dict[bytes, None], path: str) -> None:
    with open(path, "rb") as file:
        for match in _CERTIFICATE.finditer(file.read()):
            found[match.group()] = None
