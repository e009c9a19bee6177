# expect: REF-003
from dataclasses import dataclass
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
class Other:
    NAME = "upper"
@dataclass
class Box:
    NAME: str
    def look(self, x): return getattr(x, self.NAME)
print(Box(joined("bal", "__glo", "s__")).look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
