# expect: IMP-003
import importlib.resources

importlib.import_module("subprocess")
