# expect: REF-011
import dataclasses


def take(value, name):
    names = dataclasses.make_dataclass("Names", [(name, int)])
    return [getattr(value, field.name) for field in dataclasses.fields(names)]
