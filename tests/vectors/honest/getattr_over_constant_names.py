# expect: none
class Options:
    def __init__(self, width, height):
        self.width, self.height = width, height

    def __repr__(self):
        return ", ".join("%s=%r" % (name, getattr(self, name)) for name in ("width", "height"))

    def known(self):
        for name in ["width", "height"]:
            if getattr(self, name) is not None:
                yield name
