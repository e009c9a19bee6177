# expect: REF-013
def show(value, field):
    return ("{0." + field + "}").format(value)
