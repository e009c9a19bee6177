# expect: DYN-001
import tests.first
--- tests/first.py
from .second import run
--- tests/second.py
run = exec
