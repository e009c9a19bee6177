"""The operator's own authorities: whether the file can be what guests will trust, before a zygote reads it."""

from __future__ import annotations

import ssl

from skillpod.errors import PathUnusable

_AT = "pod.yaml:network.authorities"
_HINT = "name a file of certificates in PEM, of authorities (CA), that the pod's user may read"


def require(path: str) -> None:
    """Raises PathUnusable."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except OSError as fault:  # ssl.SSLError is one
        said = "it has no certificate in it" if isinstance(fault, ssl.SSLError) else str(fault.strerror or fault)
        raise PathUnusable(f"{path} can't be the certificates that guests trust: {said}", at=_AT, hint=_HINT) from fault
