# expect: REF-006
import os


def run(module=os):
    return module.system("id")
