"""Variables of the environment that a skill was granted: set before its code loads, and what depends on them read again."""

from __future__ import annotations

import locale
import os
import time
from collections.abc import Mapping
from contextlib import suppress

_ABOVE_ALL = "LC_ALL"
_OF_LOCALES = ("LANG", "LC_")


def take(variables: Mapping[str, str]) -> None:
    """``time`` and ``locale`` follow. A locale that this machine has not, or not for guests, leaves C.UTF-8 where it is."""
    spoken = [name for name in variables if name.startswith(_OF_LOCALES)]
    if spoken and _ABOVE_ALL not in variables:
        os.environ.pop(_ABOVE_ALL, None)  # ours, and it would silence the others
    os.environ.update(variables)
    if "TZ" in variables:
        time.tzset()
    if spoken:
        with suppress(locale.Error):
            locale.setlocale(locale.LC_ALL, "")
