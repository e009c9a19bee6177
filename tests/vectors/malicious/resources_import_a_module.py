# expect: IMP-003
import importlib.resources

importlib.resources.files(__name__.rpartition(".")[0] + ".tests.hidden")
--- tests/hidden.py
import os

print("got", os.system("true"))
