# expect: none
class Zone:
    def __init__(self, name):
        self.name = name

    def __reduce__(self):
        return Zone, (self.name,)
