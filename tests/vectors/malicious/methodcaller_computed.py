# expect: REF-003
from operator import methodcaller


def take(value, name):
    return methodcaller(name)(value)
