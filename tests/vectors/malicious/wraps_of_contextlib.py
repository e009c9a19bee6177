# expect: REF-003
import contextlib
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
kept = []
class Own:
    def __setattr__(self, name, value):
        kept.append(value)
contextlib.wraps(f, assigned=(joined("bal", "__glo", "s__"),), updated=())(Own())
print(kept[0][joined("uilt", "__b", "ins__")]["eval"]("6*7"))
