# expect: REF-011
from dataclasses import *

made = make_dataclass("Made", ["a"], namespace={"b": 1})
print("got", made)
