"""A text as a model reads it: one alphabet, one case, nothing invisible; every character still knows where it came from."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from skillpod.audit.text.invisible import BIDI, ZERO_WIDTH
from skillpod.model.later import later

_RUN = later("[^\x00-\x7f]+|(?<=[A-Za-z])-\r?\n[ \t]*(?=[a-z])")
"""What is not copied as it is: characters beyond ASCII, and the break in a word that was divided at the end of a line."""
_INVISIBLE = later(f"[{ZERO_WIDTH}{BIDI}\ufe00-\ufe0f\U000e0000-\U000e01ef]")
_TAG = later("[\U000e0000-\U000e007f]")
_BLANKS = "".join(chr(code) if chr(code).isalnum() or chr(code) in "@$" else " " for code in range(128))
_WORD = later(r"(?:[^\W_]|[@$])+")
_LONG = 20
_SHORT = 4
"""Letters of a word that is not looked for behind a disguise."""
_SPACED = later(r"(?<![a-z0-9])[a-z](?![a-z0-9])(?:[ .*_|/-]{1,8}[a-z](?![a-z0-9])){5,}+")
_DIVIDING = later("[a-z](?:[*`]|<|&#)")
_WITHIN = later(r"(?<=[a-z])(?:\*{1,3}|`{1,2}|</?[a-z][^<>\n]{0,80}>|<!--[^<>]{0,80}-->){1,4}(?=[a-z])")
_LETTER = later(r"([a-z])([^a-z]*)")
_IN_A_ROW = 6
"""Words of one letter, before they are read as one word of many."""

_LOOK_ALIKES = str.maketrans(
    {
        look_alike: letter
        for letter, look_alikes in {
            "a": "аαɑᴀ", "b": "ьʙ", "c": "сϲᴄ", "d": "ԁժᴅ", "e": "еҽεᴇ", "g": "ɡցɢ", "h": "һհʜ", "i": "іιıɪ", "j": "јʝᴊ", "k": "кκᴋ",
            "l": "ӏǀʟ", "m": "мᴍ", "n": "пηոɴ", "o": "оοσօᴏ", "p": "рρᴘ", "q": "ԛզ", "r": "гʀ", "s": "ѕꜱ", "t": "тτᴛ", "u": "υսᴜ",
            "v": "νѵᴠ", "w": "ԝωѡᴡ", "x": "хχ", "y": "уγʏ", "z": "ᴢ",
        }.items()
        for look_alike in look_alikes
    }
)  # fmt: skip
"""Letters of other alphabets and the letters of ours they look like: what a reader takes them for."""
_FOREIGN = frozenset(map(chr, _LOOK_ALIKES))
_LEET = str.maketrans("0134578@$", "oieastbas")


class _Fold(dict[int, str]):
    """What each character is read as; an entry is made when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if 0xE0020 <= code < 0xE007F:
            folded = chr(code - 0xE0000).lower()
        elif _INVISIBLE.match(character):
            folded = ""
        elif 0x1F150 <= code <= 0x1F189 or 0x1F1E6 <= code <= 0x1F1FF:
            folded = chr(ord("a") + (code - (0x1F1E6 if code >= 0x1F1E6 else 0x1F170 if code >= 0x1F170 else 0x1F150)) % 26)
        elif character in "\u2018\u2019\u02bc":
            folded = "'"
        else:
            folded = unicodedata.normalize("NFKC", character).lower()
            if code < 0x3000:
                folded = "".join(each for each in unicodedata.normalize("NFD", folded) if not unicodedata.combining(each))
        self[code] = folded
        return folded


_FOLD = _Fold()


@dataclass(frozen=True, slots=True)
class Plain:
    """``text`` in pieces that were copied in step: the piece that begins at ``starts[i]`` came from ``origins[i]`` on. ``words`` are its
    words, in order; figures, @ and $ belong to them; ``found`` has each once, and ``odd`` those that are more than plain letters, or too
    long for a word of a language."""

    text: str
    starts: tuple[int, ...] = (0,)
    origins: tuple[int, ...] = (0,)
    words: list[str] = field(init=False, repr=False, compare=False)
    found: frozenset[str] = field(init=False, repr=False, compare=False)
    odd: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        text = self.text
        words = text.translate(_BLANKS).split() if text.isascii() else _WORD.findall(text)
        found = frozenset(words)
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "found", found)
        object.__setattr__(self, "odd", () if _is_plain(found) else _odd(found))

    def origin(self, offset: int) -> int:
        """Where in the original the character stood."""
        piece = bisect_right(self.starts, offset) - 1
        return self.origins[piece] + offset - self.starts[piece]

    def like(self, text: str) -> Plain:
        """Another text of the same length, character by character."""
        return Plain(text, self.starts, self.origins)


def _is_plain(words: frozenset[str]) -> bool:
    together = "".join(words)
    return not words or (together.isalpha() and together.isascii() and max(map(len, words)) < _LONG)


def _odd(words: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(word for word in words if len(word) >= _LONG or not (word.isalpha() and word.isascii())))


def normalise(text: str) -> Plain:
    """Lower case, compatibility forms and accents resolved, invisible characters gone (tags read as letters), divided words joined."""
    if text.isascii() and "-\n" not in text and "-\r" not in text:
        return Plain(text.lower())
    parts: list[str] = []
    starts, origins = [0], [0]
    length = copied = 0
    for run in _RUN.finditer(text):
        head = text[copied : run.start()].lower()
        parts.append(head)
        length += len(head)
        for piece, origin in _folded(run):
            starts.append(length)
            origins.append(origin)
            parts.append(piece)
            length += len(piece)
        starts.append(length)
        origins.append(run.end())
        copied = run.end()
    parts.append(text[copied:].lower())
    return Plain("".join(parts), tuple(starts), tuple(origins))


def _folded(run: re.Match[str]) -> Iterable[tuple[str, int]]:
    characters = run.group()
    if characters.isascii():
        return ()
    whole = characters.translate(_FOLD)
    if _TAG.search(characters):
        return (
            (f" {_FOLD[ord(each)]}" if _is_first_tag(characters, index) else _FOLD[ord(each)], run.start() + index)
            for index, each in enumerate(characters)
        )
    if len(whole) == len(characters):
        return ((whole, run.start()),)
    return ((_FOLD[ord(character)], run.start() + index) for index, character in enumerate(characters))


def _is_first_tag(characters: str, index: int) -> bool:
    """What is written in tags does not belong to the word before it."""
    return _TAG.match(characters[index]) is not None and not (index and _TAG.match(characters[index - 1]))


def fold(text: str) -> str:
    """What is not ASCII as ``normalise`` would give it; for our own tables, where capital letters are syntax."""
    return "".join(each if each.isascii() else _FOLD[ord(each)] for each in text)


def is_of_word(character: str) -> bool:
    """Whether it belongs to a word as ``Plain.words`` divides them."""
    return character.isalnum() or character in "@$"


# --- letters that stand for others -------------------------------------------------------------------------------------------------


def unmasked(plain: Plain, known: frozenset[str]) -> Plain | None:
    """The text with look-alike letters, and figures in the place of letters, read as what they look like; None when no word of it would
    become one of ``known``."""
    if not any(len(word) > _SHORT and word not in known and _bare(word) in known for word in plain.odd):
        return None
    bare = {word: _bare(word) for word in plain.odd if any(map(str.isalpha, word)) and len(_bare(word)) == len(word)}
    text = _WORD.sub(lambda match: bare.get(match.group(), match.group()), plain.text)
    return plain.like(text)


def may_be_unmasked(plain: Plain) -> bool:
    """Whether a word is long enough, and has figures in it or signs that stand for letters."""
    return any(len(word) > _SHORT for word in plain.odd)


def _bare(word: str) -> str:
    if not word.isascii():
        word = word.translate(_LOOK_ALIKES)
    return word if word.isalpha() else word.replace("11", "ll").translate(_LEET)


def disguised_words(plain: Plain) -> list[str]:
    """Words of Latin letters with look-alikes of another alphabet among them."""
    return [word for word in plain.odd if not word.isascii() and len(word) > 3 and _is_disguised(word)]


def _is_disguised(word: str) -> bool:
    latin = sum(character.isascii() and character.isalpha() for character in word)
    foreign = [character for character in word if not character.isascii() and character.isalpha()]
    return latin >= 2 and bool(foreign) and all(character in _FOREIGN and _is_greek_or_cyrillic(character) for character in foreign)


def _is_greek_or_cyrillic(character: str) -> bool:
    return "\u0370" <= character <= "\u052f"


def closed_up(plain: Plain, known: frozenset[str]) -> Plain | None:
    """The text with words that are spaced out letter by letter written together, divided where the gap is another one, or else where a
    known word begins or ends; None when there are none."""
    if not may_be_closed_up(plain):
        return None
    singles = [number for number, word in enumerate(plain.words) if len(word) == 1]
    if not any(last - first == _IN_A_ROW - 1 for first, last in zip(singles, singles[_IN_A_ROW - 1 :], strict=False)):
        return None
    runs = list(_SPACED.finditer(plain.text))
    if not runs:
        return None
    divide = re.compile("|".join(sorted((re.escape(word) for word in known if len(word) > 2 and word.isascii()), key=len, reverse=True)))
    builder = _Builder(plain)
    for run in runs:
        builder.copy(run.start())
        letters = [(letter.group(1), letter.group(2), run.start() + letter.start()) for letter in _LETTER.finditer(run.group())]
        for index in _breaks(letters, divide):
            builder.put(letters[index][0] if index >= 0 else " ", letters[index][2] if index >= 0 else run.start())
        builder.skip(run.end())
    return builder.plain()


def may_be_closed_up(plain: Plain) -> bool:
    """Whether there are as many words of one letter as can be read as one word of many."""
    words = plain.words
    return len(words) >= _IN_A_ROW and [*map(len, words)].count(1) >= _IN_A_ROW


def may_be_undivided(plain: Plain) -> bool:
    text = plain.text
    return ("*" in text or "`" in text or "<" in text or "&#" in text) and _DIVIDING.search(text) is not None


def undivided(plain: Plain) -> Plain | None:
    """The text without marks of emphasis, tags and comments inside of words; None when there are none."""
    runs = list(_WITHIN.finditer(plain.text)) if may_be_undivided(plain) else []
    if not runs:
        return None
    builder = _Builder(plain)
    for run in runs:
        builder.copy(run.start())
        builder.skip(run.end())
    return builder.plain()


def _breaks(letters: list[tuple[str, str, int]], divide: re.Pattern[str]) -> Iterable[int]:
    """The letters by their index, and -1 for a blank between words."""
    usual = letters[0][1]
    ends = {index for index, (_, gap, _) in enumerate(letters) if gap not in (usual, "")}
    if not ends:
        joined = "".join(letter for letter, _, _ in letters)
        ends = {edge - 1 for word in divide.finditer(joined) for edge in word.span()}
    for index in range(len(letters)):
        yield index
        if index in ends:
            yield -1


class _Builder:
    """Writes a text out of another one, in pieces."""

    def __init__(self, source: Plain) -> None:
        self._source = source
        self._parts: list[str] = []
        self._starts, self._origins = [0], [0]
        self._length = self._copied = 0

    def put(self, piece: str, offset: int) -> None:
        self._starts.append(self._length)
        self._origins.append(self._source.origin(offset))
        self._parts.append(piece)
        self._length += len(piece)

    def copy(self, end: int) -> None:
        """What stands between what was written last and here; a piece of the source begins anew wherever one did there."""
        edges = self._source.starts[bisect_right(self._source.starts, self._copied) : bisect_left(self._source.starts, end)]
        for start, stop in zip([self._copied, *edges], [*edges, end], strict=True):
            self.put(self._source.text[start:stop], start)
        self._copied = end

    def skip(self, end: int) -> None:
        self._copied = end

    def plain(self) -> Plain:
        self.copy(len(self._source.text))
        return Plain("".join(self._parts), tuple(self._starts), tuple(self._origins))


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, both from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
