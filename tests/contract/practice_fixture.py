"""A practice bank of our own, in a process of its own, over real TLS: for the tests of connectors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from countersign.adapters.banks.xs2a.connection import Xs2aBank
from countersign.adapters.banks.xs2a.credentials import Credentials
from countersign.adapters.practice.world import PracticeBank, open_practice_bank
from countersign.adapters.system.clock import SystemClock, SystemEntropy
from countersign.adapters.transport.exchange import Limits
from countersign.application.ports.bank import Authorisation, Bank
from countersign.domain.money import Money
from countersign.domain.payment import PaymentFields, PaymentProduct

QUICK = Limits(connect_ms=2_000, read_ms=1_500, total_ms=3_000)
HASTY = Limits(read_ms=500, total_ms=700)  # for calls that are meant to run out of time
END_SECONDS = 20.0
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Practice:
    """A running practice bank, and a device that is enrolled with it."""

    bank: PracticeBank
    credentials: Credentials

    def connect(self, limits: Limits | None = None) -> Xs2aBank:
        """Connect the enrolled device, anew."""
        here = replace(self.credentials, api_url=self.bank.api_url)
        return Xs2aBank(here, SystemClock(), SystemEntropy(), limits)

    def reset(self) -> None:
        """Take all faults and decisions back."""
        self.bank.control.set_faults()
        self.bank.control.set_outcomes(
            {
                "name_check": {},
                "rejections": [],
                "settle_seconds": 2,
                "exempt_from_sca": "off",
                "sca_methods": ["SMS_OTP"],
            }
        )


@contextmanager
def running_practice(world: Path) -> Iterator[Practice]:
    """Start a practice bank, enrol a device, and end it all."""
    bank = open_practice_bank(world, SystemClock(), SystemEntropy(), options=("--linger", "0", "--seed", "7"))
    try:
        _, credential = bank.enrol()
        device = Practice(bank, Credentials.from_canonical(credential))
        yield replace(device, credentials=permitted(device))
    finally:
        bank.close_and_wait(END_SECONDS)


def request_id() -> str:
    """Return an X-Request-ID in the form in which the program keeps it."""
    return SystemEntropy().token_bytes(16).hex()


def some_payment(practice: Practice, bank: Bank, minor: int = 12_345) -> PaymentFields:
    """Return a payment that this world's customer can make, unlike any other."""
    payees = practice.bank.world()["payees"]
    assert isinstance(payees, list)
    payee = payees[0]
    return PaymentFields(
        instructed_amount=Money(minor, "EUR"),
        debtor_account=next(one.iban for one in bank.accounts() if one.balance.currency == "EUR"),
        creditor_name=payee["name"],
        creditor_account=payee["iban"],
        creditor_agent=payee["bic"],
        end_to_end_id=f"TEST-{next(_numbers)}",
        remittance="Invoice 2026/17",
        requested_execution_date="",
        product=PaymentProduct.SEPA,
    )


def challenged(practice: Practice, bank: Bank, handle: str) -> Authorisation:
    """Open an authorisation and take it to where a code is wanted."""
    opened = bank.start_authorisation(handle)
    known = bank.authenticate(opened.handle, practice.bank.practice_password())
    by_phone = next(method.method for method in known.methods if method.kind == "SMS_OTP")
    return bank.choose_method(known.handle, by_phone)


def permitted(practice: Practice) -> Credentials:
    """Have the customer permit the reading of accounts, as any other authorisation."""
    bank = practice.connect()
    try:
        asked = bank.start_consent()
        wanted = challenged(practice, bank, asked.handle)
        bank.answer(wanted.handle, practice.bank.code_for(wanted.authorisation_id), request_id())
        assert bank.consent(asked.consent_id).valid
    finally:
        bank.close()
    return practice.credentials.with_consent(asked.consent_id)


def executions(practice: Practice, payment: PaymentFields) -> int:
    """Count in the bank's own journal how often a payment was executed."""
    return sum(1 for line in practice.bank.control.journal() if line["end_to_end_id"] == payment.end_to_end_id)
