# expect: DYN-004
from inspect import Signature

Signature.from_callable(print, eval_str=True)
