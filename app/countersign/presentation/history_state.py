"""What the page of past transfers shows: display-ready lines, months and details."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from countersign.application.ports.vault import AccountRow, TransferRow
from countersign.domain.accounts import grouped, masked
from countersign.domain.money import Money
from countersign.presentation.formats import date_text, isolate, money_text, time_text
from countersign.presentation.messages import _, language
from countersign.presentation.order_words import state_tone, state_word

Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table, ready to show. ``order`` is empty for an entry that no order of ours made."""

    row: str
    order: str
    day: str
    counterparty: str
    account: str
    reference: str
    state: str
    tone: str
    amount: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month's payments out. ``key`` is ``2026-11``; ``minor`` its sum in the currency of the bars."""

    key: str
    label: str
    minor: int
    text: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """What is known of a bank entry, as (label, value) rows."""

    title: str
    amount: str
    rows: tuple[tuple[str, str, bool], ...]  # the last: keep left to right


@dataclass(frozen=True, slots=True)
class HistoryState:
    """What surrounds the table.

    Attributes:
        summary: How many rows there are, as far as they were fetched.
        months_title: Which currency the bars are in; empty without bars.
    """

    heading: str
    text: str
    accounts: tuple[Option, ...]
    states: tuple[Option, ...]
    periods: tuple[Option, ...]
    account: str
    state: str
    period: str
    filtered: bool
    summary: str
    searching: bool
    error: str
    months_title: str
    months: tuple[Month, ...]
    detail: Detail | None
    empty_title: str
    empty_text: str


def local_time(at_ms: int, zone: tzinfo) -> datetime:
    """Return a moment in the person's time zone."""
    return datetime.fromtimestamp(at_ms / 1000, zone)


def line_of(row: TransferRow, zone: tzinfo) -> Line:
    """Make a line of the table."""
    tag = language()
    return Line(
        row=row.row,
        order=row.order,
        day=date_text(local_time(row.at, zone).date(), tag, "medium"),
        counterparty=row.counterparty or _("Unnamed"),
        account=grouped(row.counterparty_account),
        reference=row.reference,
        state=state_word(row.state),
        tone=state_tone(row.state),
        amount=_signed(row.amount, tag),
    )


def detail_of(row: TransferRow, accounts: Sequence[AccountRow], zone: tzinfo) -> Detail:
    """Say what is known of a bank entry."""
    tag = language()
    own = next((item for item in accounts if row.account in {item.account, item.iban}), None)
    elsewhere = row.state == "elsewhere"
    incoming = row.amount.minor >= 0
    rows = (
        (_("Payer") if incoming else _("Payee"), row.counterparty or _("Unnamed"), False),
        (_("Account"), grouped(row.counterparty_account), True),
        (_("Paid") if elsewhere else _("Booked"), time_text(row.at, str(zone), tag, "long"), False),
        (_("Reference"), row.reference, False),
        (_("Your account"), account_name(own) if own else row.account, False),
        (_("State"), state_word(row.state), False),
    )
    return Detail(
        title=_("Payment made elsewhere") if elsewhere else _("Entry of your statement"),
        amount=_signed(row.amount, tag),
        rows=tuple(item for item in rows if item[1]),
    )


def account_name(row: AccountRow) -> str:
    """Name an own account, its number masked."""
    return f"{row.name} {isolate(masked(row.iban))}"


def _signed(amount: Money, tag: str) -> str:
    """Write an amount with its direction: a true minus for what left, a plus for what came in."""
    sign = "\N{MINUS SIGN}" if amount.minor < 0 else "+"
    whole = -amount if amount.minor < 0 else amount
    return f"{sign}{money_text(whole, tag)}"
