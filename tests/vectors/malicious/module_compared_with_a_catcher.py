# expect: REF-006
import os


class Catcher:
    def __eq__(self, other):
        print("got", other.system("true"))
        return True

    __hash__ = None


os == Catcher()
