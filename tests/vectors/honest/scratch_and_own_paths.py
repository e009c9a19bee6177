# expect: none
import os
from pathlib import Path


def work(text, name):
    place = Path("/tmp") / "work" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    label = os.path.join("/volumes", name).replace("/", ":")
    with open(place) as file:
        return file.read() + label
