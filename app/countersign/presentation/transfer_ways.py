"""Which way to pay, within the third step: the ways that fit, when the money leaves, who pays fees, and what for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

from countersign.application.flows.script import Script, on_network, run_script
from countersign.application.flows.transfer import TransferDraft
from countersign.application.ports.bank import Bank
from countersign.application.ports.rails import RailBook
from countersign.application.session import Session
from countersign.domain.errors import CountersignError
from countersign.domain.payment import AccountScheme, ChargeBearer, PaymentFields, PaymentProduct
from countersign.domain.rails.ways import PaymentFacts, Way, ways_to_pay
from countersign.presentation.messages import _
from countersign.presentation.purpose_words import purposes
from countersign.presentation.rail_words import (
    ceiling_text,
    hours_text,
    leaving_text,
    obstacle_text,
    review_text,
    way_of,
    way_option,
    way_value,
)
from countersign.presentation.read_back import charge_bearer_text
from countersign.presentation.recovery_words import RecoveryState, recovery_state
from countersign.presentation.transfer_desk import Fault, Option, TransferDesk

DAYS_AHEAD = 365
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WaysState:
    """What the choice shows.

    Attributes:
        options: The ways that can be chosen.
        chosen: By its value; empty where none is.
        against: Why the others can't be, a sentence each.
        notes: What else is to be known of the chosen way.
        day: When it shall leave, ISO 8601; today stands for as soon as possible.
        first_day: The first that can be asked for, and ``last_day`` the last.
        leaving: When it leaves, and why not sooner.
        bearers: Who may pay the fees; empty where the way leaves no choice.
        purposes: Codes with their words; empty where the way or the bank carries none.
    """

    options: tuple[Option, ...]
    chosen: str
    against: tuple[str, ...]
    notes: tuple[str, ...]
    day: str
    first_day: str
    last_day: str
    leaving: str
    bearers: tuple[Option, ...]
    bearer: str
    purposes: tuple[tuple[str, str], ...]
    purpose: str


class WaysPart:
    """Leads through the choice."""

    def __init__(self, desk: TransferDesk) -> None:
        self._desk = desk
        self._offered: Sequence[PaymentProduct] | None = None
        self._asked = ""
        self._asking = False

    # — what a person does —

    def enter(self) -> None:
        """Load what is known of rails, and ask the bank what it offers; a day that has passed is taken back."""
        day = self._desk.draft.execution_date
        if day and day < self._today().isoformat():
            self._desk.change(replace(self._desk.draft, execution_date=""))
        session = self._desk.session
        run_script(session.tasks, open_book(session), self._take_book, self._desk.failed)
        self._asked = ""
        self.follow_account()

    def follow_account(self) -> None:
        """Ask the bank of the account that was chosen; each once."""
        draft = self._desk.draft
        bank = self._desk.session.bank_of_account(draft.debtor_account, draft.debtor_member)
        name = "" if bank is None else str(id(bank))
        if bank is None or name == self._asked:
            return
        self._asked, self._asking = name, True
        run_script(self._desk.session.tasks, _products(bank), self._take_offered, self._desk.failed)

    def choose(self, value: str) -> None:
        """Choose how the money travels."""
        product, arrival = way_of(value)
        plain = replace(self._desk.draft, product=product, arrival=arrival, charge_bearer=ChargeBearer.NONE, purpose="")
        bearers, before = self._bearers(plain), self._desk.draft
        bearer = before.charge_bearer if before.charge_bearer in bearers else next(iter(bearers), ChargeBearer.NONE)
        purpose = before.purpose if self._purposes(plain) else ""
        self._desk.change(replace(plain, charge_bearer=bearer, purpose=purpose))
        self._desk.render()

    def choose_day(self, day: str) -> None:
        """Choose when it shall leave; today is as soon as possible."""
        later = day if day > self._today().isoformat() else ""
        self._desk.change(replace(self._desk.draft, execution_date=later))
        self._desk.render()

    def choose_bearer(self, bearer: str) -> None:
        """Choose who pays the fees."""
        self._desk.change(replace(self._desk.draft, charge_bearer=ChargeBearer(bearer)))
        self._desk.render()

    def choose_purpose(self, purpose: str) -> None:
        """Choose what it is for, as a code."""
        self._desk.change(replace(self._desk.draft, purpose=purpose))
        self._desk.render()

    # — inside —

    def _take_book(self, book: RailBook) -> None:
        self._desk.book = book
        self._settle()

    def _take_offered(self, offered: Sequence[PaymentProduct] | None) -> None:
        self._offered, self._asking = offered, False
        self._settle()

    def _settle(self) -> None:
        """Choose the only way there is, where the one in the draft isn't."""
        if self._desk.closed:
            return
        offered = [way for way in self._ways() if way.offered]
        if len(offered) == 1 and self._chosen() is None:
            self.choose(way_value(offered[0].rail.product, offered[0].arrival))
        self._desk.render()

    def _today(self) -> date:
        return today(self._desk.session)

    def _ways(self) -> tuple[Way, ...]:
        if self._desk.book is None or self._asking:
            return ()
        facts = facts_of(self._desk.draft)
        return ways_to_pay(
            facts, self._desk.book.pack.rails, self._offered, self._desk.book.calendars, local_now(self._desk.session)
        )

    def _chosen(self) -> Way | None:
        draft = self._desk.draft
        return next(
            (w for w in self._ways() if w.offered and (w.rail.product, w.arrival) == (draft.product, draft.arrival)),
            None,
        )

    def _bearers(self, draft: TransferDraft) -> tuple[ChargeBearer, ...]:
        """Return who may pay the fees; nothing where the way, or the bank's door, leaves no choice."""
        bearers = self._desk.book.pack.rail(draft.product).charge_bearers if self._desk.book else ()
        return bearers if len(bearers) > 1 and self._carries(replace(draft, charge_bearer=bearers[0])) else ()

    def _purposes(self, draft: TransferDraft) -> tuple[tuple[str, str], ...]:
        """Return the codes to choose from; none where the way, or the bank's door, has no place for one."""
        listed = purposes()
        named = self._desk.book is not None and self._desk.book.pack.rail(draft.product).purpose
        return listed if named and self._carries(replace(draft, purpose=listed[1][0])) else ()

    def _carries(self, draft: TransferDraft) -> bool:
        bank = self._desk.session.bank_of_account(draft.debtor_account, draft.debtor_member)
        return bank is not None and carries(bank, draft)

    # — showing —

    def faults(self) -> tuple[Fault, ...]:
        """Say what is missing."""
        if self._desk.book is None or self._asking:
            return (Fault("product", _("The ways to pay are still being looked up. Continue in a moment.")),)
        if self._chosen() is None:
            return (Fault("product", _("Choose which way to pay.")),)
        return ()

    def state(self) -> WaysState:
        """Say what is to be shown."""
        draft, today = self._desk.draft, self._today()
        found, chosen = self._ways(), self._chosen()
        plain = replace(draft, charge_bearer=ChargeBearer.NONE, purpose="")
        return WaysState(
            options=tuple(way_option(way) for way in found if way.offered),
            chosen=way_value(draft.product, draft.arrival) if chosen else "",
            against=_against(found),
            notes=self._notes(chosen),
            day=draft.execution_date or today.isoformat(),
            first_day=today.isoformat(),
            last_day=(today + timedelta(days=DAYS_AHEAD)).isoformat(),
            leaving=leaving_text(chosen.journey) if chosen and chosen.journey else "",
            bearers=tuple(Option(item.value, charge_bearer_text(item)) for item in self._bearers(plain)),
            bearer=draft.charge_bearer.value,
            purposes=self._purposes(plain),
            purpose=draft.purpose,
        )

    def _notes(self, chosen: Way | None) -> tuple[str, ...]:
        if self._desk.book is None or self._asking:
            return (_("Looking up the ways to pay…"),)
        if chosen is None:
            return ()
        stale = review_text(chosen.rail) if chosen.rail.stale_on(self._today()) else ""
        fee = _("The bank names its fee before you confirm.")
        near = ceiling_text(chosen.rail, self._desk.draft.amount)
        return tuple(note for note in (fee, hours_text(chosen.rail), near, stale) if note)


def open_book(session: Session) -> Script[RailBook]:
    """Read what is known of rails, in a worker."""
    return on_network(partial(session.rails.book, session.clock.now_ms()))


def local_now(session: Session) -> datetime:
    """Return the time in the person's own zone."""
    return (_EPOCH + timedelta(milliseconds=session.clock.now_ms())).astimezone(session.zone)


def today(session: Session) -> date:
    """Return the day it is for the person."""
    return local_now(session).date()


def recovery_of(desk: TransferDesk, payment: PaymentFields) -> RecoveryState | None:
    """Say what can be got back of a payment that is confirmed now; None until what is known of rails was read."""
    if desk.book is None:
        return None
    return recovery_state(desk.book, payment, desk.session.clock.now_ms(), desk.session.zone)


def _products(bank: Bank) -> Script[Sequence[PaymentProduct] | None]:
    """Ask what the bank offers; None where it can't be asked."""
    try:
        return (yield from on_network(bank.profile)).products
    except CountersignError:
        return None


def facts_of(draft: TransferDraft) -> PaymentFacts:
    """Return what decides which ways there are; an IBAN begins with its country, other accounts have it beside them."""
    requested = date.fromisoformat(draft.execution_date) if draft.execution_date else None
    return PaymentFacts(
        amount=draft.amount,
        currency=draft.amount.currency if draft.amount else "EUR",
        debtor_country=draft.debtor_account[:2],
        creditor_country=draft.account[:2] if draft.scheme is AccountScheme.IBAN else draft.country,
        creditor_scheme=draft.scheme,
        requested=requested,
    )


def carries(bank: Bank, draft: TransferDraft) -> bool:
    """Tell whether all that a draft says reaches the bank. Asks nobody."""
    if draft.amount is None:
        return False
    probe = PaymentFields(
        instructed_amount=draft.amount,
        debtor_account=draft.debtor_account,
        creditor_name=draft.name,
        creditor_account=draft.account,
        creditor_agent=draft.agent,
        end_to_end_id="CS",
        remittance=draft.remittance,
        requested_execution_date=draft.execution_date,
        product=draft.product,
        creditor_account_scheme=draft.scheme,
        creditor_agent_member=draft.agent_member,
        creditor_town=draft.town,
        creditor_country=draft.country,
        charge_bearer=draft.charge_bearer,
        purpose=draft.purpose,
        arrival=draft.arrival,
    )
    return not bank.not_carried(probe)


def _against(found: Sequence[Way]) -> tuple[str, ...]:
    sentences = [obstacle_text(way) for way in found if way.fits and not way.offered]
    return tuple(dict.fromkeys(sentences))
