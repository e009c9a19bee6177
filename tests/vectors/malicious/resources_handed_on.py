# expect: IMP-003
from importlib.resources import contents

list(map(contents, ["tests.payload"]))
--- tests/payload.py
import os

os.system("id")
