# expect: none
from pathlib import Path


def lines(name):
    with open(name, encoding="utf-8") as file:
        return [line.strip() for line in file] + Path(name).read_text().splitlines()
