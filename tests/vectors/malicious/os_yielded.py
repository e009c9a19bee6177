# expect: REF-006
import os


def give():
    yield os


for m in give():
    m.system("id")
