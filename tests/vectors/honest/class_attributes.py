# expect: none
class Shape:
    sides = 0
    names: list = []

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.names = [*cls.names, cls.__name__]
