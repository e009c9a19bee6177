# expect: none
def kind(value):
    return type(value).__name__, value.__class__.__name__, isinstance(value, type(None))
