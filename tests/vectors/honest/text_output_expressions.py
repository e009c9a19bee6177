# expect: none
import re

from skillpod import tool

RULES = [r"ignore\s+(all\s+)?previous\s+instructions", r"(?i)you are now .*unrestricted assistant"]


@tool
def rules() -> list[str]:
    """Regular expressions for a filter."""
    return RULES


@tool
def scan(text: str) -> bool:
    """Whether one matches."""
    return bool(re.search("ignore all previous instructions", text)) or any(re.search(rule, text) for rule in RULES)
