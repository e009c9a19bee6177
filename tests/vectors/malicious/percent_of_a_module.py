# expect: REF-006
import os


class Text(str):
    def __mod__(self, value):
        print("got", value.system("true"))


Text() % os
