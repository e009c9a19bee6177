# expect: REF-006
import os


class Holder:
    def __contains__(self, item):
        print("got", item.system("true"))
        return False


os in Holder()
