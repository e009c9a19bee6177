"""What the form of a text hides: markup that is not shown, a chat's tokens, data that pretends to have ended, text out of sight."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from skillpod.audit.standard import listed
from skillpod.audit.text.layout import Layout
from skillpod.audit.text.normalise import Plain
from skillpod.model.later import later

_HIDING = later(
    r"<([a-z][a-z0-9]{0,15})\b[^<>]{0,300}?(?:display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden"
    r"|font-size\s{0,3}:\s{0,3}0*(?:\.0+|[01](?:px)?)?(?:px|pt|em|rem|%)?\s{0,3}[;\"']"
    r"|opacity\s{0,3}:\s{0,3}0(?:\.0+)?\s{0,3}[;\"']|(?:width|height)\s{0,3}:\s{0,3}[01]px|(?:left|top|text-indent"
    r"|right)\s{0,3}:\s{0,3}-\d{3,5}"
    r"|[^-]color\s{0,3}[:=]\s{0,3}[\"']?(?:white|transparent|#f{3,8}\b|rgba?\(\s{0,3}255\s{0,3},\s{0,3}255\s{0,3},\s{0,3}255"
    r"|rgba\([^)]{0,40},\s{0,3}0\s{0,3}\))"
    r"|clip\s{0,3}:\s{0,3}rect\(0|\shidden(?=[\s>=])|aria-hidden\s{0,3}=\s{0,3}[\"']?true"
    r"|class\s{0,3}=\s{0,3}[\"'][^\"'<>]{0,60}\b(?:sr-only|visually-hidden|hidden)\b)[^<>]{0,300}>",
    re.IGNORECASE,
)
_NEVER_SHOWN = later(r"<(script|style|template|noscript|title|metadata|desc)\b[^<>]{0,200}>", re.IGNORECASE)
_TITLED = (
    r"<[a-z][^<>]{0,300}?\s(?:alt|title|aria-label|aria-description|data-[\w-]{1,40}|summary|content|placeholder)\s{0,3}=\s{0,3}"
    r"\"([^\"<>]{12,2000})\""
)
_COMMENTS = (
    ("<!--", later(r"<!--(.*?)(?:--!?>|\Z)", re.DOTALL), "a comment, which is not shown where the page is rendered"),
    (
        "[",
        later(r"^[ \t]{0,3}\[[^\]\n]{1,60}\]:[ \t]*(?:#|<>|/)[ \t]*[\"'(]([^\n]{4,2000})", re.MULTILINE),
        "a comment in the form of a link, which is not shown",
    ),
    ("![", later(r"!\[([^\]]{12,2000})\]"), "the alternative text of a picture, which is not shown beside it"),
    ("](", later(r"\]\([^()\s]{0,500}\s{1,4}[\"']([^\"'\n]{12,2000})[\"']\)"), "the title of a link, which is not shown"),
    ("=", later(_TITLED, re.IGNORECASE), "an attribute of an element, which is not shown"),
    (
        ".. ",
        later(r"^\.\. (?![\w:-]{1,40}::|_|\[|\|)((?:[^\n]{4,2000})(?:\n[ \t]+[^\n]{1,2000}){0,40})", re.MULTILINE),
        "a comment, which is not shown where the page is rendered",
    ),
    ("{#", later(r"\{#([^{#]{4,2000})#\}"), "a comment of a template, which is not shown"),
    ("%%", later(r"%%([^%\n]{4,2000})"), "a comment, which is not shown in some viewers"),
)
"""What each begins with, what it is like, and what it is called."""

_TOKENS = later(
    r"<[|｜] ?(?:im_(?:start|end|sep)|system|user|assistant|endoftext|end_of_text|begin_of_text|begin[_▁]of[_▁]sentence"
    r"|end[_▁]of[_▁]sentence|start_header_id|end_header_id|eot_id|eom_id|"
    r"endofprompt|end_of_turn|start_of_turn|start|end|message|channel|return|constrain|call|python_tag|tool_call|tool_response"
    r"|fim_(?:prefix|middle|suffix)|end|User|Assistant) ?[|｜]>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|TOOL_RESULTS|AVAILABLE_TOOLS|TOOL_CALLS)\]|<</?SYS>>|<(?:start|end)_of_turn>|</(?:system|system_prompt"
    r"|assistant|developer|system-reminder|antml:[a-z_]{1,30}|function_calls)>"
    r"|<(?:system_prompt|system-reminder|antml:[a-z_]{1,30}|function_calls)\b[^<>\n]{0,80}>|\[(?:/?SYSTEM|/?ASSISTANT)\]"
)
_TURNS = later(r"\n[ \t>]{0,4}(?:Human|H|Assistant|System|SYSTEM|USER|ASSISTANT) ?: ?(?=\S|\n)")
_ROLES = frozenset({"human", "h", "assistant", "system", "user"})
_TAG = later(r"<(/?)([a-z][\w-]{1,40})\b[^<>\n]{0,200}>", re.IGNORECASE)
_FRAME = later(
    r"tool_results?|tool_response|tool_outputs?|tool_call|function_results?|function_response|untrusted[\w-]{0,20}"
    r"|user_(?:input|query|message|data|content)|external[_-]\w{1,20}|search_results?|retrieved[\w-]{0,20}|tool[_-]description|skill_content"
    r"|document_contents?"
)
_LOOSE_FRAME = frozenset(
    listed("""
    tool document documents data context input output result results instruction instructions prompt example examples description skill
    content text page file response query source message quote article body html
    """)
)
_ENDED = ("end", "stop", "finish", "close")
_DATA = frozenset(
    listed("""
    output result results response document documents data input context description message prompt content text instructions
    instruction readme manual tool skill quote file
""")
)
_END = later(
    r"(?:end|stop|finish|close)(?: of)?(?: the)?[ _-]{1,2}(?:tool|function|user|retrieved|external|untrusted|system|search|api|file"
    r"|skill)?[ _-]{0,2}"
    r"(?:output|results?|response|documents?|data|input|context|description|message|prompt|content|text|instructions?|readme|manual|tool"
    r"|skill|quote|file)\b"
)
_DECORATION = later(r"(?:[-=*#_~<\[({]{2,20}|\[|<)\s{0,4}$")
_FAR_RIGHT = later(r"(?<![^\S\n])[^\S\n\u3000]{120,}+(?=\S)")
_FAR_DOWN = later(r"(?:\A|(?<=\S))[^\S\n]{0,200}\n(?:[^\S\n]{0,200}\n){45,}+[^\S\n]{0,200}(?=\S)")
_REACH = 600
_LONGEST = 8192
"""Characters of an element that is not shown which are read."""
MOST = 30


@dataclass(frozen=True, slots=True)
class Hidden:
    """A stretch of the text, and how it is out of sight; what it says decides whether that matters."""

    rule: str
    start: int
    end: int
    how: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that frames a conversation or a piece of data. ``reach`` is how far what follows belongs to it; ``is_sure`` when it means
    nothing else, so that what follows need not be looked at."""

    offset: int
    text: str
    reach: int
    is_sure: bool


_SIGNS = ("]:", "](", "![", ".. ", "{#", "%%", " " * 60, "\t" * 20)
_MARKUP = re.compile(r"<[A-Za-z/!|<]|\[/?[A-Z]")
_MOST_LINES = 45


def has_signs(text: str) -> bool:
    """Whether a text in ASCII has anything in it that ``hidden``, ``out_of_sight``, tokens and tags need: there is none when this says
    no."""
    return (
        any(map(text.__contains__, _SIGNS))
        or (("<" in text or "[" in text) and _MARKUP.search(text) is not None)
        or text.count("\n") > _MOST_LINES
    )


def may_be_framed(text: str, plain: Plain) -> bool:
    """Whether ``plain`` has the words that turns and endings need: there are none when this says no."""
    found = plain.found
    is_turn = ":" in text and not found.isdisjoint(_ROLES)
    return is_turn or not (found.isdisjoint(_ENDED) or found.isdisjoint(_DATA))


def hidden(text: str, layout: Layout) -> Iterator[Hidden]:
    """Comments, attributes and elements that are not shown where a page is rendered."""
    for sign, pattern, how in _COMMENTS:
        if sign in text:
            for count, comment in enumerate(pattern.finditer(text)):
                if count >= MOST * 10:
                    yield Hidden("TXT-102", comment.start(), len(text), how)
                    break
                if not layout.is_code(comment.start()):
                    yield Hidden("TXT-102", comment.start(1), comment.end(1), how)
    if "<" in text:
        ends: dict[str, int] = {}
        for pattern in (_HIDING, _NEVER_SHOWN):
            ends.clear()
            for element in pattern.finditer(text):
                if not layout.is_code(element.start()):
                    name = element.group(1)
                    if ends.get(name, -1) < element.end():  # the end of one before is the end of all that stand between
                        end = text.find(f"</{name}", element.end())
                        ends[name] = end if end >= 0 else len(text)
                    yield Hidden("TXT-101", element.end(), ends[name], f"an element `{name}` that is not shown")


def out_of_sight(text: str) -> Iterator[Hidden]:
    """What stands far to the right of, or far below, everything else."""
    if " " * 60 in text or "\t" * 20 in text or not text.isascii():
        for blanks in _FAR_RIGHT.finditer(text):
            end = text.find("\n", blanks.end())
            yield Hidden(
                "TXT-106",
                blanks.end(),
                end if end >= 0 else len(text),
                f"text behind {len(blanks.group())} blanks, where nobody scrolls to",
            )
    below = _FAR_DOWN.search(text) if text.count("\n") > _MOST_LINES else None
    if below is not None:
        lines = below.group().count("\n")
        yield Hidden("TXT-106", below.end(), len(text), f"text below {lines} empty lines, where nobody scrolls to")


def tokens(text: str, plain: Plain) -> Iterator[Mark]:
    """Tokens of chat templates and tags of roles."""
    if "<" in text or "[" in text:
        for token in _TOKENS.finditer(text):
            yield Mark(token.start(), token.group(), token.end() + _REACH, is_sure=True)
    if ":" in text and not plain.found.isdisjoint(_ROLES):
        for turn in _TURNS.finditer(f"\n{text}"):
            said = turn.group().strip(" \t>\n")
            yield Mark(turn.start() + turn.group().index(said), said, turn.end() + _REACH, is_sure=False)


def endings(text: str, plain: Plain) -> Iterator[Mark]:
    """Marks that say that the data has ended, where none began."""
    if "</" in text:
        yield from _closing_tags(text)
    for word in _ENDED if not plain.found.isdisjoint(_DATA) else ():
        position = plain.text.find(word) if word in plain.found else -1
        while position >= 0:
            ended = _END.match(plain.text, position)
            if ended is not None and _DECORATION.search(plain.text[max(position - 24, 0) : position]):
                yield Mark(plain.origin(position), ended.group(), plain.origin(ended.end() - 1) + _REACH, is_sure=False)
            position = plain.text.find(word, position + len(word))


def _closing_tags(text: str) -> Iterator[Mark]:
    opened: dict[str, int] = {}
    for tag in _TAG.finditer(text):
        name = tag.group(2).lower()
        if not tag.group(1):
            opened[name] = opened.get(name, 0) + 1
        elif opened.get(name, 0):
            opened[name] -= 1
        elif name in _LOOSE_FRAME or _FRAME.fullmatch(name):
            yield Mark(tag.start(), tag.group(), tag.end() + _REACH, is_sure=name not in _LOOSE_FRAME)
