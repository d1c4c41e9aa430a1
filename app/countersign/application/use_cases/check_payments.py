"""Vet a list of payments, from a pain.001 or a CSV file, part by part: memory doesn't grow with the file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from countersign.application.ports.bank_files import FileHead, FileKind, FilePart, FilePayment
from countersign.application.use_cases.check_details import questions_for
from countersign.domain.accounts import AccountFault, looks_like_account
from countersign.domain.currencies import EXPONENTS
from countersign.domain.money import MAX_MINOR, Money
from countersign.domain.names import same_name, skeleton
from countersign.domain.national_accounts import ModulusTable, ReadAccount, rails_for, read_account
from countersign.domain.payment import AccountScheme, PaymentFields
from countersign.domain.risk.remittance_words import script_words
from countersign.domain.vetting import AccountSeen, DetailsCheck, FileSummary, Finding, Level, Subject, Verdict
from countersign.domain.vetting.details import account_findings, name_findings
from countersign.domain.vetting.findings import in_order, verdict_of
from countersign.domain.vetting.text_marks import hidden_marks

MOST_FINDINGS: Final = 200
"""Findings that are listed; all are counted."""

MOST_REMEMBERED: Final = 100_000
"""Payments that later ones are compared with; some 50 MB."""

_MOST_ACCOUNTS: Final = 20  # of a file, told one by one
_MOST_READ: Final = 20_000  # accounts that need no second reading
_FINEST: Final = max(EXPONENTS.values())
_STATED: Final = re.compile(r"([0-9]{1,20})(?:\.([0-9]{1,5}))?")
_MEMBER_COUNTRY: Final = {"GBDSC": "GB", "USABA": "US", "CNAPS": "CN", "TWNCC": "TW"}
_NO_REFERENCE: Final = frozenset({"", "NOTPROVIDED"})
_LIST_KINDS: Final = frozenset({FileKind.PAIN_001, FileKind.CSV, FileKind.XLSX})


def check_payments(parts: Iterable[FilePart], *, uk_table: ModulusTable | None = None) -> DetailsCheck:
    """Vet each payment, and the list as a whole: duplicates, totals, what the file says of itself.

    Args:
        parts: As they are read; what reading raises goes through.
        uk_table: Pay.UK's tables, if the user has them.

    Raises:
        UserFacingError: As the reader: ``file.unreadable`` …
    """
    desk = PaymentsDesk(uk_table)
    for part in parts:
        desk.take(part)
    return desk.result()


class PaymentsDesk:
    """Vets payments one by one; holds what later ones are compared with."""

    def __init__(self, uk_table: ModulusTable | None = None) -> None:
        """Begin; ``uk_table`` is Pay.UK's, if the user has it."""
        self._uk_table = uk_table
        self._head: FileHead | None = None
        self._count = self._faulty = self._scaled = 0
        self._totals: Counter[str] = Counter()
        self._rules: Counter[str] = Counter()
        self._findings: list[Finding] = []
        self._told: list[Finding] = []
        self._accounts: dict[str, AccountSeen] = {}
        self._read: dict[tuple[str, str], ReadAccount | AccountFault] = {}
        self._payments: dict[int, int] = {}
        self._references: dict[int, int] = {}
        self._names: dict[str, str] = {}  # account → the first name it was paid under
        self._paid: dict[str, tuple[str, str]] = {}  # shape of a name → name, its first account

    def take(self, part: FilePart) -> tuple[Finding, ...]:
        """Look at the next part, and return what was found in it."""
        self._told = []
        if isinstance(part, FileHead):
            self._head = part
        elif isinstance(part, FilePayment):
            self._count += 1
            self._faulty += bool(part.faults)
            told = part.payment is not None and self._vet(part.payment, part.line)
            for field, code in part.faults:
                if not (told and field == "creditor_account"):
                    self._tell([Finding("payments.fault", Level.STOP, {"field": field, "code": code}, part.line)])
        return tuple(self._told)

    def _vet(self, payment: PaymentFields, line: int) -> bool:
        """Look at one payment; tell whether its account was found to be faulty."""
        amount = payment.instructed_amount
        self._totals[amount.currency] += amount.minor
        self._scaled += amount.minor * 10 ** (_FINEST - amount.exponent)
        seen = self._seen(payment, line)
        if seen is not None:
            if len(self._accounts) < _MOST_ACCOUNTS:
                self._accounts.setdefault(payment.creditor_account, seen)
            self._tell(account_findings(seen))
        self._tell(name_findings(payment.creditor_name, line))
        self._tell(hidden_marks(payment.remittance, line))
        words = script_words(payment.remittance)
        self._tell([Finding(f"words.{topic}", Level.LOOK, {"words": found}, line) for topic, found in words])
        self._compare(payment, line)
        return seen is not None and not isinstance(seen.read, ReadAccount)

    def _seen(self, payment: PaymentFields, line: int) -> AccountSeen | None:
        """Read the payee's account again, whatever the file's reader made of it; None where there is none."""
        if not payment.creditor_account:
            return None
        if payment.creditor_account_scheme is AccountScheme.IBAN:
            typed, country = payment.creditor_account, ""
        else:
            clearing, _colon, member = payment.creditor_agent_member.partition(":")
            country = _MEMBER_COUNTRY.get(clearing, "")
            typed = f"{member} {payment.creditor_account}"
            if not country:
                return None  # reached by a BIC: any number may be right there
        read = self._read.get((typed, country))
        if read is None:
            read = read_account(typed, country, uk_table=self._uk_table)
            if len(self._read) < _MOST_READ:
                self._read[typed, country] = read
        rails = rails_for(read, payment.instructed_amount.currency) if isinstance(read, ReadAccount) else ()
        return AccountSeen(payment.creditor_account, read, rails, line)

    def _compare(self, payment: PaymentFields, line: int) -> None:
        """Compare with the payments before: paid twice, same reference, same name elsewhere, other name there."""
        account, amount, name = payment.creditor_account, payment.instructed_amount, payment.creditor_name
        twice = self._before(
            self._payments, hash((account, amount.minor, amount.currency, payment.remittance, name)), line
        )
        if twice:
            self._tell([Finding("payments.duplicate", Level.LOOK, {"other": twice}, line)])
        if payment.end_to_end_id not in _NO_REFERENCE:
            same = self._before(self._references, hash(payment.end_to_end_id), line)
            if same:
                params: dict[str, str | int] = {"other": same, "reference": payment.end_to_end_id}
                self._tell([Finding("payments.same_end_to_end", Level.LOOK, params, line)])
        if not account or not name or len(self._names) >= MOST_REMEMBERED:
            return
        known = self._names.setdefault(account, name)
        if not same_name(known, name):
            self._tell([Finding("payments.other_name", Level.LOOK, {"name": name, "known": known}, line)])
        shape = skeleton(name)
        other_name, other = self._paid.setdefault(shape, (name, account))
        if not same_name(other_name, name):
            self._tell([Finding("payments.look_alike", Level.STOP, {"name": name, "known": other_name}, line)])
        elif other != account:
            near = bool(looks_like_account(account, [other]))
            rule = "payments.near_account" if near else "payments.other_account"
            self._tell([Finding(rule, Level.LOOK, {"name": name, "account": account, "known": other}, line)])

    @staticmethod
    def _before(known: dict[int, int], key: int, line: int) -> int:
        """Return the line on which the same stood before, 0 for none; remember this one while there is room."""
        if key in known or len(known) < MOST_REMEMBERED:
            first = known.setdefault(key, line)
            return first if first != line else 0
        return 0

    def _tell(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self._told.append(finding)
            self._rules[finding.rule] += 1
            if len(self._findings) < MOST_FINDINGS or finding.level is Level.STOP:
                self._findings.append(finding)
            if len(self._findings) > 2 * MOST_FINDINGS:
                self._findings = list(in_order(self._findings)[:MOST_FINDINGS])

    def result(self) -> DetailsCheck:
        """Say what came of it."""
        head = self._head
        if head is None or head.kind not in _LIST_KINDS:
            return DetailsCheck(Subject.FILE, Verdict.UNREADABLE, fault="file.not_payments")
        if not self._count:
            return DetailsCheck(Subject.FILE, Verdict.UNREADABLE, fault="file.no_payments")
        self._about_the_file(head)
        totals = sorted(self._totals.items())
        findings = in_order(self._findings)[:MOST_FINDINGS]
        accounts = tuple(self._accounts.values())
        return DetailsCheck(
            Subject.FILE,
            verdict_of(findings),
            accounts=accounts,
            findings=findings,
            questions=questions_for(findings, accounts, named=bool(self._names)),
            file=FileSummary(
                head.kind.value,
                head.version,
                self._count,
                self._faulty,
                tuple(Money(minor, currency) for currency, minor in totals if minor <= MAX_MINOR),
                dict(self._rules),
            ),
        )

    def _about_the_file(self, head: FileHead) -> None:
        """Compare with what the file says of itself (GrpHdr/NbOfTxs and CtrlSum of ISO 20022)."""
        if head.stated_count is not None and head.stated_count != self._count:
            params = {"stated": head.stated_count, "found": self._count}
            self._tell([Finding("payments.count", Level.STOP, params)])
        stated = _STATED.fullmatch(head.stated_sum)
        if head.stated_sum and not self._faulty:
            scaled = int(stated[1] + (stated[2] or "").ljust(5, "0")) if stated else -1
            if scaled != self._scaled * 10 ** (5 - _FINEST):
                self._tell([Finding("payments.sum", Level.STOP, {"stated": head.stated_sum})])
        if any(minor > MAX_MINOR for minor in self._totals.values()):
            self._tell([Finding("payments.total_too_large", Level.STOP)])
        if len(self._payments) >= MOST_REMEMBERED:
            self._tell([Finding("payments.partly_compared", Level.NOTE, {"limit": MOST_REMEMBERED})])
        if self._count > 1:
            self._tell([Finding("payments.totals", Level.NOTE, {"count": self._count})])
