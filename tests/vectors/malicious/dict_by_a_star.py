# expect: REF-008
from .other import *

print(__dict__["logging"].os)
--- other.py
import logging

__all__ = ["__dict__"]
LOG = logging.getLogger("x")
