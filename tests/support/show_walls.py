"""Prints, as one JSON object, what an empty guest reports here and what one probe gives: ``show_walls SOURCE WITHOUT...``."""

from __future__ import annotations

import json
import sys

from skillpod.errors import SkillpodError
from tests.support.jail import run_in_jail

if __name__ == "__main__":
    try:
        answer = run_in_jail(sys.argv[1], *sys.argv[2:])
    except SkillpodError as error:
        print(json.dumps({"refused": error.as_dict()}))
    else:
        print(json.dumps({"report": answer.report.as_dict(), "value": answer.value, "error": answer.error}))
