# expect: DYN-001
from . import helper
--- helper.py
from tests.evil import run
--- tests/evil.py
run = exec
