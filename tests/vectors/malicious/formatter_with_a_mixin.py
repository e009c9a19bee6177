# expect: REF-011
import string
def joined(glue, *parts):
    return glue.join(parts)
kept = []
class Mixin:
    def format_field(self, value, spec):
        kept.append(value)
        return ""
class Own(Mixin, string.Formatter):
    pass
def f(): pass
Own().format(joined("bal", "{0.__glo", "s__}"), f)
print(kept[0][joined("uilt", "__b", "ins__")]["eval"]("6*7"))
