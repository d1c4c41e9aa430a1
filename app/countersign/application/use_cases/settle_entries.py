"""Hold the entries of an account against the orders: whoever brought the entries, a bank's door or a file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice

from countersign.application.flows.script import Script, on_read, on_vault
from countersign.application.ports.bank import BankEntry
from countersign.application.ports.vault import HistoryQuery, InFlight, Projections, VaultTransaction
from countersign.application.session import Session
from countersign.application.use_cases.differences import Difference, drop_difference, judge_again, note_difference
from countersign.application.use_cases.record_facts import (
    Evidence,
    record_contradiction,
    record_return,
    record_settlement,
    shown_by,
)
from countersign.application.use_cases.refresh_accounts import Statement
from countersign.application.use_cases.relied_on import known_in
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order_state import OrderState
from countersign.domain.settlement import (
    DAY_MS,
    RETURN_DAYS,
    AccountEntry,
    Code,
    Differs,
    Finding,
    Returned,
    Settled,
    fits,
    is_charge,
    judge_entry,
    may_give_back,
)

_WAITING = frozenset({OrderState.INTENDED, OrderState.INITIATED, OrderState.UNKNOWN, OrderState.ACCEPTED})
_ENTRIES_AT_ONCE = 50
_FINDINGS_AT_ONCE = 20
_AT_ONCE_MS = 30  # what is begun then is finished, committed and anchored: a task of the VAULT lane is short
_PAID_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class OrderNews:
    """What became known of one order.

    Attributes:
        status: ISO 20022 transaction status, or ``RETURNED``; of an answer to a recall its cancellation status.
        rule: How it was found, see ``domain.settlement``; ``pain.002`` for a status report, ``pain.002.told`` where it
            moved nothing, since the bank itself is asked; ``camt.029`` for an answer to a recall, which moves nothing.
    """

    order: str
    creditor_name: str
    amount: Money
    status: str
    reason: str
    rule: str


@dataclass(slots=True)
class Settlement:
    """What was found."""

    news: list[OrderNews] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


def settle_entries(session: Session, entries: Sequence[AccountEntry], evidence: Evidence) -> Script[Settlement]:
    """Judge entries one by one, those that left before those that came, and record what they show.

    The VAULT lane is held for a few entries at a time, and outcomes of payments go between.

    Args:
        session: The session; a restored copy records nothing.
        entries: Booked.
        evidence: Where the entries come from.
    """
    found = Settlement()
    concerned = sorted(entries, key=lambda each: (each.booked_at, each.amount.minor >= 0))
    if not concerned or not session.vault.may_sign:
        return found
    waiting = yield from on_read(partial(_waiting, session.reader, concerned))
    judging = _Judging(session, concerned, waiting, evidence, found)
    while judging.left:
        yield from on_vault(judging.some)
    return found


def settle_returns(session: Session, found: Settlement) -> Script[None]:
    """Put on record what had come back before its order settled."""
    while judged := (yield from on_vault(partial(judge_again, session.vault))):
        for finding in judged:
            if isinstance(finding, Returned):
                record = yield from on_vault(partial(session.read_order, finding.order))
                found.news.append(_news_of(record, "RETURNED", finding.reason, "end_to_end"))
            else:
                found.differences.append(finding)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Orders that an entry may be about that names none, as the READ lane has them."""

    unsettled: tuple[OrderRecord, ...]
    settled: tuple[OrderRecord, ...]


def _waiting(reader: Projections, entries: Sequence[AccountEntry]) -> _Waiting:
    """Find the orders that look like entries. READ lane."""
    sums = {abs(entry.amount.minor) for entry in entries}
    unsettled = [
        record
        for record in reader.orders_in_flight(InFlight(states=_WAITING, minors=frozenset(sums)))
        if record.intent_event and record.state in _WAITING and record.content.payment.instructed_amount.minor in sums
    ]
    came = {(entry.amount, entry.counterparty_account) for entry in entries if entry.amount.minor > 0}
    if not came:
        return _Waiting(tuple(unsettled), ())
    first = min(entry.booked_at for entry in entries) - RETURN_DAYS * DAY_MS
    page = reader.history(HistoryQuery(state=OrderState.SETTLED.value, at_from=max(first, 0), limit=_PAID_LOOKED_AT))
    paid = [row.order for row in page.rows if row.order and (-row.amount, row.counterparty_account) in came]
    settled = [record for record in map(reader.order, paid) if record is not None]
    return _Waiting(tuple(unsettled), tuple(settled))


class _Judging:
    """Goes through entries, some of them in each task of the VAULT lane."""

    def __init__(
        self,
        session: Session,
        entries: Sequence[AccountEntry],
        waiting: _Waiting,
        evidence: Evidence,
        found: Settlement,
    ) -> None:
        self._vault, self._clock = session.vault, session.clock
        self._evidence, self._found = evidence, found
        self.left = deque(entries)
        self._unsettled = {record.content.order: record for record in waiting.unsettled}
        self._settled = {record.content.order: record for record in waiting.settled}

    def some(self) -> None:
        """Judge the next entries. VAULT lane."""
        names = self._names()
        if not names:
            return
        with self._vault.transaction() as change:
            known: dict[str, OrderRecord | None] = {}
            findings, started = 0, self._clock.monotonic_ms()
            while names and findings < _FINDINGS_AT_ONCE and self._clock.monotonic_ms() < started + _AT_ONCE_MS:
                entry, orders = names.popleft()
                self.left.popleft()
                judged = self._judge(change, known, entry, orders)
                if judged is not None:
                    findings += 1
                    record = _record(change, judged, self._evidence, self._found)
                    known[judged.order] = record  # no other order is read again
                    self._note(record)

    def _names(self) -> deque[tuple[AccountEntry, Sequence[str]]]:
        """Take the entries of this task, with the orders that they name; those that are about none are left out."""
        found: deque[tuple[AccountEntry, Sequence[str]]] = deque()
        concerned: deque[AccountEntry] = deque()
        for _ in range(min(_ENTRIES_AT_ONCE, len(self.left))):
            entry = self.left.popleft()
            orders = self._vault.orders_known_as(entry.end_to_end_id) if entry.end_to_end_id else ()
            if orders or self._may_become_alike(entry):
                found.append((entry, orders))
                concerned.append(entry)
        self.left.extendleft(reversed(concerned))
        return found

    def _may_become_alike(self, entry: AccountEntry) -> bool:
        """Tell whether the entry may be about an order that it doesn't name, now or once an earlier one is judged."""
        if entry.amount.minor < 0:
            return bool(self._alike(entry))
        records = chain(self._unsettled.values(), self._settled.values())
        payments = (record.content.payment for record in records if record.by_hand)
        given = (entry.amount, entry.counterparty_account)
        return any((payment.instructed_amount, payment.creditor_account) == given for payment in payments)

    def _alike(self, entry: AccountEntry) -> list[str]:
        """Name the orders that the entry looks like, by what was known when the work began, or since."""
        if entry.amount.minor < 0:
            return [order for order, record in self._unsettled.items() if fits(entry, record)]
        return [order for order, record in self._settled.items() if may_give_back(entry, record)]

    def _judge(
        self,
        change: VaultTransaction,
        known: dict[str, OrderRecord | None],
        entry: AccountEntry,
        orders: Sequence[str],
    ) -> Finding | None:
        def read(names: Iterable[str]) -> Iterator[OrderRecord]:
            for order in names:
                if order not in known:
                    known[order] = change.order(order)
                record = known[order]
                if record is not None:
                    yield record

        named, alike = list(read(orders)), read(self._alike(entry))
        if entry.amount.minor < 0:  # whether one fits or several is all that matters: no more are read
            fitting = (record for record in alike if record.state in _WAITING and fits(entry, record))
            return judge_entry(entry, named, list(islice(fitting, 2)), shows=shown_by(change, entry))
        giving = (record for record in alike if may_give_back(entry, record))
        return judge_entry(entry, named, [], list(islice(giving, 1)), shown_by(change, entry))

    def _note(self, record: OrderRecord) -> None:
        order = record.content.order
        if record.state not in _WAITING:
            self._unsettled.pop(order, None)
        if record.state is OrderState.SETTLED:
            self._settled[order] = record


def settle_statements(session: Session, statements: Sequence[Statement]) -> Script[Settlement]:
    """Hold what a bank's own door listed against the orders that it names, whether they have ended or not.

    This is how a payment is found of which the bank could not say more when it was handed over, and how it is seen
    that money left for an order that had ended, left twice, or came back.
    """
    entries = [
        account_entry(statement.account.iban, entry)
        for statement in statements
        for entry in statement.entries
        if entry.booked and entry.end_to_end_id and not is_charge(entry.code)
    ]
    found = yield from settle_entries(session, entries, {})
    yield from settle_returns(session, found)
    return found


def _record(
    change: VaultTransaction, judged: Settled | Returned | Differs, evidence: Evidence, found: Settlement
) -> OrderRecord:
    if isinstance(judged, Settled):
        record_settlement(change, judged, evidence)
    elif isinstance(judged, Returned):
        record_return(change, judged, evidence)
        drop_difference(change, Differs(Code.RETURN_WAITS, judged.order, judged.entry, judged.entry.amount))
    else:
        if judged.code is Code.CONTRADICTION:
            record_contradiction(change, judged.order, judged.entry, evidence)
        noted = note_difference(change, judged, evidence)
        if noted is not None:
            found.differences.append(noted)
    record = known_in(change, judged.order)
    if isinstance(judged, Settled):
        found.news.append(_news_of(record, "ACSC", "", judged.rule.value))
    elif isinstance(judged, Returned):
        found.news.append(_news_of(record, "RETURNED", judged.reason, "end_to_end"))
    return record


def _news_of(record: OrderRecord, status: str, reason: str, rule: str) -> OrderNews:
    payment = record.content.payment
    return OrderNews(record.content.order, payment.creditor_name, payment.instructed_amount, status, reason, rule)


def account_entry(
    account: str, entry: BankEntry, return_reason: str = "", *, reversal: bool = False, agent_member: str = ""
) -> AccountEntry:
    """Return a bank's entry as it is held against orders."""
    return AccountEntry(
        entry=entry.entry,
        account=account,
        amount=entry.amount,
        booked_at=entry.booked_at,
        counterparty=entry.counterparty,
        counterparty_account=entry.counterparty_account,
        end_to_end_id=entry.end_to_end_id,
        remittance=entry.remittance,
        return_reason=return_reason,
        reversal=reversal,
        agent_member=agent_member,
    )
