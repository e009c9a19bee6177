# expect: REF-013
def show(value, field):
    return f"{{0.{field}}}".format(value)
