# expect: REF-003
import os as tool_box


def pick():
    return 1


class Wrap:
    def __getattr__(self, name):
        return getattr(tool_box, name)


print("got", Wrap().system("true"))
