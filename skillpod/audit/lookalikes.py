"""Names that are not what they seem: letters that Python reads as others, scripts that are mixed, words that look like other words."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from enum import Enum

from skillpod.model.later import later


class Script(Enum):
    LATIN = "Latin"
    GREEK = "Greek"
    CYRILLIC = "Cyrillic"
    ARMENIAN = "Armenian"
    COPTIC = "Coptic"
    CHEROKEE = "Cherokee"
    DISTINCT = "a script whose letters look like no Latin ones"
    OTHER = "a script of old texts or few readers"


# First code points of runs of one script (Unicode's Scripts.txt, coarsely); a run ends where the next one begins.
_RUNS = (
    (0x0, Script.LATIN),
    (0x370, Script.GREEK),
    (0x3E2, Script.COPTIC),
    (0x3F0, Script.GREEK),
    (0x400, Script.CYRILLIC),
    (0x530, Script.ARMENIAN),
    (0x590, Script.DISTINCT),  # Hebrew, Arabic, Syriac, the scripts of India and its neighbours, Georgian, Hangul's letters, Ethiopic
    (0x13A0, Script.CHEROKEE),
    (0x1400, Script.OTHER),
    (0x1780, Script.DISTINCT),  # Khmer, Mongolian
    (0x18B0, Script.OTHER),
    (0x1C80, Script.CYRILLIC),
    (0x1C90, Script.DISTINCT),
    (0x1D00, Script.LATIN),
    (0x1D26, Script.GREEK),
    (0x1D2B, Script.CYRILLIC),
    (0x1D2C, Script.LATIN),
    (0x1F00, Script.GREEK),
    (0x2000, Script.LATIN),
    (0x2C00, Script.OTHER),
    (0x2C60, Script.LATIN),
    (0x2C80, Script.COPTIC),
    (0x2D00, Script.DISTINCT),
    (0x2D30, Script.OTHER),
    (0x2D80, Script.DISTINCT),
    (0x2DE0, Script.CYRILLIC),
    (0x2E00, Script.DISTINCT),  # Chinese, Japanese
    (0xA4D0, Script.OTHER),
    (0xA640, Script.CYRILLIC),
    (0xA6A0, Script.OTHER),
    (0xA722, Script.LATIN),
    (0xA800, Script.OTHER),
    (0xA8E0, Script.DISTINCT),
    (0xA930, Script.OTHER),
    (0xA960, Script.DISTINCT),
    (0xA980, Script.OTHER),
    (0xAB00, Script.DISTINCT),
    (0xAB30, Script.LATIN),
    (0xAB65, Script.GREEK),
    (0xAB66, Script.LATIN),
    (0xAB70, Script.CHEROKEE),
    (0xABC0, Script.OTHER),
    (0xAC00, Script.DISTINCT),  # Hangul
    (0xFB00, Script.LATIN),
    (0xFB1D, Script.DISTINCT),
    (0x10000, Script.OTHER),
    (0x20000, Script.DISTINCT),  # more Chinese
    (0x40000, Script.OTHER),
)
_STARTS = tuple(start for start, _ in _RUNS)

_LOOKS_LIKE = str.maketrans(
    # Cyrillic
    "аеорсухіјѕһԁӏԛԝѵүАВЕЅІЈКМНОРСТУХԌԚԜѴ"
    # Greek
    "αγικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧϲϳ"
    # Armenian, Cherokee, Coptic
    "ոսցհօզյԼՍՕՏᎪᏴᏟᎠᎬᏀᎻᏆᎫᏞᎷᏢᎡᏚᎢᏙᎳᏃⲟⲣⲥⲭ"
    # Latin letters that are not the ones of ASCII
    "ɑɡıɩᴄᴇᴏᴛᴜᴠᴡᴢꜱɪʟʏ",
    "aeopcyxijshdlqwvyABESIJKMHOPCTYXGQWVayikvoptuxABEZHIKMNOPTYXcjnugohqjLSOSABCDEGHIJLMPRSTVWZopcxagiiceotuvwzsily",
)
_GREEK_TWINS = frozenset("οΑΒΕΖΗΙΚΜΝΟΡΤΥΧϲϳ")
"""Greek letters that are drawn as the Latin ones are. Others beside Latin letters are how physics is written: dλ, Δt, νmax."""

_PARTS = later(r"[^\W\d_]+")
_PUNCTUATION = later("[\u01c0-\u01c3\u02b9-\u02bf\u02c8\u02d0\u00b7\u0387\u203f\u2040]")
_MARK_ON_ASCII = later("[\x00-\x7f][\u0300-\u036f\u20d0-\u20ff]")
_UNSEEN = later("[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def disguise(name: str) -> str:
    """Why a name in other letters than ASCII's is not what it seems, in words; or the empty string."""
    plain = unicodedata.normalize("NFKC", name)
    composed = unicodedata.normalize("NFC", name)
    if plain != composed.replace("\u00b5", "\u03bc"):  # the micro sign of keyboards is drawn as the letter it becomes
        return f"is read by Python as `{plain}`"
    if _UNSEEN.search(name):
        return "has a character in it that is not shown"
    if _MARK_ON_ASCII.search(composed) or _PUNCTUATION.search(name):
        return "has a character in it that looks like a mark, an operator or punctuation"
    return "mixes scripts that look alike" if _is_mixed(composed) else ""


def skeleton(name: str) -> str:
    """What a name looks like, as far as letters that look like ASCII's are concerned: equal skeletons are drawn alike."""
    return unicodedata.normalize("NFKC", name).translate(_LOOKS_LIKE)


def _is_mixed(name: str) -> bool:
    parts = _PARTS.findall(name)
    if any(_mixes(part) for part in parts):
        return True
    disguised = any(len(part) > 1 and not part.isascii() and skeleton(part).isascii() for part in parts)
    return disguised and any(part.isascii() for part in parts)  # `сору_file`: every letter of one part has a Latin twin


def _mixes(part: str) -> bool:
    scripts = {_script(letter) for letter in part} - {Script.DISTINCT}
    if scripts == {Script.LATIN, Script.GREEK}:
        return not _GREEK_TWINS.isdisjoint(part)
    return len(scripts) > 1


def _script(letter: str) -> Script:
    return _RUNS[bisect_right(_STARTS, ord(letter)) - 1][1]
