"""Text prepared for searching in any script.

A trigram index finds any three characters in a row, which suits words in letters. Chinese words are mostly of two
characters, so pairs of them are kept beside it, with the beginnings of other words for searches of one or two letters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_IDEOGRAPHS = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_WORDS = re.compile(r"[^\W_]+")
_TRIGRAM = 3
_BEGINNING = 2


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """A search in the terms of the two indexes; empty text where an index isn't asked.

    Attributes:
        trigrams: For the index of three characters in a row.
        grams: For the index of pairs and beginnings.
        beginnings: Beginnings of words beside trigrams, as the second index would be asked for them.
        patterns: The same for ``' ' || grams || ' '`` of each row: where they are common, looking at the rows that the
            trigrams find is faster than their index.
    """

    trigrams: str
    grams: str
    beginnings: str = ""
    patterns: tuple[str, ...] = ()


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()  # not casefold: the index keeps ß


def grams_of(*texts: str) -> str:
    """Return pairs of ideographs, the last one of each run alone, and the first two letters of other words."""
    found: dict[str, None] = {}
    sequence: list[str] = []
    for text in map(_folded, texts):
        for run in _IDEOGRAPHS.findall(text):
            sequence += [run[at : at + 2] for at in range(len(run))]
        for word in _WORDS.findall(_IDEOGRAPHS.sub(" ", text)):
            found[word[:_BEGINNING]] = None
    return " ".join([*sequence, *found])


def search_terms(text: str) -> SearchTerms:
    """Read what a person typed: all words must be found."""
    trigrams: list[str] = []
    grams: list[str] = []
    beginnings: list[str] = []
    for term in _folded(text).split():
        if len(term) >= _TRIGRAM:
            trigrams.append(_quoted(term))
            continue
        grams += [_gram(run) for run in _IDEOGRAPHS.findall(term)]
        beginnings += _WORDS.findall(_IDEOGRAPHS.sub(" ", term))
    if trigrams:
        patterns = tuple(f"% {word} %" if len(word) == _BEGINNING else f"% {word}%" for word in beginnings)
        return SearchTerms(" ".join(trigrams), " ".join(grams), " ".join(map(_gram, beginnings)), patterns)
    return SearchTerms("", " ".join([*grams, *map(_gram, beginnings)]))


def _gram(word: str) -> str:
    return _quoted(word) + ("*" if len(word) < _BEGINNING else "")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
