"""An account as it was read, whatever its country: what a payment needs of it, and what was and wasn't checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from countersign.domain.payment import AccountScheme


@dataclass(frozen=True, slots=True)
class ReadAccount:
    """A well-formed account number. It is never said that the account exists, or whose it is.

    Attributes:
        scheme: IBAN, or BBAN for every national number.
        account: As it is stored and sent: capitals and digits, no blanks.
        country: ISO 3166 code.
        agent: BIC where it is known, else empty.
        agent_member: The bank within a national clearing (``GBDSC:200415``), see ``domain.payment``, or empty.
        bank_name: In its own script, where it is known; else empty.
        shown: Grouped for people: a bank's code and the account as the country writes them.
        checks: Codes of what was checked and held, and of what could not be checked: those have ``not`` in them.
            ``iban.check_digits``;
            ``uk.modulus``, ``uk.modulus.not_loaded`` (no weight table), ``uk.modulus.not_listed`` (the table has no
            rule for the sort code), ``uk.modulus.not_applicable`` (its rules exempt the account), ``uk.padded`` (zeros
            were put in front);
            ``us.check_digit``, ``us.account.not_checkable``;
            ``cn.luhn``, ``cn.issuer``, ``cn.issuer.not_known``, ``cn.cnaps.check_digit``, ``cn.account.not_checkable``;
            ``tw.bank``, ``tw.bank.not_known``, ``tw.account.not_checkable``.
    """

    scheme: AccountScheme
    account: str
    country: str
    agent: str = ""
    agent_member: str = ""
    bank_name: str = ""
    shown: str = ""
    checks: tuple[str, ...] = ()

    @property
    def fully_checked(self) -> bool:
        """Whether every check that such a number has was made."""
        return not any(".not_" in code for code in self.checks)


def in_groups(text: str, sizes: Iterable[int], mark: str = " ") -> str:
    """Cut a number into groups of these sizes; what is left over is a group of its own."""
    groups, at = [], 0
    for size in sizes:
        groups.append(text[at : at + size])
        at += size
    groups.append(text[at:])
    return mark.join(group for group in groups if group)


def luhn_holds(digits: str) -> bool:
    """Apply the Luhn formula (ISO/IEC 7812-1 annex B) to a number with its check digit."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled // 10 + doubled % 10
    return total % 10 == 0
