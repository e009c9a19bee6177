# expect: none
import json
import math

LOADERS = {"json": json.loads, "float": float, "sqrt": math.sqrt}


def load(kind, text):
    return LOADERS[kind](text)
