# expect: REF-003
import enum
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
class Kind(str, enum.Enum):
    NAME = "upper"
    def __new__(cls, value):
        made = str.__new__(cls, joined("bal", "__glo", "s__"))
        made._value_ = value
        return made
print(getattr(f, Kind.NAME)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
