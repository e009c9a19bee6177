# expect: none
from skillpod import tool

TEMPLATE = """\
Dear {name},

your order is on its way. Please do not reply to this message.

Regards
"""


@tool
def letter(name: str) -> str:
    """Write a letter."""
    return TEMPLATE.format(name=name) + "\t" + "-" * 20
