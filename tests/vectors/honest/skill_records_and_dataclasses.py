# expect: none
"""Dataclasses from and to dictionaries."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, get_args, get_origin

from skillpod import tool


class Mapped:
    aliases: ClassVar[dict[str, str]] = {}

    @classmethod
    def from_dict(cls, data: dict[str, Any]):
        known = {each.name for each in fields(cls)}
        unknown = data.keys() - known - cls.aliases.keys()
        if unknown:
            raise ValueError(f"{cls.__name__} has no {', '.join(sorted(unknown))}")
        return cls(**{cls.aliases.get(key, key): value for key, value in data.items()})

    def to_dict(self) -> dict[str, Any]:
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self) if getattr(self, each.name) != each.default}

    def changed(self, **changes: Any):
        return dataclasses.replace(self, **changes)


def _plain(value):
    if isinstance(value, Mapped):
        return value.to_dict()
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value


@dataclass
class Address(Mapped):
    street: str
    city: str = ""


@dataclass(kw_only=True)
class Person(Mapped):
    aliases: ClassVar[dict[str, str]] = {"surname": "last"}
    first: str
    last: str
    tags: list[str] = field(default_factory=list)
    address: Address | None = None

    def __post_init__(self) -> None:
        if isinstance(self.address, dict):
            self.address = Address.from_dict(self.address)


@tool(read_only=True)
def normalize(person: dict[str, Any]) -> str:
    """Bring a person into the usual form."""
    made = Person.from_dict(person)
    for each in dataclasses.fields(made):
        value = getattr(made, each.name)
        if isinstance(value, str):
            setattr(made, each.name, value.strip())
    return json.dumps(made.to_dict(), sort_keys=True, ensure_ascii=False)


@tool(read_only=True)
def describe() -> list[dict[str, str]]:
    """Tell which fields a person has."""
    return [{"name": each.name, "type": str(each.type), "required": str(each.default is dataclasses.MISSING)} for each in fields(Person)]


def _is_list(kind) -> bool:
    return get_origin(kind) is list and bool(get_args(kind))
