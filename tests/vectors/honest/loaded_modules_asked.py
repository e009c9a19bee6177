# expect: none
import sys


def is_here(name):
    return name in sys.modules


HAS_JSON = "json" in sys.modules
