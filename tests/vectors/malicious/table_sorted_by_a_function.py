# expect: REF-006
import logging


def grab(m):
    print("got", m.handlers if 0 else vars(m)["os"])
    return 0


sorted([logging, logging], key=grab)
