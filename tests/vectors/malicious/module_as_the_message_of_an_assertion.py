# expect: REF-006
import os

try:
    assert not os, os
except AssertionError as error:
    print("got", error.args[0].system("true"))
