# expect: FIL-007
"""Array of objects."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Array of objects."
--- rows.npy base64
k05VTVBZAQB2AHsnZGVzY3InOiAnfE8nLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAg
ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqABIwCb3OMBnN5c3RlbZOMAmlkhVIu
