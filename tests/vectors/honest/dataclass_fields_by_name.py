# expect: none
import dataclasses


@dataclasses.dataclass
class Row:
    a: int
    b: int


def cells(row):
    return [getattr(row, field.name) for field in dataclasses.fields(row)]
