# expect: none
def fold(values):
    first = second = None
    for value in values:
        first, second = second, value
        if first is None:
            first = second
    return first, second
