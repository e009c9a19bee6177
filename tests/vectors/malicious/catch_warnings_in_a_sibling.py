# expect: REF-010
from .other import caught

print("got", caught._module)
--- other.py
import warnings

caught = warnings.catch_warnings()
