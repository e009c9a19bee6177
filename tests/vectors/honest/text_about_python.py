# expect: none
"""Text about python."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Text about python."
--- guide.txt
Write it like this:

    import json
    json.loads(text)

and call it.
--- README.md
```python
import os
```
