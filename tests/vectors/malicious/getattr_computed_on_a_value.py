# expect: REF-003
def take(value, name):
    return getattr(value, name)
