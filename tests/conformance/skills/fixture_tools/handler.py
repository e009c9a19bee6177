"""What the conformance suites call, as an author would write it; what they check is how the calls come back."""

import time
from typing import TypedDict

from skillpod import Audio, Content, Context, File, Image, tool

PAUSE = 0.15
"""Seconds between two things a tool says: the suites want three, and what comes faster than twenty a second is told as one."""


class Address(TypedDict, total=False):
    street: str
    city: str


@tool
def test_simple_text() -> str:
    """Return one sentence."""
    return "This is a simple text response for testing."


@tool
def test_image_content(ctx: Context) -> Image:
    """Return a picture of one red dot."""
    return Image(ctx.read_bytes("dot.png"))


@tool
def test_audio_content(ctx: Context) -> Audio:
    """Return a very short silence."""
    return Audio(ctx.read_bytes("silence.wav"))


@tool
def test_embedded_resource() -> File:
    """Return a file."""
    return File("embedded.txt", "This is an embedded resource content.")


@tool
def test_multiple_content_types(ctx: Context) -> Content:
    """Return a sentence, a picture and a file."""
    return [
        "Multiple content types test:",
        Image(ctx.read_bytes("dot.png")),
        File("mixed.json", '{"test": "data", "value": 123}', "application/json"),
    ]


@tool
def test_tool_with_logging(ctx: Context) -> str:
    """Log three lines, one after the other."""
    ctx.logger.info("Tool execution started")
    time.sleep(PAUSE)
    ctx.logger.info("Tool processing data")
    time.sleep(PAUSE)
    ctx.logger.info("Tool execution completed")
    return "Three lines were logged."


@tool
def test_logging_tool(ctx: Context) -> str:
    """Log a line, for clients that did not ask to hear it."""
    ctx.logger.info("Nobody asked for this line")
    return "One line was logged."


@tool
def test_error_handling() -> str:
    """Fail, always."""
    raise ValueError("This tool intentionally returns an error for testing")


@tool
def test_tool_with_progress(ctx: Context) -> str:
    """Say how far it is: nothing, half, all."""
    ctx.progress(0.0)
    time.sleep(PAUSE)
    ctx.progress(0.5)
    time.sleep(PAUSE)
    ctx.progress(1.0)
    return "All of it is done."


@tool
def test_streaming_elicitation(ctx: Context) -> str:
    """Say something while it runs and then the result: all that a call of ours ever sends."""
    ctx.progress(0.5)
    return "Nothing was asked of the client."


@tool
def test_trigger_tool_change() -> str:
    """Return; whoever runs the suites drops or takes away a skill with tools when this was called."""
    return "The tools change."


@tool
def test_trigger_prompt_change() -> str:
    """Return; whoever runs the suites drops or takes away a skill with instructions when this was called."""
    return "The prompts change."


@tool
def json_schema_2020_12_tool(
    name: str = "", address: Address | None = None, contactMethod: str = "", phone: str = "", email: str = ""
) -> str:
    """Take what the schema in the manifest allows, which says more than a signature can."""
    return f"{name} of {(address or {}).get('city', 'nowhere')} is reached by {contactMethod or 'any means'} at {phone or email}."
