# expect: none
from . import settings
from .settings import CACHE


def run(limit):
    settings.limit = limit
    CACHE["limit"] = settings.limit
    return settings.limit
--- settings.py
limit = 10
CACHE = {}
