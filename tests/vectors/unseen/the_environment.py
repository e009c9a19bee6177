# expect: none
import os


def everything():
    return dict(os.environ)
