# expect: IMP-003
from importlib.resources import files

files("tests.payload")
--- tests/payload.py
import os

os.system("id")
