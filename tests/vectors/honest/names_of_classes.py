# expect: none
class Shape:
    def __repr__(self):
        return f"{self.__class__.__name__}({type(self).__qualname__}, {self.__doc__}, {self.__module__})"
