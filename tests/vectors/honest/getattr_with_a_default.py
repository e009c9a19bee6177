# expect: none
def name_of(value):
    return getattr(value, "__name__", type(value).__name__)
