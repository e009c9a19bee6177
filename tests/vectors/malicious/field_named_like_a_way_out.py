# expect: REF-008
import dataclasses


@dataclasses.dataclass
class Names:
    __self__: int = 0


def take(value):
    return [getattr(value, field.name) for field in dataclasses.fields(Names)]
