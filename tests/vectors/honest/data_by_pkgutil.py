# expect: none
from pkgutil import get_data


def table():
    return get_data(__name__, "table.json")
