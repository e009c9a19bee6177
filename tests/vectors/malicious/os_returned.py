# expect: REF-006
import os


def tools():
    return os


tools().system("id")
