"""What one text has in it that a model would obey and a person should know of: the families TXT-1xx and TXT-2xx, before any file."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from skillpod.audit.standard import listed
from skillpod.audit.text import structure
from skillpod.audit.text.clauses import FIXES, MEANING, VERBS
from skillpod.audit.text.decode import decoded, turned
from skillpod.audit.text.invisible import BIDI, ZERO_WIDTH
from skillpod.audit.text.layout import Layout
from skillpod.audit.text.normalise import Plain, closed_up, disguised_words, normalise, undivided, unmasked
from skillpod.audit.text.ordinary import REFERENCE, is_ordinary
from skillpod.audit.text.search import Hit, clauses_in
from skillpod.audit.text.written import Stretch
from skillpod.model.finding import Finding, Severity
from skillpod.model.later import later

DEPTH = 2
"""How many codes inside each other are read."""
LONGEST = 1024 * 1024
"""Characters of one text that are judged at once; a longer one is judged in pieces."""
_OVERLAP = 1024
_SHOWN = 60

_OBJECTS = frozenset(
    listed("""
    instruction instructions prompt previous prior system user conversation password secret secrets credentials approval
    confirmation permission tool tools everything guidelines rules anweisungen instrucciones istruzioni instrucoes consignes
    инструкции указания
""")
)
KNOWN = VERBS | _OBJECTS
"""Words worth looking for behind a disguise."""
_UNSEEN_WITHIN = later(f"[{ZERO_WIDTH}{BIDI}\U000e0000-\U000e007f]")

_ADDRESSED = later(
    r"\b(?:ai|llms?|language models?|(?:coding |ai )?agents?|assistants?|claude|gpt|chatgpt|gemini|copilot|chatbot|bot"
    r"|model)s?\b[^.!?\n]{0,60}?\b"
    r"(?:must|should|shall|always|never|please|do not|don't|have to|need to|are (?:required|instructed|to)|will)\b"
    r"|\b(?:if|as|since) you(?:'re| are) an? (?:ai|llm|language model|assistant|agent|automated|bot)\b"
    r"|\b(?:you must|you should|you will|your task|you are) (?:\w{1,12} ){0,4}?(?:assistant|agent|model|system prompt|ai|tool|user"
    r"|instructions|call|invoke|run|execute|send|obey)\b"
)
_ORDERED = later(
    r"(?:^|[.!?:;\n>] ?|\b(?:please|then|and|now|must|should|first|always|to|you) )(?:run|execute|call|invoke|send|post|upload|download"
    r"|fetch|curl|open|read|cat|delete|remove|rm|forward|reply|respond|"
    r"output|print|write|install|import|ignore|reveal|tell|say|use|pip|bash|sh|wget|eval|exec|visit|copy|email)\b[^\n]{0,200}?(?:https?:"
    r"|\b(?:user|system|prompt|secrets?|tokens?|passwords?|keys?|"
    r"credentials?|conversation|shell|command|tool|instructions?|\.ssh|\.env|api|file|files|server|bash|sh|sudo|rf|attacker|webhook"
    r"|everything|assistant|agent|environment)\b)"
)


class Weight(Enum):
    """``CERTAIN``: hidden or framed, and it says what to do. ``DOUBTFUL``: a person can tell."""

    CERTAIN = "certain"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Saying:
    """One thing a text does to a model that reads it, at an offset; ``said`` is what was read there, shortened."""

    rule: str
    weight: Weight
    offset: int
    said: str
    what: str
    fix: str

    def finding(self, severity: Severity, file: str, where: Stretch, *, rule: str = "") -> Finding:
        """Of a file; ``rule``, when given, is the one it is reported under."""
        shown = "" if self.said in self.what else f": {self.said!a}"
        return Finding(
            rule=rule or self.rule,
            severity=severity,
            file=file,
            line=where[0],
            column=where[1],
            end_column=where[2],
            message=f"{self.what}{shown}",
            fix=self.fix,
            subject=self.said,
        )


def judge(text: str, *, subject: str = "") -> list[Saying]:
    """Everything, in the order of the text. ``subject`` is what the text is called where it has a name of its own (a variable's)."""
    if len(text) <= LONGEST:
        return sorted(_judged(text, subject), key=lambda saying: (saying.offset, saying.rule))
    found: dict[tuple[str, int], Saying] = {}
    for start in range(0, len(text), LONGEST - _OVERLAP):
        for saying in _judged(text[start : start + LONGEST], subject):
            moved = Saying(saying.rule, saying.weight, saying.offset + start, saying.said, saying.what, saying.fix)
            found.setdefault((moved.rule, moved.offset), moved)
    return sorted(found.values(), key=lambda saying: (saying.offset, saying.rule))


def _judged(text: str, subject: str) -> Iterator[Saying]:
    layout = Layout(text)
    plain = normalise(text)
    hits = clauses_in(plain, layout, subject)
    if not hits and is_ordinary(text, plain, KNOWN):
        return
    masks = list(_disguised(text, plain, hits, layout, subject))
    yield from masks
    veiled = [*_hidden(text, layout, hits), *_framed(text, plain, layout, hits)]
    yield from (saying for saying, _, _ in veiled)
    yield from _coded(text, plain, hits)
    covered = [(start, end) for _, start, end in veiled]
    taken = {saying.offset for saying in masks}
    for hit in hits:
        if hit.offset not in taken and not any(start <= hit.offset < end for start, end in covered):
            yield _clause(hit)


def _clause(hit: Hit) -> Saying:
    rule = hit.clause.rule
    return Saying(rule, Weight.DOUBTFUL, hit.offset, hit.said, f"it {MEANING[rule]}", FIXES[rule])


# --- disguises ---------------------------------------------------------------------------------------------------------------------


def _disguised(text: str, plain: Plain, hits: list[Hit], layout: Layout, subject: str) -> Iterator[Saying]:
    seen = {hit.said for hit in hits}
    for variant, how in _variants(plain):
        for hit in clauses_in(variant, layout, subject):
            if hit.said not in seen:
                rule = "TXT-108" if how is _MASKED else "TXT-107"
                yield Saying(rule, Weight.CERTAIN, hit.offset, hit.said, f"an instruction {how}", _OPENLY)
    for hit in hits:
        if not text.isascii() and _UNSEEN_WITHIN.search(_stretch(text, hit)):
            how = "an instruction with invisible characters inside, or written in them"
            yield Saying("TXT-109", Weight.CERTAIN, hit.offset, hit.said, how, _OPENLY)
    if not text.isascii():
        for word in disguised_words(plain)[:_SHOWN]:
            how = "a word with letters of another alphabet that look like Latin ones"
            yield Saying(
                "TXT-110", Weight.DOUBTFUL, plain.origin(plain.text.find(word)), ascii(word)[1:-1], how, "write it in one alphabet"
            )


_APART = "written with its letters apart"
_DIVIDED = "with marks inside of its words"
_MASKED = "written with letters or figures that stand for others"
_OPENLY = "what a model is told, a person must be able to read: say it plainly, or leave it out"


def _variants(plain: Plain) -> Iterator[tuple[Plain, str]]:
    mask = unmasked(plain, KNOWN)
    if mask is not None:
        yield mask, _MASKED
    joined = undivided(plain)
    if joined is not None:
        yield joined, _DIVIDED
    closed = closed_up(plain, KNOWN)
    if closed is not None:
        yield closed, _APART


def _stretch(text: str, hit: Hit) -> str:
    """The original of a hit, about."""
    return text[hit.offset : hit.offset + len(hit.said)]


# --- hidden, framed, coded ---------------------------------------------------------------------------------------------------------


def _hidden(text: str, layout: Layout, hits: list[Hit]) -> Iterator[tuple[Saying, int, int]]:
    for stretch in structure.hidden(text, layout):
        certainty, said = _certainty(text[stretch.start : stretch.end], stretch.start, hits)
        if certainty is not None:
            what = f"an instruction to an agent in {stretch.how}"
            yield Saying(stretch.rule, certainty, stretch.start, said, what, _OPENLY), stretch.start, stretch.end
    for stretch in structure.out_of_sight(text):
        within = text[stretch.start : stretch.end]
        if _in_table(text, stretch.start) and _certainty(within, stretch.start, hits)[0] is None:
            continue
        certainty, said = _certainty(within, stretch.start, hits)
        yield (
            Saying(stretch.rule, certainty or Weight.DOUBTFUL, stretch.start, said, stretch.how, "remove the blanks"),
            stretch.start,
            stretch.start,
        )


def _in_table(text: str, offset: int) -> bool:
    line = text[text.rfind("\n", 0, offset) + 1 : offset].lstrip()
    return line.startswith(("|", "+")) or (bool(line) and not line.strip(" -=+|"))


def _framed(text: str, plain: Plain, layout: Layout, hits: list[Hit]) -> Iterator[tuple[Saying, int, int]]:
    for rule, marks, what in (
        ("TXT-104", structure.tokens(text, plain), "a token that frames the turns of a conversation"),
        ("TXT-105", structure.endings(text, plain), "a mark that says the data has ended, where none began"),
    ):
        for count, mark in enumerate(marks):
            if count >= structure.MOST:
                break
            certainty = _frame(text, mark, layout, hits)
            if certainty is not None:
                fix = "write it without its brackets, or show it in a block of code"
                yield (
                    Saying(rule, certainty, mark.offset, mark.text[:_SHOWN], f"{what}: {mark.text[:_SHOWN]!a}", fix),
                    mark.offset,
                    mark.offset,
                )


def _frame(text: str, mark: structure.Mark, layout: Layout, hits: list[Hit]) -> Weight | None:
    follows = any(mark.offset <= hit.offset < mark.reach for hit in hits)
    if layout.is_code(mark.offset):
        return Weight.DOUBTFUL if follows else None
    if mark.is_sure:
        return Weight.CERTAIN
    return Weight.CERTAIN if follows else None


def _certainty(text: str, offset: int, hits: Iterable[Hit]) -> tuple[Weight | None, str]:
    """How surely a stretch that is out of sight is meant for an agent, and what it says."""
    for hit in hits:
        if offset <= hit.offset < offset + len(text):
            return Weight.CERTAIN, hit.said
    plain = normalise(text[:_OVERLAP])
    direct = clauses_in(plain, Layout(plain.text))
    if direct:
        return Weight.CERTAIN, direct[0].said
    spoken = _ADDRESSED.search(plain.text)
    return (Weight.DOUBTFUL, spoken.group()[:_SHOWN]) if spoken else (None, " ".join(plain.text[:_SHOWN].split()))


def _coded(text: str, plain: Plain, hits: list[Hit]) -> Iterator[Saying]:
    seen = {hit.said for hit in hits}
    for piece in decoded(text, plain):
        said = _instruction(piece.text, DEPTH - 1)
        if said:
            yield Saying("TXT-103", Weight.CERTAIN, piece.offset, said, f"an instruction in {piece.code}", _OPENLY)
    if "&" in text:
        for hit in clauses_in(normalise(html.unescape(text)), Layout(text)) if REFERENCE.search(text) else ():
            if hit.said not in seen:
                place = max(text.find("&"), 0)
                yield Saying("TXT-103", Weight.CERTAIN, place, hit.said, "an instruction in character references", _OPENLY)
    for variant, code in turned(plain, KNOWN):
        for hit in clauses_in(variant, Layout(variant.text)):
            yield Saying("TXT-103", Weight.CERTAIN, hit.offset, hit.said, f"an instruction in {code}", _OPENLY)


def _instruction(text: str, depth: int) -> str:
    """What a decoded text tells a reader to do; empty when it tells nothing."""
    plain = normalise(text)
    hits = clauses_in(plain, Layout(text))
    if hits:
        return hits[0].said
    order = _ADDRESSED.search(plain.text) or _ORDERED.search(plain.text)
    if order:
        return order.group()[:_SHOWN].strip()
    inner = (_instruction(piece.text, depth - 1) for piece in decoded(text, plain)) if depth > 0 else ()
    return next(filter(None, inner), "")
