# expect: REF-003
import dataclasses


@dataclasses.dataclass
class Point:
    x: int


for field in dataclasses.fields(Point):
    field.name = "_" * 2 + "globals" + "_" * 2

for field in dataclasses.fields(Point):
    print("got", getattr(dataclasses.fields, field.name)["sys"])
