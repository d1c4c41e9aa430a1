"""Hold the entries of an account against the orders: whoever brought the entries, a bank's door or a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from countersign.application.ports.bank import BankEntry
from countersign.application.ports.vault import Vault, VaultTransaction
from countersign.application.use_cases.differences import Difference, note_difference
from countersign.application.use_cases.record_facts import (
    Evidence,
    record_contradiction,
    record_return,
    record_settlement,
    shown_by,
)
from countersign.application.use_cases.refresh_accounts import Statement
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order_state import OrderState
from countersign.domain.settlement import AccountEntry, Code, Differs, Returned, Settled, judge_entry

_WAITING = frozenset({OrderState.INTENDED, OrderState.INITIATED, OrderState.UNKNOWN, OrderState.ACCEPTED})


@dataclass(frozen=True, slots=True)
class OrderNews:
    """What became known of one order.

    Attributes:
        status: ISO 20022 transaction status, or ``RETURNED``.
        rule: How it was found, see ``domain.settlement``; ``pain.002`` for a status report.
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


def settle_entries(
    vault: Vault, entries: Sequence[AccountEntry], in_flight: Iterable[str], evidence: Evidence
) -> Settlement:
    """Judge entries one by one, those that left before those that came, and record what they show. VAULT lane.

    Args:
        vault: The unlocked vault.
        entries: Booked; at most some hundred at a time.
        in_flight: Orders that haven't ended.
        evidence: Where the entries come from.
    """
    found = Settlement()
    concerned = [entry for entry in entries if entry.end_to_end_id or entry.amount.minor < 0]
    if not vault.may_sign or not concerned:
        return found
    names = {entry: vault.orders_known_as(entry.end_to_end_id) for entry in concerned if entry.end_to_end_id}
    waiting = tuple(in_flight)
    if not any(names.values()) and not waiting:
        return found
    with vault.transaction() as change:
        open_now = _open(change, waiting)
        for entry in sorted(concerned, key=lambda each: (each.booked_at, each.amount.minor > 0)):
            named = _known(change, names.get(entry, ()))
            judged = judge_entry(entry, named, () if shown_by(change, entry) else open_now)
            if judged is not None:
                _record(change, judged, evidence, found)
                open_now = _open(change, waiting)
    return found


def _open(change: VaultTransaction, orders: Iterable[str]) -> list[OrderRecord]:
    return [record for record in _known(change, orders) if record.intent_event and record.state in _WAITING]


def settle_statements(vault: Vault, statements: Sequence[Statement], in_flight: Sequence[OrderRecord]) -> Settlement:
    """Hold what a bank's own door listed against the orders that haven't ended. VAULT lane.

    This is how a payment is found of which the bank could not say more when it was handed over.
    """
    open_now = {record.content.payment.end_to_end_id: record.content.order for record in in_flight}
    entries = [
        account_entry(statement.account.iban, entry)
        for statement in statements
        for entry in statement.entries
        if entry.booked and entry.end_to_end_id in open_now
    ]
    return settle_entries(vault, entries, open_now.values(), {})


def _record(
    change: VaultTransaction, judged: Settled | Returned | Differs, evidence: Evidence, found: Settlement
) -> None:
    if isinstance(judged, Settled):
        record_settlement(change, judged, evidence)
        found.news.append(_news(change, judged.order, "ACSC", "", judged.rule.value))
    elif isinstance(judged, Returned):
        record_return(change, judged, evidence)
        found.news.append(_news(change, judged.order, "RETURNED", judged.reason, "end_to_end"))
    else:
        if judged.code is Code.CONTRADICTION:
            record_contradiction(change, judged.order, judged.entry, evidence)
        noted = note_difference(change, judged)
        if noted is not None:
            found.differences.append(noted)


def _news(change: VaultTransaction, order: str, status: str, reason: str, rule: str) -> OrderNews:
    (record,) = _known(change, (order,))
    payment = record.content.payment
    return OrderNews(order, payment.creditor_name, payment.instructed_amount, status, reason, rule)


def _known(change: VaultTransaction, orders: Iterable[str]) -> list[OrderRecord]:
    found = (change.order(order) for order in orders)
    return [record for record in found if record is not None]


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
