# expect: none
def __dir__():
    return sorted([*globals(), "extra"])
