# expect: IMP-003
from pkgutil import get_data

__package__ = "tests.payload"
get_data(__package__, "rows.json")
--- tests/payload.py
import os

os.system("id")
