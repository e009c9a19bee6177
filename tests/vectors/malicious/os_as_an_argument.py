# expect: REF-006
import os


def run(module):
    return module.system("id")


run(os)
