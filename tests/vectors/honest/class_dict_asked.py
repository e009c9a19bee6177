# expect: none
class Loader:
    constructors = {}

    @classmethod
    def add(cls, tag, constructor):
        if "constructors" not in cls.__dict__:
            cls.constructors = cls.constructors.copy()
        cls.constructors[tag] = constructor
