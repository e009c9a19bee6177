# expect: REF-011
import string

caught = []


class Catch(string.Formatter):
    def convert_field(self, value, conversion):
        caught.append(value)
        return value


def numbers():
    yield 1


def show(path):
    return Catch().format("{0." + path + "}", numbers)


show("slabolg"[::-1].join(["__", "__"]))
print("got", caught[0]["string"])
