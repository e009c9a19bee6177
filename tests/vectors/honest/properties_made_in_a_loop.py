# expect: none
import operator


def _make(name):
    def get(self):
        return self._values[name]

    def store(self, value):
        self._values[name] = value

    return property(get, store, doc=f"The {name}.")


class Box:
    def __init__(self, **values):
        self._values = dict.fromkeys(("width", "height"), 0) | values

    def __getitem__(self, name):
        return self._values[name]

    def __getattr__(self, name):
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None

    def __dir__(self):
        return sorted({*super().__dir__(), *self._values})

    width = _make("width")
    height = _make("height")


for _name in ("lt", "le"):
    setattr(Box, f"is_{_name}", staticmethod({"lt": operator.lt, "le": operator.le}[_name]))


def run(values):
    box = Box(**values)
    for name, value in values.items():
        box[name]
    return type(box)(**values), box.__class__.__name__, box.width
