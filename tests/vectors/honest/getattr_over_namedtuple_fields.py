# expect: none
from collections import namedtuple

Row = namedtuple("Row", "name price")


def cells(row):
    return [getattr(row, field) for field in Row._fields]
