"""Whether a name belongs to an account: this bank's own matching, for verification of payee.

The EPC gives guidelines only and leaves the matching to the payee's bank. Here: cleanse case,
spaces, punctuation, diacritics, titles and legal forms; ignore word order; one holder of a joint
account is enough. What differs a little is a close match, and the holder's name is returned.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import Enum

_SPELLED = {
    "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe",
    "þ": "th",
}  # fmt: skip
_BARE = {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
_TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "dr", "prof", "sir", "dame", "herr", "frau", "mag", "ing", "dipl",
    "mme", "mlle", "m", "sr", "sra", "dott",
})  # fmt: skip
_JOINING = frozenset(["and", "und", "et", "y", "en", "e", "i"])
_LEGAL = {
    "limited": "ltd", "ltd": "ltd", "llp": "llp", "plc": "plc", "inc": "inc", "llc": "llc",
    "gmbh": "gmbh", "ag": "ag", "kg": "kg", "ohg": "ohg", "ev": "ev", "sa": "sa", "sarl": "sarl",
    "sas": "sas", "bv": "bv", "nv": "nv", "uab": "uab", "srl": "srl", "spa": "spa", "oy": "oy",
    "ab": "ab", "aps": "aps", "有限公司": "有限公司", "有限责任公司": "有限公司",
    "股份有限公司": "股份有限公司",
}  # fmt: skip
_CHINESE_FORMS = ("股份有限公司", "有限责任公司", "有限公司")
# At least this share of the letters must agree for a close match.
_CLOSE_PERCENT = 82
# A shorter name inside a longer one is close when it has at least this share of the letters.
_PART_PERCENT = 50
_SHORTEST_FUZZY = 5


class Likeness(Enum):
    """How near two names are."""

    SAME = "same"
    CLOSE = "close"
    DIFFERENT = "different"


class _Name:
    """A cleansed name: words without order, and the legal form apart."""

    def __init__(self, text: str, letters: dict[str, str]) -> None:
        lower = unicodedata.normalize("NFC", text).casefold()
        folded = "".join(letters.get(sign, sign) for sign in lower)
        stripped = "".join(
            _BARE.get(sign, sign) for sign in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(sign)
        )
        # "B.V." and "S.A." are one word each; "O'Rourke" and "O Rourke" are the same.
        joined = re.sub(r"\b((?:\w\.)+\w)\b\.?", lambda m: m.group(0).replace(".", ""), stripped)
        words = re.findall(r"\w+", joined.replace("'", "").replace("’", ""))
        words = [part for word in words for part in _split_chinese_form(word)]
        self.forms = frozenset(_LEGAL[word] for word in words if word in _LEGAL)
        kept = [w for w in words if w not in _LEGAL and w not in _TITLES and w not in _JOINING]
        self.words = tuple(sorted(kept or words))

    @property
    def run(self) -> str:
        return "".join(self.words)


def compare(asked: str, holder: str) -> Likeness:
    """Compare a name somebody typed with the name of one holder."""
    best = Likeness.DIFFERENT
    for asked_letters in (_SPELLED, {}):
        for holder_letters in (_SPELLED, {}):
            found = _compare(_Name(asked, asked_letters), _Name(holder, holder_letters))
            if found is Likeness.SAME:
                return found
            if found is Likeness.CLOSE:
                best = found
    return best


def compare_holders(asked: str, holders: Sequence[str]) -> Likeness:
    """Compare a typed name with an account's holders: any one, or all of them in any order."""
    candidates = [*holders]
    if len(holders) > 1:
        candidates.append(" ".join(holders))
    likenesses = {compare(asked, candidate) for candidate in candidates}
    for likeness in (Likeness.SAME, Likeness.CLOSE):
        if likeness in likenesses:
            return likeness
    return Likeness.DIFFERENT


def _compare(asked: _Name, holder: _Name) -> Likeness:
    if not asked.words or not holder.words:
        return Likeness.DIFFERENT
    if asked.run == holder.run or asked.words == holder.words:
        # "GmbH" left out is cleansed away; "AG" in its place is another company, or a slip.
        same_form = not asked.forms or not holder.forms or asked.forms == holder.forms
        return Likeness.SAME if same_form else Likeness.CLOSE
    if _initials_fit(asked.words, holder.words) or _initials_fit(holder.words, asked.words):
        return Likeness.CLOSE
    if _is_part(asked.words, holder.words) or _is_part(holder.words, asked.words):
        return Likeness.CLOSE
    longest = max(len(asked.run), len(holder.run))
    if min(len(asked.run), len(holder.run)) < _SHORTEST_FUZZY:
        return Likeness.DIFFERENT
    agreeing = longest - _distance(asked.run, holder.run)
    return Likeness.CLOSE if 100 * agreeing >= _CLOSE_PERCENT * longest else Likeness.DIFFERENT


def _split_chinese_form(word: str) -> list[str]:
    for form in _CHINESE_FORMS:
        if word.endswith(form) and word != form:
            return [word.removesuffix(form), form]
    return [word]


def _initials_fit(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Return whether "M Hartmann" may stand for "Mei Hartmann"."""
    if len(short) != len(full) or short == full:
        return False
    rest = list(full)
    for word in sorted(short, key=len, reverse=True):
        match = next((o for o in rest if o == word or (len(word) == 1 and o[0] == word)), None)
        if match is None:
            return False
        rest.remove(match)
    return any(len(word) > 1 for word in short)


def _is_part(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    rest = list(whole)
    for word in part:
        if word not in rest:
            return False
        rest.remove(word)
    return 100 * len("".join(part)) >= _PART_PERCENT * len("".join(whole))


def _distance(one: str, other: str) -> int:
    """Count slips of the keyboard: insert, leave out, replace, or swap two neighbours."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, sign in enumerate(one, start=1):
        line = [row]
        for column, counterpart in enumerate(other, start=1):
            cost = min(
                last[column] + 1,
                line[column - 1] + 1,
                last[column - 1] + (sign != counterpart),
            )
            swapped = row > 1 and column > 1 and sign == other[column - 2] and one[row - 2] == counterpart
            if swapped:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return last[-1]
