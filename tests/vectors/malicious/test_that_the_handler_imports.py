# expect: DYN-001
from .tests import helper
--- tests/helper.py
exec("1")
