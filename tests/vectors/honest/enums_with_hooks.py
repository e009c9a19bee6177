# expect: none
import enum


class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"

    @classmethod
    def _missing_(cls, value):
        return cls.RED

    @staticmethod
    def _generate_next_value_(name, start, count, last):
        return name.lower()


class Converter:
    def _convert(self, value):
        return Colour(value).name

    def convert(self, values):
        return [self._convert(value) for value in values]
