# expect: none
TABLE = {"a": 1}


def table():
    return globals()["TABLE"]
