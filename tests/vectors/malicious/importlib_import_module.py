# expect: IMP-001
import importlib

importlib.import_module("os").system("id")
