# expect: DYN-002
from dataclasses import _create_fn

_create_fn("f", [], ["return 1"])
