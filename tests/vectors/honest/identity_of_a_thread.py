# expect: none
import _thread


def key(value):
    return id(value), _thread.get_ident()
