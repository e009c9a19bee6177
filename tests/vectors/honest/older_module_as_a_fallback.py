# expect: none
try:
    import tomllib
except ModuleNotFoundError:
    import tomli as tomllib

try:
    from functools import cache
except ImportError:
    from functools import lru_cache

    cache = lru_cache(maxsize=None)

try:
    import ujson as json
except ImportError:
    import json


@cache
def load(text):
    return tomllib.loads(text), json.dumps({})
