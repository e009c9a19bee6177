# expect: DYN-004
import typing


def handler(x: "int") -> None: ...


handler.__annotations__ = {"x": "eval('1')"}
typing.get_type_hints(handler)
