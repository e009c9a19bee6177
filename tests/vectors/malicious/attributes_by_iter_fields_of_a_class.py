# expect: REF-003
import ast
def joined(glue, *parts):
    return glue.join(parts)
class Own:
    _fields = (joined("attri", "__get", "bute__"),)
def f(): pass
[(name, take)] = ast.iter_fields(Own)
print(take(f, joined("bal", "__glo", "s__"))[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
