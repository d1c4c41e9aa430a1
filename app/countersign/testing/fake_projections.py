"""The READ lane's view of the vault in memory: everything is folded afresh at every question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from countersign.application.ports.bank import Reach
from countersign.application.ports.vault import (
    ALL_IN_FLIGHT,
    AccountRow,
    HistoryPage,
    HistoryQuery,
    InFlight,
    LedgerEntry,
    OpenBatch,
    PayeeRow,
    PaymentKey,
    TemplateRow,
    TransferRow,
)
from countersign.domain.canonical import JsonObject
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.domain.money import Money
from countersign.domain.order_state import MAY_HAVE_MOVED_MONEY, OrderState
from countersign.domain.payee import PayeeRecord
from countersign.domain.payment import AccountScheme
from countersign.testing.fake_vault import MemoryVault, added_account, money_of

_DAY_MS = 86_400_000
_DAYS = 90


@dataclass(frozen=True, slots=True)
class _Entry:
    account: str
    number: str
    entry: str
    booked_at: int
    amount: Money
    counterparty: str
    counterparty_account: str
    end_to_end_id: str
    remittance: str


class MemoryProjections:
    """Implements the ``Projections`` port over a ``MemoryVault``."""

    def __init__(self, vault: MemoryVault) -> None:
        self._vault = vault

    def accounts(self) -> Sequence[AccountRow]:
        """List own accounts, as the newest statements describe them."""
        found: dict[str, AccountRow] = {}
        for added in self._said(kinds.ACCOUNT_ADDED):
            row = added_account(added)
            found[row.account] = row
        added_here = set(found)
        for body in self._statements():
            account = str(body["account"])
            known = found.get(account)
            found[account] = AccountRow(
                account=account,
                bank=known.bank if known and account in added_here else str(body["bank"]),
                iban=str(body["iban"]),
                name=known.name if known and account in added_here else str(body["name"]),
                balance=money_of(body["balance"]),
                available=money_of(body["available"]),
                as_of=cast("int", body["as_of"]),
                scheme=known.scheme if known else AccountScheme.IBAN,
                agent=known.agent if known else "",
                agent_member=known.agent_member if known else "",
                reach=known.reach if known else Reach.XS2A.value,
            )
        return tuple(replace(row, daily_balances=self._daily(row)) for row in found.values())

    def _daily(self, row: AccountRow) -> tuple[int, ...]:
        if not row.as_of:
            return ()
        last_day = row.as_of // _DAY_MS
        found, at_end = [], row.balance.minor
        for day in range(last_day, last_day - _DAYS, -1):
            found.append(at_end)
            at_end -= sum(
                entry.amount.minor
                for entry in self._entries()
                if (entry.account, entry.booked_at // _DAY_MS) == (row.account, day)
            )
        return tuple(reversed(found))

    def payees(self, text: str = "") -> Sequence[PayeeRow]:
        """List payees, those paid last first."""
        records = (self.payee(subject) for subject in self._subjects({kinds.PAYEE_ADDED}))
        rows = [self._payee_row(record) for record in records if record is not None]
        wanted = text.casefold()
        spaceless = "".join(wanted.split())
        kept = [row for row in rows if wanted in row.name.casefold() or spaceless in row.account.casefold()]
        return tuple(sorted(kept, key=lambda row: (-row.last_paid_at, row.name)))

    def payee(self, payee: str) -> PayeeRecord | None:
        """Read a payee."""
        return self._vault.payee(payee)

    def payee_by_account(self, iban: str) -> PayeeRecord | None:
        """Find the payee whose current version has this account."""
        records = (self.payee(subject) for subject in self._subjects({kinds.PAYEE_ADDED}))
        return next((one for one in records if one and one.version.details.account == iban), None)

    def order(self, order: str) -> OrderRecord | None:
        """Read an order."""
        return self._vault.order(order)

    def orders_in_flight(self, wanted: InFlight = ALL_IN_FLIGHT) -> Sequence[OrderRecord]:
        """List orders that are not final, newest first."""
        found = tuple(
            reversed([record for record in self._orders() if not record.final and self._is_of(record, wanted)])
        )
        return found[: wanted.limit or None]

    def count_in_flight(self, wanted: InFlight = ALL_IN_FLIGHT) -> int:
        """Count them."""
        return len(self.orders_in_flight(replace(wanted, limit=0)))

    def _is_of(self, record: OrderRecord, wanted: InFlight) -> bool:
        content, payment = record.content, record.content.payment
        by_amount = wanted.to or wanted.minors is None or payment.instructed_amount.minor in wanted.minors
        return (
            (not wanted.states or record.state in wanted.states)
            and wanted.batch in {None, content.batch}
            and wanted.to in {"", payment.creditor_account}
            and bool(by_amount)
            and wanted.device in {"", content.sender_device, record.sender}
        )

    def timeline(self, order: str) -> Sequence[LedgerEntry]:
        """List what happened to an order."""
        events = self._vault.events_of(order)
        return tuple(
            LedgerEntry(
                event.id, event.header.at, event.kind, event.says() if event.body else None, event.header.device
            )
            for event in events
        )

    def history(self, query: HistoryQuery) -> HistoryPage:
        """Read a page of history."""
        rows = sorted(self._rows(), key=lambda row: (row.at, row.row), reverse=True)
        text = query.text.casefold()
        batch_of = {record.content.order: record.content.batch for record in self._orders()}
        kept = [
            row
            for row in rows
            if text in f"{row.counterparty} {row.counterparty_account} {row.reference}".casefold()
            and query.batch in {None, batch_of.get(row.order, "")}
            and query.account in {"", row.account}
            and query.state in {"", row.state}
            and row.at >= query.at_from
            and (not query.at_to or row.at < query.at_to)
            and (query.before is None or (row.at, row.row) < query.before)
        ]
        return HistoryPage(tuple(kept[: query.limit]), len(kept) > query.limit)

    def outgoing_minor(self, currency: str, limit: int = 400) -> Sequence[tuple[int, int, str]]:
        """List past outgoing payments, newest first."""
        left = [row for row in self._rows() if row.amount.currency == currency and row.amount.minor < 0]
        gone = {state.value for state in MAY_HAVE_MOVED_MONEY} | {"booked", "elsewhere", "handed_over"}
        paid = [(row.at, -row.amount.minor, row.counterparty_account) for row in left if row.state in gone]
        return tuple(sorted(paid, reverse=True)[:limit])

    def payments_to(self, accounts: Sequence[str], limit: int = 12) -> Sequence[TransferRow]:
        """List past payments to any of these accounts, newest first."""
        gone = {state.value for state in MAY_HAVE_MOVED_MONEY} | {"booked", "elsewhere", "handed_over"}
        paid = [
            row
            for row in self._rows()
            if row.counterparty_account in accounts and row.amount.minor < 0 and row.state in gone
        ]
        return tuple(sorted(paid, key=lambda row: (row.at, row.row), reverse=True)[:limit])

    def payments_to_each(self, accounts: Iterable[str], limit: int = 12) -> Mapping[str, Sequence[TransferRow]]:
        """List past payments to each of these accounts, newest first."""
        return {account: self.payments_to((account,), limit) for account in accounts}

    def open_batches(self) -> Sequence[OpenBatch]:
        """List the batches of which orders wait for approvals."""
        names = {e.header.subject: str(e.says()["name"]) for e in self._shared() if e.kind == kinds.BATCH_PREPARED}
        found: dict[str, OpenBatch] = {}
        for record in self._orders():
            content, amount = record.content, record.content.payment.instructed_amount
            if not content.batch or record.state is not OrderState.PREPARED:
                continue
            known = found.get(
                content.batch, OpenBatch(content.batch, names.get(content.batch, ""), content.order, 0, ())
            )
            totals = {total.currency: total for total in known.totals}
            totals[amount.currency] = totals.get(amount.currency, Money(0, amount.currency)) + amount
            found[content.batch] = replace(known, waiting=known.waiting + 1, totals=tuple(totals.values()))
        return tuple(found.values())

    def templates(self) -> Sequence[TemplateRow]:
        """List the templates that are kept."""
        found: dict[str, TemplateRow] = {}
        for event in self._shared():
            if event.kind == kinds.TEMPLATE_KEPT:
                body, template = event.says(), event.header.subject
                found[template] = TemplateRow(template, str(body["name"]), str(body["order"]), event.header.at)
            elif event.kind == kinds.TEMPLATE_DROPPED:
                found.pop(event.header.subject, None)
        return tuple(sorted(found.values(), key=lambda row: (row.name, row.template)))

    def alike(self, wanted: Sequence[PaymentKey]) -> Sequence[TransferRow | None]:
        """Return for each payment one that was made or ordered before."""
        rows, ended = self._rows(), {"stopped", "rejected", "cancelled", "abandoned"}
        named = {record.content.order: record.content.payment.end_to_end_id for record in self._orders()}
        return tuple(
            next(
                (
                    row
                    for row in rows
                    if row.state not in ended
                    and (
                        (row.counterparty_account, -row.amount, row.reference)
                        == (key.account, key.amount, key.reference)
                        or (key.end_to_end_id and named.get(row.order) == key.end_to_end_id)
                    )
                ),
                None,
            )
            for key in wanted
        )

    def rules(self) -> Rules:
        """Return governance and stops."""
        return self._vault.rules

    def frozen(self) -> bool:
        """Tell whether an emergency stop is in force."""
        return self._vault.rules.frozen

    def documents_here(self, names: Sequence[str]) -> frozenset[str]:
        """Return those of these documents that are kept for good."""
        return self._vault.documents_here(names)

    def lessons_finished(self) -> Mapping[str, int]:
        """Map finished lessons to the best score."""
        best: dict[str, int] = {}
        for event in self._vault.events(Chain.PRIVATE):
            if event.kind == kinds.LESSON_FINISHED:
                said = event.says()
                lesson, score = str(said["lesson"]), cast("int", said["score"])
                best[lesson] = max(best.get(lesson, 0), score)
        return best

    # — folding —

    def _shared(self) -> Sequence[Event]:
        return self._vault.events(Chain.SHARED, 0, 1_000_000)

    def _subjects(self, wanted: set[str]) -> Iterable[str]:
        return dict.fromkeys(event.header.subject for event in self._shared() if event.kind in wanted)

    def _orders(self) -> list[OrderRecord]:
        found = (self._vault.order(subject) for subject in self._subjects({kinds.ORDER_FROZEN}))
        return [record for record in found if record is not None]

    def _statements(self) -> Iterable[JsonObject]:
        return self._said(kinds.STATEMENT_IMPORTED)

    def _said(self, kind: str) -> Iterable[JsonObject]:
        return (event.says() for event in self._shared() if event.kind == kind)

    def _entries(self) -> Iterable[_Entry]:
        found: dict[str, _Entry] = {}
        for body in self._statements():
            for item in cast("Sequence[JsonObject]", body["entries"]):
                entry = str(item["entry"])
                found[entry] = _Entry(
                    account=str(body["account"]),
                    number=str(body["iban"]),
                    entry=entry,
                    booked_at=cast("int", item["booked_at"]),
                    amount=money_of(item["amount"]),
                    counterparty=str(item["counterparty"]),
                    counterparty_account=str(item["counterparty_account"]),
                    end_to_end_id=str(item["end_to_end_id"]),
                    remittance=str(item["remittance"]),
                )
        return found.values()

    def _rows(self) -> list[TransferRow]:
        orders = self._orders()
        own = {record.content.payment.end_to_end_id for record in orders}
        shown = {(record.content.payment.debtor_account, record.settled_by) for record in orders}
        rows = [
            TransferRow(
                row=entry.entry,
                order="",
                account=entry.account,
                at=entry.booked_at,
                counterparty=entry.counterparty,
                counterparty_account=entry.counterparty_account,
                amount=entry.amount,
                reference=entry.remittance,
                state="booked",
            )
            for entry in self._entries()
            if entry.end_to_end_id not in own and (entry.number, entry.entry) not in shown
        ]
        elsewhere = [event for event in self._shared() if event.kind == kinds.PAYMENT_ELSEWHERE]
        rows += [_elsewhere_row(event.header.subject, event.says()) for event in elsewhere]
        own_accounts = {str(body["iban"]): str(body["account"]) for body in self._statements()}
        return rows + [_order_row(record, own_accounts) for record in orders]

    def _payee_row(self, record: PayeeRecord) -> PayeeRow:
        details, newest = record.version.details, record.check_of(record.version.event)
        paid = [at for at, _, account in self._all_outgoing() if account == details.account]
        return PayeeRow(
            payee=record.payee,
            name=details.name,
            account=details.account,
            agent=details.agent,
            last_paid_at=max(paid, default=0),
            paid_count=len(paid),
            last_check=newest.outcome.value if newest else "",
            checked_at=newest.checked_at if newest else 0,
            created_at=record.versions[0].at,
        )

    def _all_outgoing(self) -> list[tuple[int, int, str]]:
        currencies = {row.amount.currency for row in self._rows()}
        return [paid for currency in currencies for paid in self.outgoing_minor(currency)]


def _order_row(record: OrderRecord, own_accounts: Mapping[str, str]) -> TransferRow:
    payment, carried = record.content.payment, record.state is OrderState.INITIATED
    return TransferRow(
        row=record.content.order,
        order=record.content.order,
        account=own_accounts.get(payment.debtor_account, payment.debtor_account),
        at=record.changed_at,
        counterparty=payment.creditor_name,
        counterparty_account=payment.creditor_account,
        amount=-payment.instructed_amount,
        reference=payment.remittance,
        state="handed_over" if carried and record.handed_over_at else record.state.value,
    )


def _elsewhere_row(row: str, body: JsonObject) -> TransferRow:
    return TransferRow(
        row=row,
        order="",
        account=str(body["number"]),
        at=cast("int", body["at"]),
        counterparty=str(body["counterparty"]),
        counterparty_account=str(body["counterparty_account"]),
        amount=-money_of(body["amount"]),
        reference=str(body["reference"]),
        state="elsewhere",
    )
