# expect: none
def own(names):
    return [name for name in names if name not in ("__dict__", "__weakref__") and name != "__getattr__"]
