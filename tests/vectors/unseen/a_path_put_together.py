# expect: none
from pathlib import Path

PARTS = ("etc", "passwd")


def note(text):
    Path("/", *PARTS).write_text(text)
