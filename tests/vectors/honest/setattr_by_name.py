# expect: none
class Options:
    def __init__(self, **values):
        for name, value in values.items():
            setattr(self, name, value)
