"""What import statements bring into a file, and which modules of the bundle they make run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from skillpod.audit.facts import Attribute, Fact, Spot, Star, Use, What
from skillpod.audit.reach import Reader
from skillpod.audit.scopes import Kind, Place
from skillpod.audit.spots import spot_of
from skillpod.audit.ways import Ways


class Imports:
    """Those of one file."""

    def __init__(self, reader: Reader, ways: Ways) -> None:
        self._reader = reader
        self._ways = ways

    def of(self, place: Place) -> Iterator[Fact]:
        """The facts of one statement."""
        node = place.node
        spot = spot_of(node)
        for alias in node.names:
            if alias.name == "*":
                yield from self._star(node, spot)
                continue
            at = spot_of(alias)
            meanings = (self._reader.module(alias.name),) if isinstance(node, ast.Import) else self._reader.imported(node, alias, 0)
            self._note(node, alias)
            if isinstance(node, ast.ImportFrom) and alias.name.startswith("__") and node.module != "__future__":
                is_own = self._reader.own_base(node) is not None and not any(each.what is What.UNKNOWN for each in meanings)
                yield Attribute(at, alias.name, f"from {node.module or '.'} import {alias.name}", is_own=is_own)
            for meaning in meanings:
                if meaning.what in (What.MODULE, What.MEMBER, What.SDK, What.FOREIGN):
                    yield Use(
                        at, meaning.what, meaning.path, alias.name, is_import=True, is_attempted=id(node) in self._reader.survey.attempted
                    )
                if place.scope.kind is Kind.CLASS and meaning.what in (What.MODULE, What.OWN) and self._ways.matters(meaning):
                    yield self._ways.told(at, meaning, alias.name)  # an attribute of every instance

    def _note(self, node: Any, alias: Any) -> None:
        if isinstance(node, ast.Import):
            own = self._reader.module(alias.name)
            if own.what is What.OWN:
                self._reader.imports.add(own.path)
            return
        base = self._reader.own_base(node)
        if base is not None:
            self._reader.imports.update({base, f"{base}.{alias.name}" if base else alias.name})

    def _star(self, node: Any, spot: Spot) -> Iterator[Fact]:
        own = self._reader.own_base(node)
        if own is not None:
            self._reader.imports.update(self._reader.below(own))
        elif not node.level:
            meaning = self._reader.module(node.module)
            yield Use(spot, meaning.what, meaning.path, f"from {node.module} import *", is_import=True)
            if meaning.what in (What.MODULE, What.SDK):
                yield Star(spot, meaning.path)
