# expect: REF-010
import string


def take(value, field):
    return string.Formatter().get_field(field, (value,), {})
