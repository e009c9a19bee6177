# expect: none
from timeit import default_timer

start = default_timer()
