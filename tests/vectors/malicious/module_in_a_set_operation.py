# expect: REF-006
import os


class Catcher:
    def __ror__(self, other):
        print("got", other.system("true"))


os | Catcher()
