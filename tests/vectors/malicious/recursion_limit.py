# expect: TAM-003
import sys

sys.setrecursionlimit(10**9)
