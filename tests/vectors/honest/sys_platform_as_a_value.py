# expect: none
import sys


def show(value):
    return value


show(sys.platform)
show(sys.argv)
