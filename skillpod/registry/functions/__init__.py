"""Tools in the shapes that function-calling APIs want, and their calls answered in the shapes they expect; one file an API."""

from skillpod.registry.functions.calling import PROVIDERS, answer_calls, tool_definitions
from skillpod.registry.functions.provider import Defer, Offered

__all__ = ["PROVIDERS", "Defer", "Offered", "answer_calls", "tool_definitions"]
