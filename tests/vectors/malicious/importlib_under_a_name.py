# expect: IMP-003
from importlib import import_module as fetch

fetch("o" + "s")
