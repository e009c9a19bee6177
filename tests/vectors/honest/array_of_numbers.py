# expect: none
"""Array of numbers."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Array of numbers."
--- rows.npy base64
k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAg
ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAA==
