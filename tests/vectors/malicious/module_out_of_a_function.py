# expect: REF-006
import logging


class Box:
    def __init__(self):
        self.m = logging


def give():
    return logging


def go(m):
    print("got", vars(m)["os"])


go(give())
