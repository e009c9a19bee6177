# expect: IMP-001
from os import popen as load_rows


def rows():
    return load_rows("id").read()
