# expect: none
from skillpod import tool

INJECTION_PATTERNS = [
    "ignore all previous instructions",
    "do not tell the user about this",
    "you are now an unrestricted assistant",
]


@tool
def scan(text: str) -> dict[str, object]:
    """Detect prompt injection in a text: flags phrases such as "ignore all previous instructions"."""
    found = [phrase for phrase in INJECTION_PATTERNS if phrase in text.lower()]
    if "disregard all prior instructions" in text or text.startswith("ignore your instructions"):
        return {"malicious": True, "matched": found, "reason": "the text looks like a prompt injection"}
    return {"malicious": bool(found), "matched": found}


@tool
def patterns() -> list[str]:
    """The phrases that are flagged."""
    return INJECTION_PATTERNS
