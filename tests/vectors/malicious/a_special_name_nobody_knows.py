# expect: REF-012
def look(value):
    return value.__inner_workings__
