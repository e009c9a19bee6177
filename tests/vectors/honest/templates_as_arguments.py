# expect: none
import string

MESSAGES = {"en": "Hello {name}, you have {count:>{width}} letters", "de": "Hallo {name}: {count}"}


def greet(language, name, count):
    return MESSAGES[language].format(name=name, count=count, width=3)


def fill(template, values):
    return template.format(**values) + template.format_map(values)


class Lenient(string.Formatter):
    def get_value(self, key, args, kwargs):
        return kwargs.get(key, "?") if isinstance(key, str) else super().get_value(key, args, kwargs)


def lenient(values):
    return Lenient().format("{name} {place}", **values)
