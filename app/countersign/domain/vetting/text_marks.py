"""Characters in a text that hide something: they turn the direction, can't be seen, or look like others.

Sources: Unicode Technical Report 36 §2.4 and Technical Standard 39 §5; as `unicode_safety`, but for whole messages,
where line ends are usual and an emoji may hold joiners.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from countersign.domain.names import mixed_scripts
from countersign.domain.unicode_safety import code_point, refused_kind, script_of
from countersign.domain.vetting.findings import Finding, Level

_LINE_ENDS: Final = frozenset("\n\r\t\v\f\x85\u2028\u2029")
_OVERRIDES: Final = frozenset("\u202d\u202e")
_EMOJI_PARTS: Final = frozenset("\u200d\ufe0e\ufe0f\u20e3")
_JOINED_SCRIPTS: Final = frozenset({"arabic", "devanagari", "bengali", "persian", "khmer", "sinhala", "malayalam"})
_PER_LINE: Final = 3  # places told of one line
_LONGEST_WORD: Final = 60


def hidden_marks(line: str, number: int) -> list[Finding]:
    """Find the marks of one line that hide something.

    Args:
        line: Without its line end; untrusted.
        number: Of the line, from 1.
    """
    if line.isascii() and line.isprintable():
        return []
    found = []
    for place, char in enumerate(line):
        kind = "" if char in _LINE_ENDS else refused_kind(char)
        if not kind or _belongs(line, place):
            continue
        level = Level.STOP if char in _OVERRIDES or kind == "not_text" else Level.LOOK
        found.append(Finding(f"text.{kind}", level, {"place": place + 1, "code_point": code_point(char)}, number))
    return sorted(found, key=lambda one: one.level is not Level.STOP)[:_PER_LINE]


def disguised_words(line: str, number: int) -> list[Finding]:
    """Find the words of one line that mix alphabets, as "Paypal" with one Cyrillic letter would."""
    if line.isascii():
        return []
    words = " ".join(word for word in line.split() if not word.isascii() and len(word) <= _LONGEST_WORD)
    return [
        Finding("text.mixed_scripts", Level.STOP, {"word": mixed.word, "scripts": " ".join(mixed.scripts)}, number)
        for mixed in mixed_scripts(words)[:_PER_LINE]
        if {"latin"} < set(mixed.scripts)
    ]


def _belongs(line: str, place: int) -> bool:
    """Tell whether a mark is where writing needs it: in an emoji, between letters that join, or first in a file."""
    char = line[place]
    before, after = line[place - 1 : place], line[place + 1 : place + 2]
    if char == "\ufeff" and place == 0:
        return True
    if char in _EMOJI_PARTS and before and unicodedata.category(before) in {"So", "Sk", "Po", "Nd", "Mn", "Sm"}:
        return True
    if char in "\u200c\u200d":
        return bool(before and after) and script_of(before) in _JOINED_SCRIPTS
    right_to_left = {"R", "AL"}
    return char in "\u200e\u200f\u061c" and any(unicodedata.bidirectional(one) in right_to_left for one in line)
