"""What a tool's signature promises: arguments are held to it before a guest sees them, results before a caller does."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from skillpod.documents import Schema
from skillpod.errors import ArgumentsInvalid, DocumentInvalid, ResultInvalid
from skillpod.model.canonical import canonical
from skillpod.model.manifest import MIB, ToolSpec
from skillpod.model.redaction import Redaction
from skillpod.registry.content import content_faults

ARGUMENTS_LIMIT = 16 * MIB
"""Bytes of JSON; a larger argument is refused before a guest sees it."""


class Contract:
    """The schemas of one tool, compiled on first use: a thousand tools cost nothing until they are called."""

    def __init__(self, spec: ToolSpec) -> None:
        self.spec = spec

    @cached_property
    def _arguments(self) -> tuple[Schema, ...]:
        """What arguments must fit, the signature first: what a manifest adds is tried only on arguments that have the right shape."""
        shapes = (self.spec.refines, self.spec.input_schema)
        return tuple(Schema(shape) for shape in shapes if shape is not None)

    @cached_property
    def _result(self) -> Schema | None:
        schema = self.spec.output_schema
        return None if schema is None else Schema(schema)

    @cached_property
    def redaction_of_arguments(self) -> Redaction:
        return Redaction(shape for shape in (self.spec.refines, self.spec.input_schema) if shape is not None)

    @cached_property
    def redaction_of_result(self) -> Redaction:
        return Redaction([] if self.spec.output_schema is None else [self.spec.output_schema])

    def check_arguments(self, arguments: Any) -> str:
        """Their canonical JSON. Raises ArgumentsInvalid with every fault."""
        name = self.spec.exported
        if not isinstance(arguments, Mapping):
            got = type(arguments).__name__
            raise ArgumentsInvalid(f"the arguments of `{name}` must be an object, got {got}", hint='pass {"name": value}', at=name)
        odd = next((key for key in arguments if not isinstance(key, str)), None)
        if odd is not None:
            raise ArgumentsInvalid(f"the arguments of `{name}` are named by strings, got {odd!r}", at=name)
        try:
            text = canonical(arguments)
        except (TypeError, ValueError, RecursionError) as fault:
            raise ArgumentsInvalid(f"the arguments of `{name}` are not JSON: {fault}", at=name) from None
        if len(text) > ARGUMENTS_LIMIT:
            raise ArgumentsInvalid(f"the arguments of `{name}` are {len(text)} bytes of JSON; at most {ARGUMENTS_LIMIT} are taken", at=name)
        for schema in self._arguments:
            if not schema.accepts(arguments):
                raise ArgumentsInvalid(f"the arguments do not fit `{name}`", at=name, reasons=schema.faults(arguments, name=name))
        return text

    def check_result(self, value: Any) -> None:
        """Raises ResultInvalid with every fault."""
        faults = self._result_faults(value)
        if not faults:
            return
        name = self.spec.exported
        raise ResultInvalid(
            f"`{name}` returned a value that does not fit the type it declares",
            at=name,
            hint="the skill's author must mend its return annotation or its code",
            reasons=faults,
        )

    def _result_faults(self, value: Any) -> list[DocumentInvalid]:
        if self.spec.is_content:
            return content_faults(value, name=self.spec.exported)
        if self._result is None or self._result.accepts(value):
            return []
        return self._result.faults(value, name=self.spec.exported)
