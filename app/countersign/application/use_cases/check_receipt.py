"""Check a receipt: its evidence by its own signatures, its page by its evidence, its signer by a known fingerprint."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from countersign.domain.accounts import Iban, read_iban
from countersign.domain.currencies import EXPONENTS
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.proof import Evidence, Finding, check_evidence

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b")
_AMOUNT = re.compile(r"\b([A-Z]{3}) ?(\d[\d.,'\N{RIGHT SINGLE QUOTATION MARK}]*)")


class Verdict(StrEnum):
    """What came of it; the exit codes of ``countersign verify`` in their order: 0, 2, 1, 3."""

    PROVEN = "proven"
    CONSISTENT = "consistent"
    REFUTED = "refuted"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """A file as it was read: the evidence, and the page's text where there is a page."""

    evidence: bytes
    page_text: str | None


@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """What checking found.

    Attributes:
        faults: Codes of what does not hold; codes of the reason where it is unreadable.
        finding: None where the evidence is unreadable.
        evidence: As it was read; None where it is unreadable.
    """

    verdict: Verdict
    faults: tuple[str, ...] = ()
    finding: Finding | None = None
    evidence: Evidence | None = None
    has_page: bool = False


def check_receipt(file: ReceiptFile, trust: str, verify: Verify) -> ReceiptCheck:
    """Check a receipt.

    Args:
        file: From anybody.
        trust: The fingerprint of the device that is believed, known from elsewhere; empty if none is.
        verify: Ed25519.
    """
    page = file.page_text is not None
    try:
        evidence = Evidence.parse(file.evidence)
    except SecurityError as error:
        return ReceiptCheck(Verdict.UNREADABLE, (error.code,), has_page=page)
    finding = check_evidence(evidence, verify)
    faults = list(finding.faults)
    if file.page_text is not None and finding.record is not None:
        faults.extend(_page_faults(file.page_text, finding.record))
    if trust and not faults and not finding.trusted(trust):
        digits = "".join(trust.split()).replace("-", "").replace(":", "").lower()
        faults.append("signer.other" if _FINGERPRINT.fullmatch(digits) else "signer.form")
    if faults:
        return ReceiptCheck(Verdict.REFUTED, tuple(dict.fromkeys(faults)), finding, evidence, page)
    return ReceiptCheck(Verdict.PROVEN if trust else Verdict.CONSISTENT, (), finding, evidence, page)


def _page_faults(text: str, record: OrderRecord) -> Iterable[str]:
    """Compare a page with the order: what must stand there, and what must not stand there beside it."""
    lines = [" ".join(line.split()) for line in unicodedata.normalize("NFKC", text).splitlines()]
    payment = record.content.payment
    accounts = {found.value for line in lines for found in _accounts(line)}
    amounts = {amount for line in lines for amount in _amounts(line)}
    # Names and references are the person's own words, and may speak of other amounts and accounts.
    said = (payment.remittance, payment.creditor_name, record.content.debtor_name)
    allowed = {payment.instructed_amount, *_fee(record), *(amount for line in said for amount in _amounts(line))}
    own = {payment.debtor_account, payment.creditor_account}
    own |= {found.value for line in said for found in _accounts(line)}
    checks = {
        "page.amount": payment.instructed_amount not in amounts,
        "page.debtor_account": payment.debtor_account not in accounts,
        "page.creditor_account": payment.creditor_account not in accounts,
        "page.end_to_end_id": payment.end_to_end_id.replace(" ", "") not in "".join("".join(lines).split()),
        "page.other_account": bool(accounts - own),
        "page.other_amount": bool(amounts - allowed),
    }
    return [code for code, found in checks.items() if found]


def _accounts(line: str) -> Iterable[Iban]:
    for match in _ACCOUNT.finditer(line):
        found = read_iban(match.group())
        if isinstance(found, Iban):
            yield found


def _amounts(line: str) -> Iterable[Money]:
    """Read every amount with its code; decimals are as many as the currency has, however they are set apart."""
    for code, written in _AMOUNT.findall(line):
        exponent = EXPONENTS.get(code)
        if exponent is None:
            continue
        whole, mark, decimals = _parted(written.strip(), exponent)
        digits = "".join(character for character in whole if character.isdigit()) + decimals
        if (mark or not exponent) and digits:
            try:
                yield Money(int(digits), code)
            except ValueError:
                continue


def _parted(written: str, exponent: int) -> tuple[str, str, str]:
    trimmed = written.rstrip(".,' \N{RIGHT SINGLE QUOTATION MARK}")
    if not exponent:
        return trimmed, "", ""
    tail = trimmed[-exponent:]
    mark = trimmed[-exponent - 1 : -exponent]
    if mark in {".", ","} and tail.isdigit():
        return trimmed[: -exponent - 1], mark, tail
    return trimmed, "+", "0" * exponent  # without decimals: whole units


def _fee(record: OrderRecord) -> set[Money]:
    if record.fee is None:
        return set()
    try:
        return {Money.from_canonical(record.fee)}
    except (SecurityError, ValueError):
        return set()
