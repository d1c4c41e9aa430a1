"""What the READ lane finds for the inbox: orders that wait, page by page, and what was paid to their payees before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from countersign.application.ports.vault import (
    AccountRow,
    HistoryQuery,
    LedgerEntry,
    OpenBatch,
    Projections,
    TransferRow,
)
from countersign.domain.approval.progress import confirmation_obstacle
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState
from countersign.domain.payee import NameCheck, PayeeDetails, PayeeRecord
from countersign.domain.risk import Assessment
from countersign.presentation.inbox_ground import Ground
from countersign.presentation.order_approvals import signs_here, waits_here

SCANNED: Final = 25
"""Orders folded in one task: other questions get their turn in between."""
BATCH: Final = "batch:"
"""Begins the name of an entry that stands for a whole batch."""
_LAST: Final = 12


@dataclass(frozen=True)
class Facts:
    """One order, its payee, and what was paid to that payee before, newest first.

    Attributes:
        lacking: The documents that are attached to it and have not arrived here, by their SHA-256.
    """

    record: OrderRecord
    payee: PayeeRecord | None
    before: tuple[TransferRow, ...]
    lacking: frozenset[str] = frozenset()

    @cached_property
    def details(self) -> PayeeDetails | None:
        """The payee's details as they were agreed."""
        wanted = self.record.content.payee_version
        found = (item.details for item in self.payee.versions if item.event == wanted) if self.payee else ()
        return next(iter(found), None)

    @cached_property
    def check(self) -> NameCheck | None:
        """What the bank answered about them."""
        return self.payee.check_of(self.record.content.payee_version) if self.payee else None

    @cached_property
    def assessment(self) -> Assessment | None:
        """What the risk check found; None where it can't be read."""
        try:
            return Assessment.from_canonical(self.record.assessment) if self.record.assessment else None
        except SecurityError:
            return None

    @property
    def stale(self) -> bool:
        """Whether the payee was changed after the order was written, or its versions contradict each other."""
        payee = self.payee
        return payee is None or payee.in_conflict or payee.version.event != self.record.content.payee_version

    @property
    def account_changed(self) -> bool:
        """Whether the last payment to this payee went to another account."""
        return bool(self.before) and self.before[0].counterparty_account != self._account

    @property
    def matches(self) -> int:
        """How many of the last payments in a row went to this account, where this amount is no more than half again."""
        alike = 0
        for row in self.before:
            if row.counterparty_account != self._account:
                break
            alike += 1
        amount = self.record.content.payment.instructed_amount
        paid = [-row.amount.minor for row in self.before[:alike] if row.amount.currency == amount.currency]
        return alike if paid and 2 * amount.minor <= 3 * max(paid) else 0

    @property
    def called_back(self) -> str:
        """How somebody confirmed the account; empty where nobody did."""
        said = (answer for _code, answer, _path in reversed(self.record.interventions))
        return next((answer for answer in said if answer in _CONFIRMED), "")

    @property
    def wants_call_back(self) -> bool:
        """Whether the account has to be confirmed by voice before anybody signs."""
        doubted = self.check is not None and self.check.outcome.value == "NMTC"
        return (self.account_changed or doubted) and not self.called_back

    @property
    def _account(self) -> str:
        return self.record.content.payment.creditor_account


_CONFIRMED: Final = frozenset({"called_known_number", "in_person"})


def facts_of(reader: Projections, record: OrderRecord) -> Facts:
    """Gather what is known of an order's payee."""
    payee = reader.payee(record.content.payee)
    accounts = [item.details.account for item in payee.versions] if payee else []
    accounts.append(record.content.payment.creditor_account)
    return Facts(record, payee, tuple(reader.payments_to(accounts, _LAST)), _lacking(reader, record))


def _lacking(reader: Projections, record: OrderRecord) -> frozenset[str]:
    names = tuple(item.sha256 for item in record.content.attachments)
    return frozenset(names) - reader.documents_here(names) if names else frozenset()


def pending(
    reader: Projections, ground: Ground, text: str, after: tuple[int, str] | None, within: str = ""
) -> tuple[tuple[OrderRecord, ...], tuple[int, str] | None]:
    """Read the next orders that wait for approvals, and where to go on. READ lane; short, however many there are.

    First come approved ones that this device has to confirm anew: they can't be sent before.

    Args:
        reader: The projections.
        ground: Rules and time.
        text: Searched in names, accounts and references, or as an amount where it has digits only; empty for all.
        after: Where the piece before ended.
        within: Orders of this batch only. Where nothing is searched, others of batches are left out: each batch is
            one entry of the list, see ``waiting_batches``.
    """
    found, following = _piece(reader, text, after, within, OrderState.PREPARED)
    waiting = tuple(record for record in found if waits_here(record, ground.rules))
    return waiting if after else (*_to_confirm_anew(reader, ground, text, within), *waiting), following


def _to_confirm_anew(reader: Projections, ground: Ground, text: str, within: str) -> tuple[OrderRecord, ...]:
    """Read the newest orders that everybody approved, and that wait for this device since a confirmation is over."""
    governance = ground.rules.governance
    if not any(rule.second_device for rule in governance.policy.rules):
        return ()
    found, _following = _piece(reader, text, None, within, OrderState.APPROVED)
    here, now = ground.me.device, ground.now
    return tuple(record for record in found if not confirmation_obstacle(record, governance, here, now))


def _piece(
    reader: Projections, text: str, after: tuple[int, str] | None, within: str, state: OrderState
) -> tuple[tuple[OrderRecord, ...], tuple[int, str] | None]:
    number = _digits(text)
    batch = within or (None if text else "")
    query = HistoryQuery(text="" if number else text, before=after, limit=SCANNED, state=state.value, batch=batch)
    page = reader.history(query)
    wanted = [row.order for row in page.rows if not number or _has_number(row, number)]
    found = tuple(record for order in wanted if (record := reader.order(order)) is not None)
    last = page.rows[-1] if page.rows else None
    return found, (last.at, last.row) if page.more and last is not None else None


def signable(
    reader: Projections, ground: Ground, after: tuple[int, str] | None
) -> tuple[frozenset[str], tuple[int, str] | None]:
    """Name those of the next orders that wait which this person can sign, and where to go on. READ lane."""
    records, following = pending(reader, ground, "", after)
    me, governance = ground.me, ground.rules.governance
    mine = {item.content.order for item in records if signs_here(item, governance, me, ground.now)}
    if after is None:
        mine |= {BATCH + item.batch.batch for item in waiting_batches(reader, ground) if item.mine}
    return frozenset(mine), following


@dataclass(frozen=True, slots=True)
class WaitingBatch:
    """A batch that waits, with one of its orders, and whether this person can sign that one."""

    batch: OpenBatch
    record: OrderRecord
    mine: bool


def waiting_batches(reader: Projections, ground: Ground) -> tuple[WaitingBatch, ...]:
    """List the batches that were handed in. READ lane."""
    found = ((item, reader.order(item.first)) for item in reader.open_batches())
    me, governance = ground.me, ground.rules.governance
    return tuple(
        WaitingBatch(item, record, signs_here(record, governance, me, ground.now))
        for item, record in found
        if record is not None and waits_here(record, ground.rules)
    )


def _digits(text: str) -> str:
    """Return the digits of a text that may be an amount; empty where letters say that it is none."""
    kept = "".join(text.split()).translate({ord(","): None, ord("."): None, ord("'"): None})
    return kept if kept.isdecimal() else ""


def _has_number(row: TransferRow, number: str) -> bool:
    return str(abs(row.amount.minor)).startswith(number) or number in row.reference + row.counterparty_account


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything about one order that is shown in detail."""

    facts: Facts
    last: OrderRecord | None
    timeline: Sequence[LedgerEntry]
    accounts: Sequence[AccountRow]


def whole(reader: Projections, order: str) -> Whole | None:
    """Gather everything about an order; None where it is not known. READ lane."""
    record = reader.order(order)
    if record is None:
        return None
    facts = facts_of(reader, record)
    last = reader.order(facts.before[0].order) if facts.before and facts.before[0].order else None
    return Whole(facts, last, reader.timeline(order), reader.accounts())
