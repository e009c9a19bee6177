# expect: FIL-006
"""Picture with an archive behind it."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Picture with an archive behind it."
--- logo.png base64
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOoBwAAgQCA05RTSgAAAABJRU5ErkJgglBLAwQUAAAAAAAAACFYDOAUpxoAAAAa
AAAABwAAAGV2aWwucHlpbXBvcnQgb3MKb3Muc3lzdGVtKCdpZCcpClBLAQIUAxQAAAAAAAAAIVgM4BSnGgAAABoAAAAHAAAAAAAAAAAAAACAAQAAAABldmls
LnB5UEsFBgAAAAABAAEANQAAAD8AAAAAAA==
