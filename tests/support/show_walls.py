"""Prints, as one JSON object, what an empty guest reports here and what one probe gives: ``show_walls SOURCE WITHOUT...``.

``volume:NAME:ACCESS:PATH`` among them is a volume, ``package:NAME:PATH`` a package; ``swapped`` puts links to / in the places of all
volumes, after they were opened.
"""

from __future__ import annotations

import json
import os
import sys

from skillpod.errors import SkillpodError
from skillpod.model.capability import Access, VolumeAsk
from skillpod.model.provision import Package
from skillpod.model.volume import Binding
from skillpod.sandbox.volumes import Places, hold, let_go, resolve
from tests.support.jail import Answer, run_in_jail

_VOLUME, _PACKAGE, _SWAPPED = "volume:", "package:", "swapped"


def _answer(source: str, said: list[str]) -> Answer:
    named = [text.removeprefix(_VOLUME).split(":", 2) for text in said if text.startswith(_VOLUME)]
    bindings = {name: Binding(path=path, access=Access(access)) for name, access, path in named}
    held = hold(resolve([VolumeAsk(name, access) for name, access, _ in named], bindings, Places.around({})))
    if _SWAPPED in said:
        for volume in held:
            os.rename(volume.path, f"{volume.path}.moved")
            os.symlink("/", volume.path)
    listed = [text.removeprefix(_PACKAGE).split(":", 1) for text in said if text.startswith(_PACKAGE)]
    packages = [Package(name=name, version="1.0.0", digest=name, place=path) for name, path in listed]
    without = [text for text in said if text != _SWAPPED and not text.startswith((_VOLUME, _PACKAGE))]
    try:
        return run_in_jail(source, *without, held=held, packages=packages)
    finally:
        let_go(held)


if __name__ == "__main__":
    try:
        answer = _answer(sys.argv[1], sys.argv[2:])
    except SkillpodError as error:
        print(json.dumps({"refused": error.as_dict()}))
    else:
        print(json.dumps({"report": answer.report.as_dict(), "value": answer.value, "error": answer.error}))
