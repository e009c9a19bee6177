# expect: REF-007
import os
from enum import Enum


class Colour(Enum):
    pass


for way in Colour._convert_("Ways", os.__name__, lambda name: name.startswith("sys")):
    print(way)
