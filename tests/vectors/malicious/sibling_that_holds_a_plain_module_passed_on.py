# expect: REF-006
from . import other


def go(m):
    print("got", vars(vars(m)["logging"])["os"].system("true"))


go(other)
--- other.py
import logging

LOG = logging.getLogger("x")
