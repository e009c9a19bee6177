# expect: REF-007
import typing

reference = typing.get_args(typing.List["print('got')"])[0]
reference._evaluate(None, None, frozenset())
