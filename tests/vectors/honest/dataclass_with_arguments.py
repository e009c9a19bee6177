# expect: none
import dataclasses
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class A:
    x: int = 0


@dataclasses.dataclass(order=True)
class B:
    names: list[str] = field(default_factory=list)


@dataclasses.dataclass
class C:
    a: A
