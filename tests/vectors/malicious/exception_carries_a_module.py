# expect: REF-006
import os

try:
    raise ValueError(os)
except ValueError as error:
    print("got", error.args[0].system("true"))
