# expect: DYN-001
from . import helper
--- helper.py
exec("1")
