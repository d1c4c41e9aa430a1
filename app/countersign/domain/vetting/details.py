"""The rules for an account and a name, wherever they come from: a form, a message, a line of a file."""

from __future__ import annotations

import re
from typing import Final

from countersign.domain.accounts import AccountFault
from countersign.domain.names import mixed_scripts
from countersign.domain.national_accounts import ReadAccount
from countersign.domain.unicode_safety import TextFault, clean_text
from countersign.domain.vetting.findings import AccountSeen, Finding, Level

NAME_LIMIT: Final = 140
"""Characters; ISO 20022 gives a name 140."""

NOT_AN_ACCOUNT: Final = frozenset(
    {"empty", "too_long", "unknown_format", "unknown_country", "bank_missing", "account_missing"}
)
"""Faults that say nothing of an account: there is none to vet."""

_SHOWN: Final = 80  # characters of an account as it was written
_DIGIT_IN_A_WORD: Final = re.compile(r"[A-Za-z][015]+[A-Za-z]|[A-Za-z]{2,}(?:11+|00+)\b", re.ASCII)
_BIDI_AND_HIDDEN: Final = frozenset({"direction", "invisible", "not_text", "control"})


def account_findings(seen: AccountSeen) -> list[Finding]:
    """Say what is wrong with an account, or could not be checked."""
    if isinstance(seen.read, AccountFault):
        params = {**seen.read.params, "written": seen.written[:_SHOWN]}
        return [Finding(f"account.{seen.read.code}", Level.STOP, params, seen.line)]
    notes = [f"account.{code}" for code in seen.read.checks if ".not_" in code or code == "uk.padded"]
    if seen.read.scheme.value == "IBAN" and not seen.read.bank_name:
        notes.append("account.bank_not_known")
    return [Finding(code, Level.NOTE, {"account": seen.read.shown}, seen.line) for code in notes]


def name_findings(name: str, line: int = 0) -> list[Finding]:
    """Say what a name hides, mixes or only looks like."""
    found = []
    cleaned = clean_text(name, NAME_LIMIT)
    if isinstance(cleaned, TextFault):
        place = cleaned.places[0] if cleaned.places else None
        where: dict[str, str | int] = {"place": place.place, "code_point": place.name} if place else {}
        level = Level.STOP if cleaned.code in _BIDI_AND_HIDDEN else Level.LOOK
        length: dict[str, str | int] = {} if place else {"found": cleaned.length, "limit": cleaned.limit}
        found.append(Finding(f"name.{cleaned.code}", level, where | length, line))
    found += [
        Finding("name.mixed_scripts", Level.STOP, {"word": mixed.word, "scripts": " ".join(mixed.scripts)}, line)
        for mixed in mixed_scripts(name[:NAME_LIMIT])[:3]
    ]
    digits = _DIGIT_IN_A_WORD.search(name[:NAME_LIMIT])
    if digits:
        found.append(Finding("name.digit_in_word", Level.LOOK, {"part": digits[0]}, line))
    return found


def is_readable(seen: AccountSeen) -> bool:
    """Tell whether there is an account to vet, be it faulty."""
    return isinstance(seen.read, ReadAccount) or seen.read.code not in NOT_AN_ACCOUNT
