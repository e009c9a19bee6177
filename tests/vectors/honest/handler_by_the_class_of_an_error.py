# expect: none
HANDLERS = {ValueError: "not a value", LookupError: "not found"}


def answer(error):
    for kind in type(error).__mro__:
        if kind in HANDLERS:
            return HANDLERS[kind]
    return "a fault"
