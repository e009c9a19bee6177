# expect: DYN-002
import timeit

timeit.timeit("__import__('os')", number=1)
