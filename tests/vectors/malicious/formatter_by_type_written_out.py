# expect: REF-011
import string
def joined(glue, *parts):
    return glue.join(parts)
kept = []
def f(): pass
Own = type("Own", (string.Formatter,), {"format_field": lambda self, value, spec: kept.append(value) or ""})
Own().format(joined("bal", "{0.__glo", "s__}"), f)
print(kept[0][joined("uilt", "__b", "ins__")]["eval"]("6*7"))
