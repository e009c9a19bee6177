# expect: none
import json
import math


def same(function):
    return function is math.floor or function == json.dumps or function in (math.ceil, json.loads)
