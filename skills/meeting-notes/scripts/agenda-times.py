#!/usr/bin/env python3
"""Say when each point of an agenda begins."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timedelta


def main() -> int:
    parser = argparse.ArgumentParser(description="Say when each point of an agenda begins, and when the meeting ends.")
    parser.add_argument("points", nargs="+", metavar="TITLE=MINUTES", help="A point and how many minutes it takes, such as Budget=20.")
    parser.add_argument("--start", default="09:00", help="When the meeting begins, HH:MM (default: %(default)s).")
    parser.add_argument("--pause", type=int, default=0, help="Minutes between two points.")
    options = parser.parse_args()

    try:
        now = datetime.strptime(options.start, "%H:%M")
    except ValueError:
        parser.error(f"--start is HH:MM, not {options.start!r}")
    for number, point in enumerate(options.points):
        title, equals, minutes = point.rpartition("=")
        if not equals or not minutes.isdigit():
            parser.error(f"a point is TITLE=MINUTES, not {point!r}")
        now += timedelta(minutes=options.pause if number else 0)
        print(f"{now:%H:%M}  {title} ({minutes} min)")
        now += timedelta(minutes=int(minutes))
    print(f"{now:%H:%M}  end")
    return 0


if __name__ == "__main__":
    sys.exit(main())
