# expect: REF-003
from inspect import attrgetter as pick


def of(value, name):
    return pick(name)(value)
