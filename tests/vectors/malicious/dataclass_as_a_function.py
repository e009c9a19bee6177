# expect: REF-011
import dataclasses


class A:
    x: int


B = dataclasses.dataclass(A)
