# expect: none
--- SKILL.md
---
name: with-script
description: Counts lines of code in files and prints a table. Use when asked how large a project is.
license: MIT
---
# Counting lines

Run `python scripts/count.py PATH...`; add `--json` for a machine. It counts code, comments and blank lines, per language.

If a file can't be read it is named on standard error and left out.
--- scripts/count.py
#!/usr/bin/env python3
"""Count lines of code, comments and blank lines."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections import Counter
from pathlib import Path

log = logging.getLogger(__name__)
COMMENTS = {".py": "#", ".sh": "#", ".js": "//", ".c": "//", ".sql": "--"}
IGNORED = {".git", "node_modules", "__pycache__", ".venv"}


def count(path: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    mark = COMMENTS[path.suffix]
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            text = line.strip()
            kind = "blank" if not text else "comment" if text.startswith(mark) else "code"
            found[kind] += 1
    return found


def files(roots: list[Path]):
    for root in roots:
        if root.is_file():
            yield root
            continue
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(set(folders) - IGNORED)
            yield from (Path(folder, name) for name in sorted(names))


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("paths", nargs="+", type=Path)
    made.add_argument("--json", action="store_true", help="print JSON")
    made.add_argument("-v", "--verbose", action="count", default=0)
    made.add_argument("--version", action="version", version="%(prog)s 1.0")
    return made


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    logging.basicConfig(level=logging.DEBUG if options.verbose else logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    totals: dict[str, Counter[str]] = {}
    for path in files(options.paths):
        if path.suffix not in COMMENTS:
            log.debug("left out: %s", path)
            continue
        try:
            totals.setdefault(path.suffix, Counter()).update(count(path))
        except OSError as error:
            print(f"{path}: {error.strerror}", file=sys.stderr)
    if options.json:
        json.dump(totals, sys.stdout, indent=2)
        return 0
    width = os.get_terminal_size().columns if sys.stdout.isatty() else 80
    print("language".ljust(width - 30) + "code".rjust(10) + "comment".rjust(10) + "blank".rjust(10))
    for suffix, counter in sorted(totals.items(), key=lambda item: -item[1]["code"]):
        print(f"{suffix:<{width - 30}}{counter['code']:>10}{counter['comment']:>10}{counter['blank']:>10}")
    return 0 if totals else 1


if __name__ == "__main__":
    sys.exit(main())
