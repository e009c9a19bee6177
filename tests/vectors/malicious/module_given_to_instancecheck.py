# expect: REF-006
import os


class Catcher:
    def __instancecheck__(self, instance):
        print("got", instance.system("true"))
        return True


isinstance(os, Catcher())
