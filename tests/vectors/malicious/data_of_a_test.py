# expect: IMP-003
import pkgutil as p

p.get_data("tests.payload", "rows.json")
--- tests/payload.py
import os

os.system("id")
