# expect: none
import dataclasses


@dataclasses.dataclass
class Column:
    name: str
    width: int = 10

    def scaled(self, factor):
        made = dataclasses.replace(self)
        for each in dataclasses.fields(self):
            value = getattr(self, each.name)
            setattr(made, each.name, value * factor if isinstance(value, int) else value)
        made.name = made.name.upper()
        return made
