# expect: REF-011
import string
def joined(glue, *parts):
    return glue.join(parts)
kept = []
def f(): pass
own = string.Formatter()
own.format_field = lambda value, spec: kept.append(value) or ""
own.format(joined("bal", "{0.__glo", "s__}"), f)
print(kept[0][joined("uilt", "__b", "ins__")]["eval"]("6*7"))
