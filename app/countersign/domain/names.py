"""Names side by side: what only looks the same, what is nearly the same, and where two differ.

Advice to a person, never a verdict: a name check is the bank's. Names are expected to have passed
`unicode_safety.clean_text`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from countersign.domain.confusables import PAIRS, PLAIN_FORM
from countersign.domain.unicode_safety import script_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_SAME: Final = 100  # per cent
NEARLY_THE_SAME: Final = 85
"""Likeness in per cent from which two names are told to be nearly the same."""

_EAST_ASIAN: Final = frozenset({"han", "hiragana", "katakana", "hangul", "bopomofo"})
# Within one word these are usual; any other mixture of scripts is not.
_USUAL_MIXTURES: Final = (
    frozenset({"latin", "han", "hiragana", "katakana"}),
    frozenset({"latin", "han", "bopomofo"}),
    frozenset({"latin", "han", "hangul"}),
)

_CHARACTERS: Final = 8_192  # whose plain form is remembered

_ASCII_PLAIN: Final = {
    code: PLAIN_FORM.get(char, char if char.isalnum() else "")
    for code, char in ((code, chr(code)) for code in range(0x80))
    if not char.isspace()
}


class Likeness(StrEnum):
    """How two different names resemble each other."""

    SAME_SHAPE = "same_shape"
    NEARLY_SAME = "nearly_same"


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A known name that a given one could be taken for.

    Attributes:
        name: the known name, as known.
        likeness: why it is told.
        percent: 100 for the same shape, else 85–99.
    """

    name: str
    likeness: Likeness
    percent: int


@dataclass(frozen=True, slots=True)
class MixedWord:
    """A word whose letters come from scripts that are not written together."""

    word: str
    scripts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a name, and whether the other name has it too."""

    text: str
    same: bool


@dataclass(frozen=True, slots=True)
class NameDifference:
    """Two names cut into stretches; the texts of each side join to the whole name."""

    left: tuple[Segment, ...]
    right: tuple[Segment, ...]


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are one: capitals and spacing aside, every character is the same."""
    return _as_written(one) == _as_written(other)


def skeleton(name: str) -> str:
    """Reduce a name to its shape: two names with one skeleton can be taken for each other.

    Case, spaces, punctuation and accents are dropped, look-alikes folded (`confusables`), other
    alphabets written in ASCII; ideographs stay. Coarse on purpose (i, l and 1 are one). May be
    empty. Never show it.
    """
    return "".join(_words(name))


def mixed_scripts(name: str) -> tuple[MixedWord, ...]:
    """Find the words that mix scripts, as "Paypal" with a Cyrillic first a would; () for none."""
    found: list[MixedWord] = []
    for word in () if name.isascii() else name.split():  # ASCII letters are Latin
        scripts = frozenset(script_of(char) for char in word) - {""}
        if len(scripts) > 1 and not any(scripts <= usual for usual in _USUAL_MIXTURES):
            found.append(MixedWord(word, tuple(sorted(scripts))))
    return tuple(found)


def look_alike(name: str, known: Iterable[str]) -> tuple[LookAlike, ...]:
    """Find the known names that `name` resembles without being one of them; likest first.

    Word order is ignored ("Stone Hartwell"). About 10 µs per known name, holding the
    interpreter: slice a list of more than a few thousand names.
    """
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - 50 ms, which no start of the program should pay

    found = set()
    words, written = _words(name), _as_written(name)
    shape, ordered = "".join(words), "".join(sorted(words))
    for other in known:
        other_words = _words(other)
        if not words or not other_words or written == _as_written(other):
            continue
        other_shape, other_ordered = "".join(other_words), "".join(sorted(other_words))
        longest = max(len(shape), len(other_shape))
        edits = min(OSA.distance(shape, other_shape), OSA.distance(ordered, other_ordered))
        # What stays of the longer name; rounded down, so that 100 means the same shape.
        percent = _SAME * (longest - edits) // longest
        if percent == _SAME:
            found.add(LookAlike(other, Likeness.SAME_SHAPE, percent))
        elif percent >= NEARLY_THE_SAME:
            found.add(LookAlike(other, Likeness.NEARLY_SAME, percent))
    return tuple(sorted(found, key=lambda like: (-like.percent, like.name)))


def name_differences(left: str, right: str) -> NameDifference:
    """Cut two names where they differ, for showing them side by side.

    Capitals don't count as a difference (banks answer in capitals); an accent does. A letter
    stays together with its marks.
    """
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415 - as in look_alike

    ours, theirs = _letters(left), _letters(right)
    edits = Levenshtein.opcodes([_key(part) for part in ours], [_key(part) for part in theirs])
    return NameDifference(
        _joined((ours[edit.src_start : edit.src_end], edit.tag == "equal") for edit in edits),
        _joined((theirs[edit.dest_start : edit.dest_end], edit.tag == "equal") for edit in edits),
    )


def _joined(stretches: Iterable[tuple[list[str], bool]]) -> tuple[Segment, ...]:
    found: list[Segment] = []
    for letters, same in stretches:
        text = "".join(letters)
        if found and found[-1].same == same:
            found[-1] = Segment(found[-1].text + text, same)
        elif text:
            found.append(Segment(text, same))
    return tuple(found)


def _as_written(name: str) -> str:
    return " ".join(_key(name).split())


def _key(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _words(name: str) -> list[str]:
    if name.isascii():  # most names; the way below gives the same, ten times slower
        words = name.lower().translate(_ASCII_PLAIN).split()
        return [shape for word in words if (shape := _close_pairs(word))]
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    words = ["".join(_plain(char) for char in word) for word in plain.split()]
    return [shape for word in words if (shape := _close_pairs(word))]


@lru_cache(maxsize=_CHARACTERS)
def _plain(char: str) -> str:
    """Write one character in plain letters, "" for a mark or a punctuation sign."""
    if char in PLAIN_FORM:
        return PLAIN_FORM[char]
    if char.isascii() or script_of(char) in _EAST_ASIAN:
        return char if char.isalnum() else ""
    from anyascii import anyascii  # noqa: PLC0415 - as in look_alike; other alphabets are rare

    base = unicodedata.normalize("NFD", char)[0]
    spelt = PLAIN_FORM.get(base) or anyascii(base).lower()
    return "".join(PLAIN_FORM.get(letter, letter) for letter in spelt if letter.isalnum())


def _close_pairs(word: str) -> str:
    for pair, letter in PAIRS:
        word = word.replace(pair, letter)
    return word


def _letters(name: str) -> list[str]:
    """Cut a name into letters with the marks that follow them."""
    found: list[str] = []
    for char in name:
        if found and unicodedata.combining(char):
            found[-1] += char
        else:
            found.append(char)
    return found
