# expect: REF-011
import string

caught = []


class Catch(string.Formatter):
    def format_field(self, value, spec):
        caught.append(value)
        return ""


def show(path):
    Catch().vformat(f"{{0.{path}}}", (show,), {})


show("_" * 2 + "globals" + "_" * 2)
print("got", caught[0]["string"])
