"""Characters that people take for others: our own table, as data.

Written by looking at letters in the fonts that programs and banks use (Unicode Technical Standard
39 §4 has the idea). Both sides are after NFKC and case folding, so full-width, bold, circled and
capital forms need no rows here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# Each row: the plain form, then what is taken for it.
_ROWS: Final = (
    # Cyrillic, Greek, Armenian and Latin extensions, lower case.
    ("a", "\u0430\u03b1\u0251"),
    ("b", "\u044c\u0432\u03b2\u0184\u0253\u042a"),
    ("c", "\u0441\u03f2\u1d04"),
    ("d", "\u0501\u0257\u056a"),
    ("e", "\u0435\u0454\u03b5\u0511\u025b\u04bd"),
    ("f", "\u0192\u0584\u03dd"),
    ("g", "\u0581\u0261\u018d"),
    ("h", "\u04bb\u043d\u0570\u03b7\u04a3"),
    ("j", "\u0458\u03f3\u0575"),
    ("k", "\u043a\u03ba\u0138\u049b"),
    ("l", "1i|!\u0456\u04cf\u0131\u03b9\u01c0\u0142\u0578\u0627"),
    ("m", "\u043c\u03bc\u1d0d"),
    ("n", "\u0578\u057c\u0438\u0273"),
    ("o", "0\u043e\u03bf\u0585\u03c3\u00f8\u0275\u05e1\u0665"),
    ("p", "\u0440\u03c1\u0580\u00fe"),
    ("q", "\u051b\u0563\u0566"),
    ("r", "\u0433\u1d26\u027c"),
    ("s", "\u0455\u057f\u03c2\ua731"),
    ("t", "\u0442\u03c4\u0167"),
    ("u", "\u03c5\u057d\u0446\u028b"),
    ("v", "\u03bd\u0475\u1d20"),
    ("w", "\u0461\u051d\u0448\u03c9\u0561"),
    ("x", "\u0445\u03c7\u04b3"),
    ("y", "\u0443\u03b3\u04af\u028f"),
    ("z", "\u0437\u03b6\u1d22"),
    ("3", "\u04e1\u0292"),
    ("ss", "\u00df"),
    ("ae", "\u00e6\u04d5"),
    ("oe", "\u0153"),
    # Ideographs and kana of almost one shape.
    ("\u53e3", "\u56d7\u30ed"),
    ("\u529b", "\u30ab"),
    ("\u5de5", "\u30a8"),
    ("\u4e8c", "\u30cb"),
    ("\u516b", "\u30cf"),
    ("\u535c", "\u30c8"),
    ("\u5915", "\u30bf"),
    ("\u4e00", "\u30fc"),
    ("\u65e5", "\u66f0"),
    ("\u672b", "\u672a"),
    ("\u571f", "\u58eb"),
    ("\u5df1", "\u5df2\u5df3"),
    ("\u620a", "\u620c\u620d"),
    ("\u5343", "\u5e72\u4e8e"),
    ("\u4eba", "\u5165"),
    ("\u5929", "\u592b"),
    ("\u7530", "\u7531\u7532\u7533"),
    ("\u5927", "\u592a\u72ac"),
    ("\u6c34", "\u6c38\u6c37"),
    ("\u738b", "\u7389\u4e3b"),
)

PLAIN_FORM: Final[Mapping[str, str]] = MappingProxyType(
    {like: plain for plain, alike in _ROWS for like in alike},
)
"""One character, after NFKC and case folding → what people read it as."""

PAIRS: Final = (("rn", "m"), ("vv", "w"))
"""Pairs of plain letters that close up to one in narrow type."""


def ascii_look_alike(char: str) -> str:
    """Return the capital letter or digit a character is taken for, "" for none or for ASCII."""
    plain = "" if char.isascii() else PLAIN_FORM.get(char.casefold(), "")
    return plain.upper() if plain.isascii() and len(plain) == 1 else ""
