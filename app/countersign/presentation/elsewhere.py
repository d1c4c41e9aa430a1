"""Write down a payment that was made elsewhere: in a branch, by phone, in the bank's own app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, Protocol

from countersign.application.flows.script import on_read, on_vault, run_script
from countersign.application.ports.vault import AccountRow
from countersign.application.session import Session
from countersign.application.use_cases.record_elsewhere import Channel, Elsewhere, record_elsewhere
from countersign.domain.accounts import AccountFault, masked
from countersign.domain.amount_input import Choice, Exact, Offer, Unreadable, read_amount
from countersign.domain.money import Money
from countersign.domain.national_accounts import read_account
from countersign.domain.order import NAME_LIMIT, REMITTANCE_LIMIT
from countersign.domain.unicode_safety import CleanText, clean_text
from countersign.presentation.error_texts import words_of
from countersign.presentation.formats import decimal_mark, isolate, money_text
from countersign.presentation.messages import _, language
from countersign.presentation.national_account_texts import own_account_fault
from countersign.presentation.navigation import Navigate
from countersign.presentation.transfer_desk import Fault, Option
from countersign.presentation.transfer_fault_texts import amount_fault, name_fault

_NOON: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class ElsewhereState:
    """What the page shows.

    Attributes:
        day: ISO 8601; ``last_day``: no later one can be chosen.
        faults: What is wrong, once it was tried to save.
    """

    heading: str
    lead: str
    accounts: tuple[Option, ...]
    account: str
    currency: str
    day: str
    last_day: str
    channels: tuple[Option, ...]
    channel: str
    faults: tuple[Fault, ...] = ()
    busy: str = ""
    problem: str = ""


class ElsewhereView(Protocol):
    """The page."""

    def show_state(self, state: ElsewhereState) -> None:
        """Show the state."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What the fields hold when it is saved."""

    amount: str
    payee: str
    payee_account: str
    reference: str


class ElsewherePresenter:
    """Takes the form."""

    def __init__(self, session: Session, view: ElsewhereView, go: Navigate) -> None:
        self._session, self._view, self._go = session, view, go
        self._accounts: Sequence[AccountRow] = ()
        self._account = ""
        self._today = datetime.fromtimestamp(session.clock.now_ms() / 1000, session.zone).date()
        self._day = self._today
        self._channel = Channel.APP
        self._faults: tuple[Fault, ...] = ()
        self._busy = self._problem = ""
        self._closed = False

    def start(self) -> None:
        """Show the form."""
        self._render()
        run_script(self._session.tasks, on_read(self._session.reader.accounts), self._take_accounts, self._failed)

    def close(self) -> None:
        """Show nothing any more."""
        self._closed = True

    def choose_account(self, number: str) -> None:
        """Choose from which account it was paid."""
        self._account = number
        self._render()

    def choose_day(self, day: str) -> None:
        """Choose the day; one that lies ahead is not taken."""
        self._day = min(date.fromisoformat(day), self._today)
        self._render()

    def choose_channel(self, channel: str) -> None:
        """Choose where it was made."""
        self._channel = Channel(channel)
        self._render()

    def save(self, typed: Typed) -> None:
        """Write it down, or say what is missing."""
        if self._busy:
            return
        amount = read_amount(typed.amount, self._currency, decimal_mark(language()))
        self._faults = (*_amount_faults(amount), *self._other_faults(typed))
        if self._faults or not isinstance(amount, Exact):
            self._render()
            return
        payment = Elsewhere(
            account=self._account,
            at=self._at(),
            amount=amount.money,
            counterparty=_clean(typed.payee, NAME_LIMIT),
            counterparty_account=_number(typed.payee_account),
            reference=_clean(typed.reference, REMITTANCE_LIMIT),
            channel=self._channel,
        )
        self._busy, self._problem = _("Writing it down"), ""
        self._render()
        session = self._session
        work = on_vault(partial(record_elsewhere, session.vault, session.entropy, payment))
        run_script(session.tasks, work, self._saved, self._failed)

    def leave(self) -> None:
        """Leave without writing anything down."""
        self._go.open_history()

    # — inside —

    def _saved(self, _row: str) -> None:
        if not self._closed:
            self._go.open_history()

    def _take_accounts(self, accounts: Sequence[AccountRow]) -> None:
        self._accounts = accounts
        self._account = self._account or next((row.iban for row in accounts), "")
        self._render()

    def _failed(self, error: Exception) -> None:
        self._busy = ""
        self._problem = words_of(error)
        self._render()

    @property
    def _currency(self) -> str:
        return next((row.balance.currency for row in self._accounts if row.iban == self._account), "EUR")

    def _at(self) -> int:
        noon = datetime(self._day.year, self._day.month, self._day.day, tzinfo=self._session.zone) + _NOON
        return min(int(noon.timestamp()) * 1000, self._session.clock.now_ms())

    def _other_faults(self, typed: Typed) -> tuple[Fault, ...]:
        found = []
        if not self._account:
            found.append(Fault("account", _("Add an account first: a payment needs one that it left.")))
        for key, text, limit in (("payee", typed.payee, NAME_LIMIT), ("reference", typed.reference, REMITTANCE_LIMIT)):
            cleaned = clean_text(text, limit)
            if not isinstance(cleaned, CleanText) and text.strip():
                found.append(Fault(key, name_fault(cleaned)))
        if not typed.payee.strip():
            found.append(Fault("payee", _("Type who was paid.")))
        number = read_account(typed.payee_account) if typed.payee_account.strip() else None
        if isinstance(number, AccountFault) and number.code != "unknown_format":
            found.append(Fault("payee_account", own_account_fault(number, typed.payee_account)))
        return tuple(found)

    def _render(self) -> None:
        if self._closed:
            return
        self._view.show_state(
            ElsewhereState(
                heading=_("A payment made elsewhere"),
                lead=_("It counts for your history and for what is usual for you. Nothing is sent."),
                accounts=tuple(Option(row.iban, f"{row.name} {isolate(masked(row.iban))}") for row in self._accounts),
                account=self._account,
                currency=self._currency,
                day=self._day.isoformat(),
                last_day=self._today.isoformat(),
                channels=channel_options(),
                channel=self._channel.value,
                faults=self._faults,
                busy=self._busy,
                problem=self._problem,
            )
        )


def channel_options() -> tuple[Option, ...]:
    """List where a payment can have been made."""
    return (
        Option(Channel.APP.value, _("In the bank's own app or page")),
        Option(Channel.BRANCH.value, _("In a branch")),
        Option(Channel.PHONE.value, _("By phone")),
        Option(Channel.OTHER.value, _("Another way")),
    )


def _amount_faults(reading: Exact | Choice | Offer | Unreadable) -> tuple[Fault, ...]:
    if isinstance(reading, Exact):
        return ()
    if isinstance(reading, Choice):
        meanings = _(" or ").join(_shown(money) for money in reading.options)
        return (
            Fault("amount", _("This can be read as {meanings}. Type it with both decimals.").format(meanings=meanings)),
        )
    if isinstance(reading, Offer):
        text = _("If you mean {amount}, type it like that.").format(amount=_shown(reading.money))
        return (Fault("amount", text),)
    return (Fault("amount", amount_fault(reading)),)


def _shown(money: Money) -> str:
    return isolate(money_text(money, language()))


def _clean(text: str, limit: int) -> str:
    cleaned = clean_text(text, limit)
    return cleaned.text if isinstance(cleaned, CleanText) else ""


def _number(text: str) -> str:
    found = read_account(text)
    return "".join(text.split()) if isinstance(found, AccountFault) else found.account
