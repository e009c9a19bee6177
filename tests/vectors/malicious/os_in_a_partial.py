# expect: REF-006
import functools
import os

functools.partial(getattr, os)("system")("id")
