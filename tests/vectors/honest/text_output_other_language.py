# expect: none
from skillpod import tool


@tool
def greet(language: str) -> str:
    """Greet in a language."""
    return {"de": "Schönen Tag, wie geht es dem Benutzer?", "fr": "Bonjour à l'utilisateur", "ja": "こんにちは、ユーザーさん", "zh": "用户您好"}[language]
