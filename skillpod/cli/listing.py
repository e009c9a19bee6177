"""A group of commands from a table, each imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

from typer.core import TyperGroup
from typer.main import get_group

from skillpod.cli.values import nearest
from skillpod.errors import CommandInvalid


@dataclass(frozen=True, slots=True)
class Listed:
    """``family`` is the module below ``skillpod.cli`` that holds the command; it is imported when the command is asked for."""

    family: str
    section: str
    summary: str


class Listing(TyperGroup):
    """The commands of ``table``."""

    table: ClassVar[Mapping[str, Listed]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        listed = self.table.get(cmd_name)
        if listed is None:
            return None
        family = import_module(f"skillpod.cli.{listed.family}")
        return get_group(family.app).commands[cmd_name]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        word = args[0]
        if word not in self.table and not word.startswith("-"):
            hint = nearest(word, list(self.table), otherwise=f"`{ctx.command_path} --help` lists the commands")
            raise CommandInvalid(f"there is no command `{word}`", hint=hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        for section in dict.fromkeys(listed.section for listed in self.table.values()):
            with formatter.section(section):
                formatter.write_dl([(name, listed.summary) for name, listed in self.table.items() if listed.section == section])
