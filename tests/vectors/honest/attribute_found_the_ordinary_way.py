# expect: none
class Lazy:
    def __getattribute__(self, name):
        if name in ("ready", "load"):
            return object.__getattribute__(self, name)
        return super().__getattribute__(name)
