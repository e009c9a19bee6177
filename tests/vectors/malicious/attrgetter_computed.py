# expect: REF-003
import operator


def take(value, name):
    return operator.attrgetter(name)(value)
