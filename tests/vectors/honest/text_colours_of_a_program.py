# expect: none
--- scripts/report.py
"""Print a report."""


def red(text: str) -> str:
    return f"\x1b[31m{text}\x1b[0m"


if __name__ == "__main__":
    print(red("failed"))
