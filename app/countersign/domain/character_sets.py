"""Which characters each rail's texts may have, and how other writing is spelt in them.

A name is agreed and signed as it will be sent: ``transliterate`` proposes the spelling *before* that, with each change
to be shown, and whoever writes a message requires texts that already fit. Nothing is respelt on the way out.

Sources: EPC217-08, *SEPA Requirements for an Extended Character Set*, §1 (the Latin set, the slash rules) and §6 (best
practices for conversion); Die Deutsche Kreditwirtschaft, *DFÜ-Abkommen, Anlage 3*, on the character set; Swiss Payment
Standards, *Implementation Guidelines Credit Transfer*, §3.1; SWIFT *Standards MT*, character set X. Texts of the
second-generation CNAPS messages are Chinese, in UTF-8.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from countersign.domain.payment import PaymentProduct


class Charset(StrEnum):
    """A set of characters, with the rules of how they may follow each other."""

    SEPA = "sepa"
    GERMAN = "german"  # SEPA's, with umlauts and four signs more
    SWISS = "swiss"
    CHINESE = "chinese"
    SWIFT_X = "swift_x"
    IDENTIFIER = "identifier"  # references and identifications, on any rail


@dataclass(frozen=True, slots=True)
class Transliterated:
    """A text as a rail carries it.

    Attributes:
        changes: What was replaced by what, in the order in which it was done; empty where the text fitted.
    """

    text: str
    changes: tuple[tuple[str, str], ...] = ()


_LATIN: Final = r"A-Za-z0-9/\-?:().,'+ "
# Basic Latin, Latin-1, Latin Extended-A, the Romanian letters with a comma, and the euro. The soft hyphen and the
# no-break space are Latin-1 too, but nobody can agree to what can't be seen.
_SWISS: Final = r" -~\u00a1-\u00ac\u00ae-\u017f\u0218-\u021b\u20ac"
# Extensions B and further hold the rare characters of some people's names.
_HAN: Final = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003347f"
# The punctuation and full-width signs of Chinese typing, and the dot between the parts of a name.
_CHINESE_SIGNS: Final = r"\u00b7\u2014\u2018\u2019\u201c\u201d\u2026\u3001\u3002\u300a\u300b\uff01-\uff5e"
_MEMBERS: Final = {
    Charset.SEPA: _LATIN,
    Charset.GERMAN: _LATIN + r"\u00c4\u00d6\u00dc\u00e4\u00f6\u00fc\u00df&*$%",
    Charset.SWISS: _SWISS,
    Charset.CHINESE: r" -~" + _HAN + _CHINESE_SIGNS,
    Charset.SWIFT_X: _LATIN,
    Charset.IDENTIFIER: _LATIN,
}
_FOREIGN: Final = {charset: re.compile(f"[^{members}]") for charset, members in _MEMBERS.items()}
_STRETCH: Final = {charset: re.compile(f"[{members}]+|[{_HAN}]+|.", re.DOTALL) for charset, members in _MEMBERS.items()}
_IS_HAN: Final = re.compile(f"[{_HAN}]")

_BLANKS_AT_ENDS: Final = re.compile(r"\A\s+|\s+\Z")
# EPC217-08 §1: no slash at either end, no two in a row.
_SLASH_RULES: Final = frozenset({Charset.SEPA, Charset.GERMAN, Charset.IDENTIFIER})
_SLASHES_AT_ENDS: Final = re.compile(r"\A/+|/+\Z")
_DOUBLED_SLASHES: Final = re.compile(r"//+")
_REPAIRS: Final = ((_BLANKS_AT_ENDS, ""), (_SLASHES_AT_ENDS, ""), (_DOUBLED_SLASHES, "/"))

_BY_PRODUCT: Final = {
    PaymentProduct.SEPA: Charset.SEPA,
    PaymentProduct.SEPA_INSTANT: Charset.SEPA,
    PaymentProduct.TARGET: Charset.SEPA,
    PaymentProduct.SWISS: Charset.SWISS,
    PaymentProduct.CN_DOMESTIC: Charset.CHINESE,
    PaymentProduct.TW_DOMESTIC: Charset.CHINESE,
}

# Anlage 3: what a German bank expects is not what a library makes of these.
_GERMAN: Final = {"\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue", "\u00df": "ss"}
_SIGNS: Final = {
    # EPC217-08 §6
    **dict.fromkeys('!"#$%*=>@^<', "."),
    "&": "+",
    ";": ",",
    "[": "(",
    "\\": "/",
    "]": ")",
    "_": "-",
    "`": "'",
    "{": "(",
    "|": "/",
    "}": ")",
    "~": "-",
    "\u20ac": "E",
    # typographic forms
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u2018\u2019\u201b\u201c\u201d\u201e\u00ab\u00bb\u2032\u00b4", "'"),
    **dict.fromkeys("\u201a\u3001", ","),
    **dict.fromkeys("\u00b7\u30fb\u2022\u2027\t\n\r\u2028\u2029", " "),
    "\u3002": ".",
    "\u300a": "(",
    "\u300b": ")",
}
_OPENING: Final = frozenset("([\uff08\u300a")
_CLOSING: Final = frozenset(")]\uff09\u300b")
_NOTHING_KNOWN: Final = "."  # EPC217-08 §6


def charset_of(product: PaymentProduct) -> Charset:
    """Return the set that every bank on a product's rail takes; a bank's own usage rules may take more."""
    return _BY_PRODUCT.get(product, Charset.SWIFT_X)


def fits(text: str, charset: Charset) -> bool:
    """Tell whether a text may stand in a message as it is."""
    return not misfit(text, charset)


def misfit(text: str, charset: Charset) -> str:
    """Return the first character, or the doubled slashes, that keep a text from fitting; an empty text if it fits."""
    found = _FOREIGN[charset].search(text) or _BLANKS_AT_ENDS.search(text)
    if found is None and charset in _SLASH_RULES:
        found = _SLASHES_AT_ENDS.search(text) or _DOUBLED_SLASHES.search(text)
    return found.group() if found else ""


def transliterate(text: str, charset: Charset) -> Transliterated:
    """Spell a text in a rail's characters; one that fits already is returned as it is.

    Chinese becomes pinyin without tones, each syllable apart: ``anyascii`` knows one reading of each character only, so
    a surname may have to be corrected by hand. The result may be longer than the text, or empty.
    """
    if fits(text, charset):
        return Transliterated(text)
    composed = unicodedata.normalize("NFC", text)
    changes = [(text, composed)] if composed != text else []
    written = ""
    for stretch in _STRETCH[charset].finditer(composed):
        spelt = stretch.group()
        if _FOREIGN[charset].search(spelt):
            spelt = _pinyin(stretch, charset) if _IS_HAN.match(spelt) else _spell(stretch, charset)
            changes.append((stretch.group(), spelt))
        written += spelt
    while misfit(written, charset):  # only ends and doubled slashes are left, and each turn takes some away
        for rule, kept in _REPAIRS:
            changes += [(found, kept) for found in rule.findall(written)]
            written = rule.sub(kept, written)
    return Transliterated(written, tuple(changes))


def _pinyin(stretch: re.Match[str], charset: Charset) -> str:
    """Spell a run of ideographs, apart from the letters beside it."""
    text, start, end = stretch.string, stretch.start(), stretch.end()
    syllables = " ".join(spelt for char in stretch.group() if (spelt := _ascii(char, charset)))
    before, after = text[:start][-1:], text[end:][:1]
    return (
        (" " if before.isalnum() or before in _CLOSING else "")
        + syllables
        + (" " if after.isalnum() or after in _OPENING else "")
    )


def _spell(stretch: re.Match[str], charset: Charset) -> str:
    """Spell one character by the first rule that knows it."""
    char = stretch.group()
    plain = unicodedata.normalize("NFKC", char)
    base = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    for spelt in (_SIGNS.get(char), _german(stretch), _signs(plain, charset), _signs(base, charset)):
        if spelt and not _FOREIGN[charset].search(spelt):
            return spelt
    if unicodedata.category(char)[0] in "LN":
        return _ascii(char, charset) or _NOTHING_KNOWN
    return "" if unicodedata.category(char)[0] in "CM" else _NOTHING_KNOWN


def _german(stretch: re.Match[str]) -> str:
    """Write out an umlaut; a capital one in capitals where the letters beside it are."""
    char = stretch.group()
    spelt = _GERMAN.get(char.lower(), "")
    if not char.isupper():
        return spelt
    text, start, end = stretch.string, stretch.start(), stretch.end()
    beside = text[end : end + 1] if text[end : end + 1].isalpha() else text[:start][-1:]
    return spelt.upper() if beside.isupper() else spelt.capitalize()


def _signs(text: str, charset: Charset) -> str:
    foreign = _FOREIGN[charset]
    return "".join(_SIGNS.get(char, char) if foreign.match(char) else char for char in text)


def _ascii(char: str, charset: Charset) -> str:
    """Spell a letter of any script, as the last resort."""
    from anyascii import anyascii  # noqa: PLC0415 - its tables are opened on demand, and seldom needed

    return _FOREIGN[charset].sub("", _signs(anyascii(char), charset)).strip()
