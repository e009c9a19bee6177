# expect: REF-003
import types


def numbers():
    yield 1


def take(value, tail):
    return getattr(value, "gi_co" + tail)


print("got", take(numbers(), "de"))
