"""Text that looks like what it is: no invisible, reordering or unassignable characters.

Text typed, pasted or received is untrusted. What passes here is what is shown, signed and sent;
so nothing may hide in it. Sources: Unicode Standard Annex 15 (normal forms), Technical Report 36
§2.4 and Technical Standard 39 §5 (security), Unicode 5.8 (line separators).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MAX_STACKED_MARKS: Final = 4
"""More combining marks on one letter than any living orthography needs; beyond it, lines overlap."""

_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Drawn as nothing or as a blank, although their general category is letter, mark or symbol.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_VARIATION_SELECTORS: Final = (
    range(0x180B, 0x1810),
    range(0xFE00, 0xFE10),
    range(0xE0100, 0xE01F0),
)
_NONCHARACTERS: Final = range(0xFDD0, 0xFDF0)
_LAST_OF_PLANE: Final = 0xFFFE  # the last two code points of each plane are noncharacters too
_CHARACTERS: Final = 8_192  # whose properties are remembered: a language has no more in use
_REPORTED: Final = 8  # places named in a fault; a megabyte of zeros needs no megabyte of report

_SCRIPTS: Final = {
    "CJK": "han",
    "KANGXI": "han",
    "IDEOGRAPHIC": "han",
    "FULLWIDTH": "latin",
}


@dataclass(frozen=True, slots=True)
class CodePoint:
    """One character that was refused.

    Attributes:
        place: 1 for the first character of the text as it was given.
        name: its number as Unicode writes it ("U+202E"): safe to show, unlike the character.
    """

    place: int
    name: str


@dataclass(frozen=True, slots=True)
class CleanText:
    """Text fit to be shown, signed and sent.

    Attributes:
        text: in normal form C, one line, single spaces, none at the ends; may be empty.
    """

    text: str


@dataclass(frozen=True, slots=True)
class TextFault:
    """Why a text was refused.

    Attributes:
        code: `too_long`, `not_text` (lone surrogate, noncharacter), `control`, `direction`,
            `invisible`, `private_use`, `stacked_marks`.
        places: the first eight characters of that kind; empty for `too_long`.
        length: characters found; 0 unless `too_long`.
        limit: characters allowed; 0 unless `too_long`.
    """

    code: str
    places: tuple[CodePoint, ...] = ()
    length: int = 0
    limit: int = 0


def clean_text(text: str, max_len: int) -> CleanText | TextFault:
    """Bring one line of untrusted text into its only stored form, or say why not.

    Blanks of any width become one ASCII space. Joiners are refused too (category Cf), although
    some scripts use them: an account name that needs one can be written without it.

    Args:
        text: untrusted.
        max_len: the most characters (code points, after normal form C) allowed.
    """
    if text.isascii() and text.isprintable() and len(text) <= max_len:  # most text; the way below gives the same
        return CleanText(" ".join(text.split()))
    # Normal form C of a huge text is slow, and no text shrinks to a quarter by it.
    if len(text) > 4 * max_len + 64:
        return TextFault("too_long", length=len(text), limit=max_len)
    kinds = [refused_kind(char) for char in text]
    worst = next((kind for kind in kinds if kind), "")
    if worst:
        found = [at for at, kind in enumerate(kinds) if kind == worst]
        return TextFault(worst, _named(text, found))
    stacked = _stacked(text)
    if stacked:
        return TextFault("stacked_marks", _named(text, stacked))
    clean = " ".join(unicodedata.normalize("NFC", text).split())
    if len(clean) > max_len:
        return TextFault("too_long", length=len(clean), limit=max_len)
    return CleanText(clean)


@lru_cache(maxsize=_CHARACTERS)
def refused_kind(char: str) -> str:
    """Tell which fault a character is, "" for none (codes as in `TextFault`)."""
    point, category = ord(char), unicodedata.category(char)
    if category == "Cs" or point & _LAST_OF_PLANE == _LAST_OF_PLANE or point in _NONCHARACTERS:
        return "not_text"
    if char in _BIDI:
        return "direction"
    if category in {"Cc", "Zl", "Zp"}:
        return "control"
    if category == "Cf" or char in _BLANK or any(point in span for span in _VARIATION_SELECTORS):
        return "invisible"
    return "private_use" if category == "Co" else ""


def code_point(char: str) -> str:
    """Write a character's number ("U+0430"), which is safe to show and to log."""
    return f"U+{ord(char):04X}"


@lru_cache(maxsize=_CHARACTERS)
def script_of(char: str) -> str:
    """Name the script a letter belongs to ("latin", "cyrillic", "han" …), "" for anything else.

    Taken from the character's formal name, whose first word is its script: the standard library
    has no Script property.
    """
    if not unicodedata.category(char).startswith("L"):
        return ""
    # Compatibility forms (bold, circled, half-width …) belong where their plain form does.
    plain = unicodedata.normalize("NFKC", char)[0]
    words = unicodedata.name(plain, "").split()
    first = words[0].partition("-")[0] if words else "UNNAMED"
    return _SCRIPTS.get(first, first.lower())


def _named(text: str, places: list[int]) -> tuple[CodePoint, ...]:
    return tuple(CodePoint(at + 1, code_point(text[at])) for at in places[:_REPORTED])


def _stacked(text: str) -> list[int]:
    """Find the places at which too many marks stand on one letter (decomposed, as they are drawn)."""
    found: list[int] = []
    run = 0
    for at, char in enumerate(text):
        parts = unicodedata.normalize("NFD", char)
        marks = sum(unicodedata.category(part) in {"Mn", "Me"} for part in parts)
        run = run + marks if marks == len(parts) else marks
        if run > MAX_STACKED_MARKS:
            found.append(at)
    return found
