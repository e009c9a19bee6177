# expect: DYN-003
import tracemalloc

tracemalloc.start()
tracemalloc.take_snapshot().load("/tmp/rows")
