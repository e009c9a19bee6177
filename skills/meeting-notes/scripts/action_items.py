#!/usr/bin/env python3
"""Find the action items in meeting notes: who does what, by when."""

from __future__ import annotations

import argparse
import json
import sys

from notes_format import items


def main() -> int:
    parser = argparse.ArgumentParser(description="Find the action items in meeting notes given on standard input: who does what, by when.")
    parser.add_argument("--owner", help="Only the items of this person, such as ada.")
    parser.add_argument("--open-only", action="store_true", help="Leave out what is done.")
    parser.add_argument("--format", choices=["text", "json"], default="text", help="How they are printed (%(default)s by default).")
    options = parser.parse_args()

    found = [item for item in items(sys.stdin) if not (options.open_only and item.done)]
    if options.owner:
        found = [item for item in found if item.owner.lower() == options.owner.lower()]
    if options.format == "json":
        json.dump([item.as_dict() for item in found], sys.stdout, ensure_ascii=False, indent=2)
        print()
        return 0
    for item in found:
        print(item.as_text())
    if not found:
        print("no action items")
    return 0


if __name__ == "__main__":
    sys.exit(main())
