"""``python -m skillpod``."""

from __future__ import annotations

import sys

from skillpod.cli import main

if __name__ == "__main__":
    sys.exit(main())
