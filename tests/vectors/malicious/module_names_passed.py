# expect: REF-005
import os


def run(names):
    return names["os"].system("id")


run(vars())
