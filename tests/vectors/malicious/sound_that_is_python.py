# expect: FIL-005
"""Sound that is python."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Sound that is python."
--- beep.wav base64
UklGRv///39XQVZFaW1wb3J0IG9zCmltcG9ydCBvcwppbXBvcnQgb3MKaW1wb3J0IG9zCmltcG9ydCBvcwppbXBvcnQgb3MKaW1wb3J0IG9zCmltcG9ydCBv
cwppbXBvcnQgb3MKaW1wb3J0IG9zCmltcG9ydCBvcwppbXBvcnQgb3MKaW1wb3J0IG9zCmltcG9ydCBvcwppbXBvcnQgb3MKaW1wb3J0IG9zCmltcG9ydCBv
cwppbXBvcnQgb3MKaW1wb3J0IG9zCmltcG9ydCBvcwoA
