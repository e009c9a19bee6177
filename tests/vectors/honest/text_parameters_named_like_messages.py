# expect: none
from skillpod import tool


@tool
def ask(system_message: str, new_instructions: str = "") -> str:
    """Ask a model.

    Args:
        system_message: The message that begins the conversation.
        new_instructions: Instructions for this call.
    """
    return f"{system_message} {new_instructions}"
