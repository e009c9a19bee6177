# expect: IMP-003
import importlib.resources

folder = "".join(reversed("stset"))
importlib.resources.files(folder + ".payload")
--- tests/payload.py
import os

os.system("id")
