# expect: none
from .rules import fence, table

RULES = [("table", table, ["paragraph"]), ("fence", fence, [])]


def names():
    return [name for name, rule, others in RULES]
--- rules/__init__.py
from .fence import fence
from .table import table
--- rules/table.py
def table(line):
    return "|" in line
--- rules/fence.py
def fence(line):
    return line.startswith("~~~")
