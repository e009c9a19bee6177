# expect: none
class Base:
    def __init__(self, **values):
        for name, value in values.items():
            setattr(self, name, value)


class Logged(Base):
    def __init__(self, **values):
        super(Logged, self).__init__(**values)

    def __getattribute__(self, name):
        return super().__getattribute__(name)

    def __setattr__(self, name, value):
        super().__setattr__(name, value)

    def __delattr__(self, name):
        super().__delattr__(name)
