"""Account numbers, banks' codes and legal entities' codes, read from what people type or paste.

Sources: ISO 13616-1 (IBAN; country structures and bank codes from the IBAN registry, as `schwifty`
carries them), ISO 9362 (BIC), ISO 17442 (LEI), ISO 7064 MOD 97-10 (check digits). Passing these
says that a number is well formed, never that the account exists or whose it is.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from countersign.domain.confusables import ascii_look_alike
from countersign.domain.unicode_safety import code_point

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SEPARATORS: Final = frozenset(" \t\r\n\u00a0\u2002\u2003\u2007\u2009\u202f\u3000-\u2010\u2011\u2013./")
_WITHOUT_SEPARATORS: Final = dict.fromkeys(map(ord, _SEPARATORS))
_FULL_WIDTH: Final = range(0xFF01, 0xFF5F)  # what an East Asian keyboard types: harmless after NFKC
_LABEL: Final = re.compile(r"\s*IBAN\b[\s:.]*", re.IGNORECASE)
_STRUCTURE_PART: Final = re.compile(r"(\d+)!?([nac])")  # the registry writes "4!a6!n8!n"
_LONGEST_INPUT: Final = 64
_CHECK_RANGE: Final = range(2, 99)  # ISO 7064 MOD 97-10 yields 02 to 98 only
_LEI_LENGTH: Final = 20
_BIC_LENGTHS: Final = (8, 11)
_ENDING: Final = 4
_MOST_CHANGED: Final = 2


@dataclass(frozen=True, slots=True)
class AccountFault:
    """Why something is not an account number, a BIC or an LEI.

    Attributes:
        code: one of
            `empty`;
            `too_long` (found);
            `characters` (place: 1 = first character of the text as given, code_point: "U+0410",
            character: itself, looks_like: the letter it is taken for or "");
            `mixed_scripts` (as `characters`; a letter of another alphabet among Latin ones);
            `unknown_country` (country);
            `length` (expected, found, country; for a BIC and an LEI country is "");
            `structure` (place, country: a letter where the country has digits, or the reverse);
            `check_digits` (country, "" for an LEI).
        params: facts for the sentence; untrusted text stays untrusted.
    """

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Iban:
    """A well-formed IBAN.

    Attributes:
        value: capitals and digits, no blanks: the stored and transmitted form.
        country: ISO 3166 code.
        bank_code: the bank's national code within it.
        bic: where the registry knows it, else ""; a head office's has eight characters.
        bank_name: where the registry knows it, else "".
    """

    value: str
    country: str
    bank_code: str
    bic: str = ""
    bank_name: str = ""

    def grouped(self) -> str:
        """Write it in fours, as ISO 13616 prints it."""
        return grouped(self.value)


@dataclass(frozen=True, slots=True)
class Bic:
    """A well-formed BIC (8 or 11 characters), the head office's without a branch."""

    value: str
    country: str
    bank_name: str = ""


@dataclass(frozen=True, slots=True)
class Lei:
    """A well-formed legal entity identifier."""

    value: str


_MOST_BANKS: Final = 4_096
_BANKS: dict[tuple[str, str, str], tuple[str, str]] = {}
"""BIC and name by country, bank and branch code, which they follow from."""


class Slip(StrEnum):
    """How a near miss differs."""

    CHANGED = "changed"
    TRANSPOSED = "transposed"


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A trusted account that a given one differs from by one or two characters.

    Attributes:
        account: the trusted account, as known.
        slip: what happened to it.
        places: where (1 = first character, no blanks); an IBAN's check digits are not counted,
            because they change with every other digit.
    """

    account: str
    slip: Slip
    places: tuple[int, ...]


def read_iban(text: str) -> Iban | AccountFault:
    """Read an IBAN with blanks, hyphens, a label, small or full-width letters; untrusted text.

    National check digits inside the number are not judged: the tables for them are incomplete,
    and a bank's own check follows.
    """
    labelled = _LABEL.match(text)
    skipped = labelled.end() if labelled else 0
    compact = _compact(text[skipped:], skipped)
    if isinstance(compact, AccountFault):
        return compact
    from schwifty import IBAN  # noqa: PLC0415 - 150 ms, which no start of the program should pay

    country = compact[:2]
    structure = _structure_of(country)
    if not structure:
        return AccountFault("unknown_country", {"country": country})
    if len(compact) != len(structure):
        return _length(compact, len(structure), country)
    wrong = (at for at, char in enumerate(compact) if not _fits(char, structure[at]))
    place = next(wrong, -1)
    if place >= 0:
        return AccountFault("structure", {"place": place + 1, "country": country})
    if not _checks(compact[4:] + compact[:4]) or int(compact[2:4]) not in _CHECK_RANGE:
        return AccountFault("check_digits", {"country": country})
    known = IBAN(compact, allow_invalid=True)
    bank = (country, known.bank_code, known.branch_code)
    found = _BANKS.get(bank)
    if found is None:  # half a millisecond: a list of thousands names a few banks
        found = (_head_office(str(known.bic or "")), known.bank_name or "")
        if len(_BANKS) < _MOST_BANKS:
            _BANKS[bank] = found
    return Iban(compact, country, known.bank_code, *found)


def countries_with_banks() -> list[str]:
    """Return the countries (ISO 3166-1 alpha-2) of whose banks the registry has a list."""
    from schwifty.registry import get_countries  # noqa: PLC0415 - as in read_iban

    return get_countries()


def load_banks(country: str) -> None:
    """Load the banks of a country: otherwise the first number of it waits for that, 20 ms where there are thousands."""
    from schwifty.registry import get_banks_by_country  # noqa: PLC0415 - as in read_iban

    get_banks_by_country(country)


def read_bic(text: str) -> Bic | AccountFault:
    """Read a BIC of 8 or 11 characters; untrusted text. XXX (the head office) is dropped."""
    compact = _compact(text, 0)
    if isinstance(compact, AccountFault):
        return compact
    if len(compact) not in _BIC_LENGTHS:
        return _length(compact, max(_BIC_LENGTHS))
    from schwifty import BIC  # noqa: PLC0415 - as in read_iban
    from schwifty.exceptions import InvalidCountryCode, SchwiftyException  # noqa: PLC0415

    country = compact[4:6]
    try:
        known = BIC(compact)
    except InvalidCountryCode:
        return AccountFault("unknown_country", {"country": country})
    except SchwiftyException:
        place = next(at for at, char in enumerate(compact, 1) if char.isdigit())
        return AccountFault("structure", {"place": place, "country": country})
    names = known.bank_names
    return Bic(_head_office(compact), country, names[0] if names else "")


def read_lei(text: str) -> Lei | AccountFault:
    """Read a legal entity identifier; untrusted text."""
    compact = _compact(text, 0)
    if isinstance(compact, AccountFault):
        return compact
    if len(compact) != _LEI_LENGTH:
        return _length(compact, _LEI_LENGTH)
    from stdnum import lei  # noqa: PLC0415 - as in read_iban

    return Lei(compact) if lei.is_valid(compact) else AccountFault("check_digits", {"country": ""})


def iban_length(country: str) -> int:
    """Return how many characters a country's IBANs have, 0 where it has none."""
    return len(_structure_of(country))


def grouped(account: str) -> str:
    """Write an account number in fours."""
    return " ".join(account[at : at + 4] for at in range(0, len(account), 4))


def masked(account: Iban | str) -> str:
    """Write an own account by its ending ("••4471"). A payee's account is never masked."""
    value = account.value if isinstance(account, Iban) else account
    return f"\u2022\u2022{value[-_ENDING:]}"


def looks_like_account(account: str, known: Iterable[str]) -> tuple[NearMiss, ...]:
    """Find trusted accounts that differ in one or two characters, or by two neighbours swapped.

    Args:
        account: compact form, as `Iban.value`.
        known: trusted accounts in compact form; the account itself is passed over.
    """
    found = []
    for other in known:
        if len(other) != len(account) or other == account:
            continue
        places = [at for at in range(len(account)) if account[at] != other[at] and not _is_check(account, at)]
        if 0 < len(places) <= _MOST_CHANGED:
            swapped = (
                len(places) == _MOST_CHANGED
                and places[1] == places[0] + 1
                and account[places[0]] == other[places[1]]
                and account[places[1]] == other[places[0]]
            )
            slip = Slip.TRANSPOSED if swapped else Slip.CHANGED
            found.append(NearMiss(other, slip, tuple(at + 1 for at in places)))
    return tuple(found)


def _compact(text: str, skipped: int) -> str | AccountFault:
    """Return the capitals and digits of a text without its separators, or the first thing amiss."""
    if len(text) > _LONGEST_INPUT:
        return AccountFault("too_long", {"found": len(text)})
    bare = text.translate(_WITHOUT_SEPARATORS)
    if bare.isascii() and bare.isalnum():  # most numbers; the way below gives the same
        return bare.upper()
    kept: list[str] = []
    for at, char in enumerate(text, skipped + 1):
        if char in _SEPARATORS:
            continue
        # NFKC also turns bold, circled and raised letters into plain ones. Nobody types those by
        # accident, so only full-width forms may change.
        plain = unicodedata.normalize("NFKC", char) if ord(char) in _FULL_WIDTH else char
        if not (plain.isascii() and plain.isalnum()):
            return _refused(char, at, mixed=any(letter.isalpha() for letter in kept))
        kept.append(plain.upper())
    return "".join(kept) or AccountFault("empty")


def _refused(char: str, place: int, *, mixed: bool) -> AccountFault:
    looks_like = ascii_look_alike(char) or _plain_letter(char)
    code = "mixed_scripts" if mixed and looks_like and char.isalpha() else "characters"
    named: dict[str, str | int] = {"place": place, "code_point": code_point(char)}
    return AccountFault(code, named | {"character": char, "looks_like": looks_like})


def _head_office(bic: str) -> str:
    """Write a head office's BIC one way only: eight characters, without the branch XXX (ISO 9362)."""
    return bic.removesuffix("XXX") if len(bic) == max(_BIC_LENGTHS) else bic


def _length(compact: str, expected: int, country: str = "") -> AccountFault:
    return AccountFault("length", {"expected": expected, "found": len(compact), "country": country})


def _plain_letter(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char)
    return plain.upper() if plain != char and len(plain) == 1 and plain.isascii() and plain.isalnum() else ""


def _checks(rearranged: str) -> bool:
    """Apply ISO 7064 MOD 97-10, letters counting as 10 to 35."""
    return int("".join(str(int(char, 36)) for char in rearranged)) % 97 == 1


def _is_check(account: str, at: int) -> bool:
    return at in {2, 3} and account[:2].isalpha()


@lru_cache(maxsize=256)
def _structure_of(country: str) -> str:
    """Return one sign for each character of a country's IBANs (n digit, a letter, c either), "" if unknown."""
    from schwifty.exceptions import InvalidCountryCode  # noqa: PLC0415 - as in read_iban
    from schwifty.registry import get_iban_spec  # noqa: PLC0415 - as in read_iban

    try:
        parts = _STRUCTURE_PART.findall(get_iban_spec(country).bban_spec)
    except InvalidCountryCode:
        return ""
    return "aann" + "".join(kind * int(count) for count, kind in parts)


def _fits(char: str, kind: str) -> bool:
    return kind == "c" or char.isdigit() == (kind == "n")
