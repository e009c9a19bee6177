# expect: REF-004
import string

caught = []


class Catch(string.Formatter):
    def format_field(self, value, spec):
        caught.append(value)
        return ""


def numbers():
    yield 1


Catch().format("{0.gi_frame.f_globals[caught]}", numbers())
print("got", caught)
