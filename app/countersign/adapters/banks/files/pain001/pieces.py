"""Pieces that payment and cancellation messages share: instants, totals, accounts, banks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from countersign.adapters.banks.files.pain001.rails import NOT_PROVIDED
from countersign.adapters.banks.files.pain001.xml_text import Element, element, text
from countersign.domain.money import Money
from countersign.domain.payment import AccountScheme

BIC: Final = "BIC"
"""Tag of a BIC in the versions of 2009."""
BICFI: Final = "BICFI"
_SUM_DIGITS: Final = 18  # DecimalNumber, totalDigits


def instant(milliseconds: int) -> str:
    """Write an instant as ISODateTime, in UTC: ``2026-11-22T09:30:00.000Z``."""
    found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return found.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def totals(amounts: Sequence[Money]) -> Iterator[Element]:
    """Write NbOfTxs and CtrlSum."""
    yield text("NbOfTxs", str(len(amounts)))
    total = format(sum((Decimal(amount.plain()) for amount in amounts), Decimal(0)), "f")
    # The sum may be left out, and has to be where a mixture of currencies has more digits than it may have.
    if len(total.replace(".", "")) <= _SUM_DIGITS:
        yield text("CtrlSum", total)


def amount(tag: str, money: Money) -> Element:
    """Write an amount with its currency's decimals."""
    return Element(tag, money.plain(), ("Ccy", money.currency))


def named(tag: str, name: str) -> Element:
    """Write a party by its name."""
    return element(tag, text("Nm", name))


def account(tag: str, number: str, scheme: AccountScheme) -> Element:
    """Write an account by its number."""
    if scheme is AccountScheme.IBAN:
        return element(tag, element("Id", text("IBAN", number)))
    other = element("Othr", text("Id", number), element("SchmeNm", text("Cd", "BBAN")))
    return element(tag, element("Id", other))


def agent(tag: str, bic: str, member: str, bic_tag: str = BICFI) -> Element:
    """Write a bank by its BIC, its clearing's number (``CODE:MEMBER``), or both; nothing where neither is known."""
    system, _, number = member.partition(":")
    clearing = element("ClrSysMmbId", element("ClrSysId", text("Cd", system)), text("MmbId", number))
    return element(tag, element("FinInstnId", text(bic_tag, bic), clearing))


def unnamed_agent(tag: str) -> Element:
    """Write that a bank is not named where the message wants one: its account number tells which it is."""
    return element(tag, element("FinInstnId", element("Othr", text("Id", NOT_PROVIDED))))
