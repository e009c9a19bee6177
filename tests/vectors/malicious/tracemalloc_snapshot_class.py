# expect: DYN-003
from tracemalloc import Snapshot as Rows

Rows.load("/tmp/rows")
