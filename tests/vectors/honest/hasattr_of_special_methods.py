# expect: none
def kind(value):
    if hasattr(value, "__getstate__") or hasattr(value, "__reduce_ex__"):
        return "can be pickled"
    return "has fields" if hasattr(value, "__dict__") else "plain"
