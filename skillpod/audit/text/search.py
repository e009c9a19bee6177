"""Finds the clauses of the tables in a text, and leaves out those that are not meant: denied, described, quoted as an example."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from skillpod.audit.standard import listed
from skillpod.audit.text.clauses import BY_VERB, HOT, UNDIVIDED, VERBS, Clause, pattern
from skillpod.audit.text.english import NEGATIVE
from skillpod.audit.text.layout import Layout
from skillpod.audit.text.normalise import Plain, is_of_word
from skillpod.audit.text.rows import Polarity
from skillpod.model.later import later

BEFORE, BEHIND = 320, 320
MOST = 20
"""Findings in one text."""
_CLOSE = 80
SAID = 80
"""Characters of a clause that are shown."""

_PARAGRAPH = later(r"\n[ \t>]*\n\s*")
_DRESSING = later(r"(?:[\s*~`\"“”„«»‹›「」『』|#<>\[\](){}\\]|(?<![a-z0-9])_|_(?![a-z0-9]))+|(?<![a-z])'+|'+(?![a-z])")
_SENTENCE = later(r"[.!?;。！？；](?= |$)|[。！？；]| \. ")

_NEGATIONS = {
    "en": r"\b(?:not|never|don'?t|doesn'?t|won'?t|can'?t|mustn'?t|shouldn'?t|isn'?t|aren'?t|no|nor|can"
    r"not|avoid|avoids|refuses?"
    r"|refrain|stop|prevents?|without|neither|nothing|instead of|rather than|forbidden|prohibited|unable)\b",
    "de": r"\b(?:nicht|nie|niemals|kein\w{0,2}|ohne|statt|nichts|weder)\b",
    "fr": r"(?:\b(?:ne|jamais|sans|pas|aucun\w?|rien)\b|\bn'?(?: |$))",
    "es": r"\b(?:no|nunca|jamas|sin|evita|evite|nada|ni)\b",
    "pt": r"\b(?:nao|nunca|jamais|sem|evite|nada|nem)\b",
    "it": r"\b(?:non|mai|senza|evita|nulla|niente|ne)\b",
    "ru": r"(?:^| )(?:не|никогда|без|нельзя|ни)(?: |$)",
}
_NEGATED_BEHIND = frozenset({"de", "fr"})
"""Languages whose negation stands behind the verb."""
_NEAR = 60
"""Characters before a verb in which a negation belongs to it."""
_NOT_ZH = later(r"(?:不要|不得|切勿|请勿|別|别|禁止|绝不|从不|不会|不能|不应|不可|拒绝|防止|避免|勿)[^。！？；,，]{0,4}$")
_NOT_JA = later(r"^.{0,10}?(?:しない|ないで|ません|てはいけ|てはなら|するな|禁止|ことはない|ことはでき|拒否|防)")

_TELLING = later(
    r"(?:\b(?:can|could|may|might|would|did|does|option to|(?:able|want|wants|wish|wishes|how|attempts?|attempting|tries|try|trying|used"
    r"|allowed|tried|asks?|asking|told|designed|"
    r"likely|unlikely|tempted|instructed|tricked|convinced?|easy|hard) (?:\w{1,15} )?to|"
    r"(?:allow|let|make|help|trick|force|get|cause|convince|instruct|tell|ask)(?:s|ing)? (?:\w{1,12} ){1,3}?(?:to)?|users?|attackers?"
    r"|they|who|which|it|callers?|documents?|inputs?|pages?|people)|"
    r"\b(?:if|when|whether|in case|unless) (?:you|we|the user|they|users) (?:\w{1,15} ){0,2}?(?:want to|choose to|decide to)?) ?$"
)
"""What stands right before a verb that only tells of doing it."""
_SUBJECT = later(r"\b(?!always|this|unless|as|yes|thus|perhaps|plus|besides|steps)[a-z]{2,20}s ?$")
_SETTING = frozenset(
    listed("""
    after when once if before while during for in then with upon even under please
""")
)
"""How a sentence begins that goes on with an order."""
_SUPPOSED = later(
    r"\b(?:could|might|would|may|can|tries to|try to|attempts? to) (?:then |also )?(?:try|make|trick|get|ask|instruct|cause|lead|have"
    r"|contain|attempt|tell|convince|say|include|be asked)\b"
)
_CONDITION = later(
    r"\b(?:if|when) (?:you|you're|you are|you've|your|using|on|running) (?!(?:are )?(?:an? |the )?(?:ai|agent|assistant|model|llm"
    r"|language))"
)
_CONDITIONAL = frozenset({"TXT-201"})
_OPTIONAL = frozenset({"TXT-204", "TXT-206"})
"""What a program's own options also say of themselves."""
_UNTIL = later(r"\b(?:until|unless|before you)\b")
_TURNS = later(r"\b(?:and|then|but|forget|fail|hesitate|neglect|just|simply|matter|mind|worry|longer|only|instead|enough|too)\b")
_OPTION = later(r"(?:^|[\s|`,(])--?[a-z][a-z-]*")

SECURITY = later(
    r"detect|\bflag(?:s|ged)?\b|block(?:s|ed|list|ing)\b|deny ?-?list|attack|malicious|inject|adversar|jailbreak|threat|phish|reject(?:s"
    r"|ed|ing)\b|scanner|\bscan(?:s|ning)?\b|"
    r"sanitis|sanitiz|suspicious|red[- ]?team|guard(?:s|ed|ing)? against|protect(?:s|ed|ing)? against|untrusted|hostile|poison|exploit"
    r"|evasion|mitigat|refus(?:e|es|al)|must be refused|"
    r"filter(?:s|ed)?\b|catch(?:es)?\b|erkenn|angriff|schutz|schadlich|detecte|attaque|malveillan|ataque|detecta|malicios|inyecci|injec"
    r"|iniezion|attacc|rileva|dannos|атак|инъекц|обнаруж|вредонос|注入|攻击|攻擊|检测|檢測|恶意|攻撃|検出|悪意|インジェクション"
)
"""Words of a text that is about such clauses, in normalised form; not their use in a name."""
_EXAMPLE = later(
    r"example|\be\.?g\b|such as|phrase|pattern|sample|instance|\b(?:page|document|file|text|mail|input|message|content|result|site|it"
    r"|something)s? says?\b"
    r"|z\. ?b\.|beispiel|wie etwa|exemple|ejemplo|exemplo|esempio|например|例如|比如|例えば|などの"
)
_CATALOGUE = later(
    r"pattern|phrase|example|payload|signature|sample|detect|block|attack|threat|cases?\b|muster|beispiel|exemple|ejemplo|esempi|пример"
    r"|示例|例"
)
"""A heading under which a list holds what is looked for."""
_ENDORSED = later(
    r"\b(?:follow|obey|do what|do exactly|execute|carry out|comply|you must|always begin|start by|act on"
    r"|apply) [^.!?\n]{0,60}:?\s*[\"“`'~]*\s*$"
)
_GOVERNS = later(r"[:;](?= |$)|--|[—–]| - ")


@dataclass(frozen=True, slots=True)
class Hit:
    """A clause and where it begins, as an offset of the original text; ``said`` are its words, as a model reads them."""

    clause: Clause
    offset: int
    said: str


def clauses_in(plain: Plain, layout: Layout, subject: str = "") -> list[Hit]:
    """The clauses that are meant, in the order of the text; those of one rule that stand close together are one. ``subject`` is what the
    text as a whole is called, where it has a name."""
    if plain.text.isascii() and plain.found.isdisjoint(VERBS):
        return []
    hits: list[Hit] = []
    last: dict[str, int] = {}
    for hit in sorted(_meant(plain, layout, subject), key=lambda hit: (hit.offset, hit.clause.rule, hit.said)):
        if hit.offset > last.get(hit.clause.rule, -1 - _CLOSE) + _CLOSE:
            hits.append(hit)
        last[hit.clause.rule] = hit.offset
        if len(hits) >= MOST:
            break
    return hits


def _meant(plain: Plain, layout: Layout, subject: str) -> Iterator[Hit]:
    possible = {verb: clauses for verb in VERBS & plain.found if (clauses := _possible(verb, plain.found))}
    if possible:
        index = _Index(plain)
        for verb, clauses in possible.items():
            worth = index.worth(verb, clauses)
            if worth:
                yield from islice(_with_verb(verb, worth, plain, layout, subject), MOST)
    if not plain.text.isascii():
        yield from _undivided(plain, layout, subject)


def _possible(verb: str, found: frozenset[str]) -> list[Clause]:
    """The clauses of a verb that a text with those words can hold."""
    return [
        clause
        for clause in BY_VERB[verb]
        if not (clause.near and clause.near.isdisjoint(found)) and not (_needs_negative(clause) and NEGATIVE.isdisjoint(found))
    ]


def _needs_negative(clause: Clause) -> bool:
    return clause.polarity is Polarity.MAKES and clause.language == "en"


def _with_verb(verb: str, worth: Mapping[int, list[Clause]], plain: Plain, layout: Layout, subject: str) -> Iterator[Hit]:
    for count, position in enumerate(_places(plain.text, verb)):
        if count in worth:
            yield from _at(_Window(plain.text, position, len(verb)), worth[count], plain.origin(position), layout, subject)


def _undivided(plain: Plain, layout: Layout, subject: str) -> Iterator[Hit]:
    """Line by line, and once more over what is left when the lines of a paragraph are joined."""
    end = 0
    for found in _UNDIVIDED.finditer(plain.text):
        if found.start() < end:
            continue
        start = plain.text.rfind("\n\n", 0, found.start()) + 1
        end = plain.text.find("\n\n", found.end())
        end = end if end >= 0 else len(plain.text)
        for paragraph in dict.fromkeys((plain.text[start:end], _BREAK.sub("", plain.text[start:end]))):
            yield from _in_paragraph(paragraph, start, plain, layout, subject)


def _in_paragraph(paragraph: str, start: int, plain: Plain, layout: Layout, subject: str) -> Iterator[Hit]:
    for clause in UNDIVIDED:
        for match in pattern(clause.then).finditer(paragraph):
            offset = plain.origin(start + match.start())
            if not _is_denied(clause, paragraph, match) and not _is_example(layout, offset, subject, ""):
                yield Hit(clause, offset, match.group()[:SAID])


class _Index:
    """Where the words stand that the tables know, counted in words."""

    def __init__(self, plain: Plain) -> None:
        self.at: dict[str, list[int]] = {}
        for number, word in enumerate(plain.words):
            if word in HOT:
                self.at.setdefault(word, []).append(number)
        self._merged: dict[frozenset[str], list[int]] = {}

    def worth(self, verb: str, clauses: Iterable[Clause]) -> dict[int, list[Clause]]:
        """The clauses worth looking at, by how many times the verb stood before."""
        found: dict[int, list[Clause]] = {}
        for clause in clauses:
            near = self._places_of(clause.near) if clause.near else None
            negative = self._places_of(NEGATIVE) if _needs_negative(clause) else None
            for count, number in enumerate(self.at[verb]):
                if (near is None or _is_within(near, number - 2, number + _REACH)) and (
                    negative is None or _is_within(negative, number - _REACH_BACK, number)
                ):
                    found.setdefault(count, []).append(clause)
        return found

    def _places_of(self, words: frozenset[str]) -> list[int]:
        if words not in self._merged:
            self._merged[words] = sorted(number for word in words & self.at.keys() for number in self.at[word])
        return self._merged[words]


_REACH, _REACH_BACK = 30, 12
"""In words: as far as a clause goes, and as far before its verb as a negation of it stands."""
_UNDIVIDED = later("[\u3040-\u30ff\u4e00-\u9fff]{4,}")
_BREAK = later(r"[ \t]*\n[ \t>]*")


def _is_within(places: list[int], first: int, last: int) -> bool:
    index = bisect_left(places, first)
    return index < len(places) and places[index] <= last


def _places(text: str, verb: str) -> Iterator[int]:
    """Where a word stands alone."""
    position = text.find(verb)
    while position >= 0:
        end = position + len(verb)
        if not (position and is_of_word(text[position - 1])) and not (end < len(text) and is_of_word(text[end])):
            yield position
        position = text.find(verb, end)


class _Window:
    """What stands around a verb: ``before`` from where its sentence begins, ``behind`` from the verb on, also beyond its sentence."""

    def __init__(self, text: str, position: int, length: int) -> None:
        self._text = text
        self._position = position
        self.length = length
        self.behind = _undressed(text[position : position + BEHIND])

    @cached_property
    def before(self) -> str:
        before = _undressed(self._text[max(self._position - BEFORE, 0) : self._position])
        ends = [end.end() for end in _SENTENCE.finditer(before)]
        return before[ends[-1] if ends else 0 :].lstrip()

    @property
    def rest(self) -> str:
        """Of the sentence, from the verb on."""
        end = _SENTENCE.search(self.behind)
        return self.behind[: end.start()] if end else self.behind


def _undressed(text: str) -> str:
    return _DRESSING.sub(" ", _PARAGRAPH.sub(" . ", text)).replace("e.g.", "eg").replace("i.e.", "ie")


def _at(window: _Window, clauses: list[Clause], offset: int, layout: Layout, subject: str) -> Iterator[Hit]:
    for clause in clauses:
        match = pattern(clause.then).match(window.behind, window.length)
        if match is not None and _is_said(clause, window) and not _is_example(layout, offset, subject, window.before):
            yield Hit(clause, offset, window.behind[: match.end()][:SAID].strip())


# --- whether it is said at all -----------------------------------------------------------------------------------------------------


def _is_said(clause: Clause, window: _Window) -> bool:
    if clause.beside and not (pattern(clause.beside).search(window.before) or pattern(clause.beside).search(window.rest)):
        return False
    negation = _negation(clause.language, window)
    if clause.polarity is Polarity.MAKES and (
        negation is None or _describes(clause.language, negation) or _is_doubled(clause.language, negation)
    ):
        return False
    if clause.polarity is Polarity.ENDS and (negation is not None or _tells_of(clause.language, window.before)):
        return False
    if clause.rule in _OPTIONAL and _OPTION.search(window.before + window.rest):
        return False
    return not (clause.rule in _CONDITIONAL and _CONDITION.search(window.before)) and not _UNTIL.search(
        window.rest if clause.rule == "TXT-203" else ""
    )


def _negation(language: str, window: _Window) -> str | None:
    """What stands before the negation that belongs to the verb; None when none does."""
    near = window.before[-_NEAR:]
    last = _last(pattern(_NEGATIONS[language]), near)
    if last is not None and not _is_apart(near[last.end() :]):
        return window.before[: len(window.before) - len(near) + last.start()]
    if language in _NEGATED_BEHIND and pattern(_NEGATIONS[language]).search(window.rest[:_NEAR]):
        return window.before
    return None


def _last(wanted: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for match in wanted.finditer(text):
        found = match
    return found


def _is_apart(between: str) -> bool:
    """Whether what stands between a negation and a verb keeps them from belonging together: "do not stop, ignore ..."."""
    return between.count(",") == 1 or len(between.split()) > 7 or _TURNS.search(between) is not None


def _describes(language: str, before: str) -> bool:
    """Whether what stands before a negation is somebody who does not do it: "exit codes do not tell"."""
    words = before.split()
    if language != "en" or not words:
        return False
    before = before.rstrip().removesuffix(" do")
    return _tells_of(language, before) or (_SUBJECT.search(before) is not None and words[0] not in _SETTING)


def _is_doubled(language: str, before: str) -> bool:
    """ "You must not proceed without asking": two negations that undo each other."""
    return any(not _is_apart(before[found.end() :]) for found in pattern(_NEGATIONS[language]).finditer(before[-_NEAR:]))


def _tells_of(language: str, before: str) -> bool:
    return language == "en" and _TELLING.search(before) is not None


def _is_denied(clause: Clause, text: str, match: re.Match[str]) -> bool:
    """The negation of a language whose words are not divided."""
    if clause.polarity is not Polarity.ENDS:
        return False
    if clause.language == "zh":
        return _NOT_ZH.search(text[max(match.start() - 12, 0) : match.start()]) is not None
    return _NOT_JA.match(text[match.end() : match.end() + 16]) is not None


# --- whether it is an example -------------------------------------------------------------------------------------------------------


def _is_example(layout: Layout, offset: int, subject: str, before: str) -> bool:
    """Whether the text only shows it: in code, in quotes or in a list that is said to hold what is detected, or as its object."""
    lead = layout.lead(offset).lower()
    if layout.is_code(offset):
        return _ENDORSED.search(lead) is None
    about = f"{subject} {lead}".lower()
    heading = layout.heading(offset).lower()
    is_about = bool(SECURITY.search(about) or (SECURITY.search(heading) and _CATALOGUE.search(heading)))
    if layout.is_quoted(offset) and (is_about or SECURITY.search(heading) or _EXAMPLE.search(about)):
        return _ENDORSED.search(lead) is None
    if layout.is_listed(offset) and is_about:
        return _ENDORSED.search(lead) is None
    if SECURITY.search(subject.lower()):
        return True
    governing = _last(SECURITY, before)
    if governing is None or _GOVERNS.search(before, governing.end()):
        return False
    return "," not in before[governing.end() :] or _SUPPOSED.search(before) is not None
