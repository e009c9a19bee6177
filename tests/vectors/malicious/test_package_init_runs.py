# expect: DYN-001
from tests import data
--- tests/__init__.py
exec("1")
--- tests/data.py
VALUE = 1
