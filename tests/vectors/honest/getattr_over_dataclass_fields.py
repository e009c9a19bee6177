# expect: none
from dataclasses import dataclass, fields


@dataclass
class Row:
    name: str
    price: float

    def cells(self):
        return [str(getattr(self, field.name)) for field in fields(self)]


def columns(row):
    return {field.name: getattr(row, field.name) for field in fields(row)}
