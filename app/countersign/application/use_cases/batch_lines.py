"""Judge the lines of a list: whose account pays, who is paid, whether it was paid already, and how risky it is."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from countersign.application.batch_state import BatchHead, BatchLine
from countersign.application.ports.bank import Bank, Reach
from countersign.application.ports.bank_files import FilePayment
from countersign.application.ports.vault import AccountRow, PayeeRow, PaymentKey, TransferRow
from countersign.application.session import Session
from countersign.application.use_cases.freeze_order import TRACKED
from countersign.domain.money import Money
from countersign.domain.names import same_name, skeleton
from countersign.domain.order import OrderContent, OrderContentError
from countersign.domain.payee import DetailsSource, NameCheck, PayeeRecord, VopOutcome
from countersign.domain.payment import PaymentFields
from countersign.domain.risk import RiskFacts, assess
from countersign.domain.unicode_safety import CleanText, clean_text
from countersign.domain.vetting import Finding, Level

_DAY_MS: Final = 86_400_000
_HOUR_MS: Final = 3_600_000
_PAID_LOOKED_AT: Final = 50
_MOST_KNOWN: Final = 20_000  # accounts; they are asked for again where a list has more
_ANY_HASH: Final = "0" * 64
_USUAL_HOUR_SHARE: Final = 20
_DOUBTED: Final = {VopOutcome.NO_MATCH: "batch.name_no_match", VopOutcome.CLOSE_MATCH: "batch.name_close"}
_NAME_LIMIT: Final = 70

Read = Sequence[tuple[int, FilePayment, tuple[Finding, ...]]]


@dataclass(frozen=True, slots=True)
class _Payee:
    """A known payee: in whose list row, with which version, and since when this account is theirs."""

    row: PayeeRow
    version: str
    source: DetailsSource
    check: NameCheck | None
    changed_hours: int | None


@dataclass(frozen=True, slots=True)
class _Paid:
    """What was paid to an account before: how many of the last payments, and the largest, minor units by currency."""

    count: int
    largest: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Known:
    """What history says of some lines.

    Attributes:
        payees: By account.
        paid: What was paid before, by account.
        alike: By line number: a payment that may be the same.
        unknown: Name and account of those who were never paid, whose names the bank can be asked about.
    """

    payees: Mapping[str, _Payee]
    paid: Mapping[str, _Paid]
    alike: Sequence[TransferRow | None]
    unknown: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Usual:
    """What this person paid before in one currency."""

    amounts: tuple[int, ...]
    hours: tuple[int, ...]
    last_day: int


class LineDesk:
    """Holds what all lines of a list have in common; bounded, however long the list."""

    def __init__(
        self, session: Session, head: BatchHead, accounts: Sequence[AccountRow], payees: Sequence[PayeeRow]
    ) -> None:
        """Begin.

        Args:
            session: The session.
            head: Of the list.
            accounts: Own accounts.
            payees: Everybody who is known.
        """
        self._session, self._head = session, head
        self._own = {(row.iban, row.agent_member): row for row in accounts}
        self._by_account: dict[str, PayeeRow] = {}
        self._by_shape: dict[str, PayeeRow] = {}
        for row in payees:
            self._by_account.setdefault(row.account, row)
            self._by_shape.setdefault(skeleton(row.name), row)
        self._paid: dict[str, _Paid] = {}
        self._records: dict[str, _Payee] = {}
        self._checks: dict[tuple[str, str], NameCheck] = {}
        self._usual: dict[str, _Usual] = {}
        self._local_hour = self._hour(session.clock.now_ms())
        self._now = session.clock.now_ms()

    def remember(self, checks: Mapping[tuple[str, str], NameCheck]) -> None:
        """Remember what the bank said: the same payee may stand on many lines."""
        self._checks |= checks

    # — history, in the READ lane —

    def look_up(self, parts: Sequence[FilePayment], questions: int) -> Known:
        """Ask history about some lines. READ lane.

        Args:
            parts: As they were read.
            questions: How many names the bank may be asked about.
        """
        self._forget_some()
        payments = [part.payment for part in parts if part.payment is not None]
        accounts = dict.fromkeys(payment.creditor_account for payment in payments if payment.creditor_account)
        self._look_up([account for account in accounts if account not in self._paid])
        for currency in {payment.instructed_amount.currency for payment in payments}:
            if currency not in self._usual:
                self._usual[currency] = self._usual_of(self._session.reader.outgoing_minor(currency))
        keys = [_key(part.payment) for part in parts]
        wanted = [key for key in keys if key is not None]
        found = iter(self._session.reader.alike(wanted))
        return Known(
            {account: self._records[account] for account in accounts if account in self._records},
            {account: self._paid[account] for account in accounts},
            [next(found) if key is not None else None for key in keys],
            self._unknown(payments, questions),
        )

    def _unknown(self, payments: Sequence[PaymentFields], most: int) -> tuple[tuple[str, str], ...]:
        found: dict[tuple[str, str], None] = {}
        for payment in payments:
            if len(found) >= most:
                break
            name, account = payment.creditor_name, payment.creditor_account
            if (
                payment.creditor_account_scheme.value == "IBAN"
                and name
                and not self._paid.get(account, _NEVER).count
                and (name, account) not in self._checks
                and isinstance(clean_text(name, _NAME_LIMIT), CleanText)
            ):
                found[name, account] = None
        return tuple(found)

    def _look_up(self, accounts: Sequence[str]) -> None:
        reader = self._session.reader
        before = reader.payments_to_each(accounts, _PAID_LOOKED_AT) if accounts else {}
        for account in accounts:
            self._paid[account] = _paid_of(before[account])
            row = self._by_account.get(account)
            record = reader.payee(row.payee) if row is not None else None
            if row is not None and record is not None and not record.in_conflict:
                self._records[account] = _payee(row, record, account, self._now)

    def _forget_some(self) -> None:
        """Keep to the limit, however many accounts a list has: they are asked for again."""
        if len(self._paid) >= _MOST_KNOWN:
            self._paid.clear()
            self._records.clear()

    def _usual_of(self, history: Sequence[tuple[int, int, str]]) -> _Usual:
        hours = Counter(self._hour(at) for at, _minor, _account in history)
        return _Usual(
            tuple(minor for _at, minor, _account in history),
            tuple(sorted(h for h, n in hours.items() if n * _USUAL_HOUR_SHARE >= len(history))),
            sum(1 for at, _minor, _account in history if at > self._now - _DAY_MS),
        )

    # — judging —

    def judge(self, some: Read, known: Known, checks: Mapping[tuple[str, str], NameCheck]) -> tuple[BatchLine, ...]:
        """Judge some lines. Any worker.

        Args:
            some: As they were read.
            known: What history says of them.
            checks: What the bank has just said of names.
        """
        self.remember(checks)
        return tuple(
            self._judge(number, part, noticed, known, alike)
            for (number, part, noticed), alike in zip(some, known.alike, strict=True)
        )

    def _judge(
        self, number: int, part: FilePayment, noticed: tuple[Finding, ...], known: Known, alike: TransferRow | None
    ) -> BatchLine:
        if part.payment is None or part.faults:
            return BatchLine(number, part.line, part.payment, _brief(noticed))
        payment, own = self._from_own(number, part.payment)
        payee = known.payees.get(payment.creditor_account)
        check = self._checks.get((payment.creditor_name, payment.creditor_account)) or (payee.check if payee else None)
        found = [*noticed, *self._about_accounts(payment, own), *self._about_payee(payment, payee)]
        if alike is not None:
            found.append(_alike(alike, self._now))
        if check is not None and check.outcome in _DOUBTED:
            found.append(Finding(_DOUBTED[check.outcome], Level.STOP, {"name": check.matched_name}))
        if any(item.level is Level.STOP for item in found):
            return BatchLine(number, part.line, payment, _brief(found), check=check)
        paid = known.paid.get(payment.creditor_account, _NEVER)
        facts = self._facts(payment, payee, own, paid, check)
        assessment = assess(facts)
        found += [Finding("batch.stop", Level.STOP, {"code": item.code}) for item in assessment.stops]
        found += [Finding("batch.question", Level.STOP, {"code": item}) for item in assessment.interventions]
        if not paid.count:
            found.append(Finding("batch.first_payment", Level.NOTE))
        return BatchLine(
            number=number,
            line=part.line,
            payment=payment,
            found=_brief(found),
            payee=payee.row.payee if payee else self._new_payee(payment),
            version=payee.version if payee else "",
            check=check,
            assessment=assessment,
        )

    def _new_payee(self, payment: PaymentFields) -> str:
        return self._head.identifier("payee", f"{payment.creditor_account}/{payment.creditor_agent_member}")

    def _from_own(self, number: int, payment: PaymentFields) -> tuple[PaymentFields, AccountRow | None]:
        """Say which own account pays, and write everything as its bank carries it."""
        source = (payment.debtor_account, payment.debtor_agent_member)
        if not payment.debtor_account:
            source = (self._head.number, self._head.member)
        own = self._own.get(source)
        end_to_end = payment.end_to_end_id
        if end_to_end in {"", "NOTPROVIDED"}:
            end_to_end = "CS" + self._head.identifier("end_to_end", str(number))[:24].upper()
        paying = replace(
            payment,
            debtor_account=source[0],
            debtor_agent_member=source[1],
            end_to_end_id=end_to_end,
            debtor_account_scheme=own.scheme if own is not None else payment.debtor_account_scheme,
            debtor_agent=own.agent if own is not None else payment.debtor_agent,
        )
        if own is None:
            return paying, None
        bank = self._session.bank_of_account(*source)
        if bank is None:
            return paying, own
        spelt = bank.in_its_letters(paying)
        unique = bytes.fromhex(self._head.identifier("uetr", str(number)))
        tracked = replace(spelt, uetr=str(uuid.UUID(bytes=unique, version=4)))
        wanted = payment.product in TRACKED and bank.reach is not Reach.MANUAL and not payment.uetr
        return (tracked if wanted and not bank.not_carried(tracked) else spelt), own

    def _about_accounts(self, payment: PaymentFields, own: AccountRow | None) -> Iterator[Finding]:
        if own is None:
            yield Finding("batch.not_yours", Level.STOP, {"account": payment.debtor_account})
            return
        fault = self._form(payment)
        bank = self._session.bank_of_account(payment.debtor_account, payment.debtor_agent_member)
        if fault:
            yield Finding("batch.form", Level.STOP, {"field": fault})
        elif bank is not None and (field := self._not_carried(bank, payment)):
            yield Finding("batch.not_carried", Level.STOP, {"field": field})

    @staticmethod
    def _not_carried(bank: Bank, payment: PaymentFields) -> str:
        return bank.not_carried(payment) if bank.reach is not Reach.MANUAL else ""

    def _form(self, payment: PaymentFields) -> str:
        """Name a field that has a form that no order may have; empty where all is well."""
        identity = self._session.vault.identity
        content = OrderContent(
            workspace=identity.workspace,
            world=identity.world,
            order=self._head.batch,
            nonce=self._head.batch,
            sender_device=_ANY_HASH,
            requester=identity.member,
            payee=self._head.batch,
            payee_version=_ANY_HASH,
            debtor_name=identity.member_name,
            payment=payment,
            batch=self._head.batch,
        )
        try:
            content.check_form()
        except OrderContentError as error:
            return str(error.params.get("field", "payment"))
        return ""

    def _about_payee(self, payment: PaymentFields, payee: _Payee | None) -> Iterator[Finding]:
        name = payment.creditor_name
        if payee is not None:
            if not same_name(payee.row.name, name):
                yield Finding("batch.other_name", Level.STOP, {"name": name, "known": payee.row.name})
            return
        near = self._by_shape.get(skeleton(name))
        if near is None or near.account == payment.creditor_account:
            return
        if same_name(near.name, name):
            yield Finding("batch.account_changed", Level.STOP, {"name": name, "known": near.account})
        else:
            yield Finding("batch.look_alike", Level.STOP, {"name": name, "known": near.name})

    def _facts(
        self,
        payment: PaymentFields,
        payee: _Payee | None,
        own: AccountRow | None,
        paid: _Paid,
        check: NameCheck | None,
    ) -> RiskFacts:
        amount = payment.instructed_amount
        usual = self._usual[amount.currency]
        source = self._head.source if payee is None else payee.source
        balance = own.available if own is not None and own.as_of else None
        return RiskFacts(
            amount=amount,
            payee_is_new=not paid.count,
            account_changed_hours=payee.changed_hours if payee else None,
            details_source=DetailsSource.BANK_RECORDS if paid.count else source,
            name_check=check.outcome if check else VopOutcome.NOT_DONE,
            paid_before_count=paid.count,
            max_to_payee_minor=paid.largest.get(amount.currency),
            history_minor=usual.amounts,
            balance_minor=_same(balance, amount),
            remittance=payment.remittance,
            own_name_payee=same_name(payment.creditor_name, self._session.vault.identity.member_name),
            local_hour=self._local_hour,
            usual_hours=usual.hours,
            payments_last_24h=usual.last_day,
        )

    def _hour(self, at_ms: int) -> int:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).astimezone(self._session.zone).hour


_NEVER: Final = _Paid(0, {})


def _paid_of(rows: Sequence[TransferRow]) -> _Paid:
    largest: dict[str, int] = {}
    for row in rows:
        largest[row.amount.currency] = max(-row.amount.minor, largest.get(row.amount.currency, 0))
    return _Paid(len(rows), largest) if rows else _NEVER


def _same(balance: Money | None, amount: Money) -> int | None:
    return balance.minor if balance is not None and balance.currency == amount.currency else None


def _key(payment: PaymentFields | None) -> PaymentKey | None:
    if payment is None or not payment.creditor_account:
        return None
    end_to_end = "" if payment.end_to_end_id == "NOTPROVIDED" else payment.end_to_end_id
    return PaymentKey(payment.creditor_account, payment.instructed_amount, payment.remittance, end_to_end)


def _payee(row: PayeeRow, record: PayeeRecord, account: str, now: int) -> _Payee:
    version = record.version
    own = [item.at for item in record.versions if item.details.account == account]
    others = any(item.details.account != account for item in record.versions)
    changed = max(now - min(own, default=now), 0) // _HOUR_MS if others else None
    return _Payee(row, version.event, version.details.source, record.check_of(version.event), changed)


def _alike(row: TransferRow, now: int) -> Finding:
    """Say what may be the same payment; one that only waits is as much one as one that was made."""
    return Finding(
        "batch.paid_before", Level.LOOK, {"days": max(now - row.at, 0) // _DAY_MS, "reference": row.reference}
    )


def _brief(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Keep what is worth telling, the gravest first; notes that are true of every list are left out."""
    weight = {Level.STOP: 0, Level.LOOK: 1, Level.NOTE: 2}
    told = [item for item in found if item.level is not Level.NOTE or item.rule.startswith("batch.")]
    return tuple(sorted(told, key=lambda item: weight[item.level]))[:6]
