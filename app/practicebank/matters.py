"""What people authorise at this bank: payments, their cancellation, consents and signing baskets.

Each is put in words and in bytes here. RTS 2018/389 art. 5: who authorises sees the amount and the payee,
for many payments the total and the payees (5(3)(b)); a code fits that content only.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from practicebank import amounts, ibans
from practicebank.authorisations import Matter
from practicebank.payments import SETTLED, WAITING
from practicebank.problems import Problem, unknown_resource, wrong_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from practicebank.bank import Bank
    from practicebank.baskets import Basket
    from practicebank.consents import Consent
    from practicebank.payment_rows import Payment

PAYMENT = "payment"
CANCELLATION = "cancellation"
CONSENT = "consent"
BASKET = "basket"
_NAMED_ACCOUNTS = 8


def matter_of(bank: Bank, purpose: str, subject_id: str) -> Matter:
    """Return what an authorisation is about, as it would be carried out now.

    Raises:
        Problem: It is no more, or can't be authorised as it stands.
    """
    if purpose == BASKET:
        basket = bank.baskets.find(subject_id)
        if basket is not None:
            return of_basket(bank, basket)
    elif purpose == CONSENT:
        consent = bank.consents.find(subject_id)
        if consent is not None:
            return of_consent(bank, consent)
    else:
        payment = bank.payments.find(subject_id)
        if payment is not None:
            return of_payment(bank, payment) if purpose == PAYMENT else of_cancellation(bank, payment)
    raise unknown_resource("There is nothing to authorise.")


def of_payment(bank: Bank, payment: Payment) -> Matter:
    """Return a payment as something to authorise."""
    if payment.status not in WAITING:
        raise wrong_state(f"The payment is {payment.status}.")
    if bank.baskets.holding(payment.payment_id) is not None:
        raise wrong_state("The payment waits in a signing basket.")

    def granted(psu_id: str) -> None:
        bank.payments.sign(payment, psu_id)

    return Matter(
        # After the first signature somebody else must be named.
        psu_id=payment.psu_id if payment.status == "RCVD" else None,
        purpose=spoken(bank, [payment]),
        binding=binding_of(bank, "authorisations", [payment]),
        granted=granted,
        refused=lambda: bank.payments.authorisation_failed(payment),
        check=lambda psu_id: _check_signer(bank, [payment], psu_id),
        exempt=bank.outcomes.exemption() == "after_password",
    )


def of_cancellation(bank: Bank, payment: Payment) -> Matter:
    """Return the calling off of a payment as something to authorise."""
    check_cancellable(bank, payment)

    def granted(_psu_id: str) -> None:
        bank.payments.cancel(payment)

    return Matter(
        psu_id=payment.psu_id,
        purpose=f"Calling off {spoken(bank, [payment])}",
        binding=binding_of(bank, "cancellation-authorisations", [payment]),
        granted=granted,
        refused=lambda: None,
        check=lambda psu_id: bank.customers.check_signer(psu_id, payment.debtor_iban),
    )


def of_consent(bank: Bank, consent: Consent) -> Matter:
    """Return a consent as something to authorise."""
    if consent.status != "received":
        raise wrong_state(f"The consent is {consent.status}.")
    until = consent.valid_until.isoformat()
    return Matter(
        psu_id=consent.psu_id,
        purpose=f"Reading your accounts until {until}. No payment.",
        binding=f"consent|{consent.consent_id}|{until}".encode(),
        granted=lambda psu_id: bank.consents.grant(consent.consent_id, psu_id),
        refused=lambda: bank.consents.set_status(consent.consent_id, "rejected"),
    )


def of_basket(bank: Bank, basket: Basket) -> Matter:
    """Return a signing basket as something to authorise: one authorisation for all that waits in it."""
    waiting = bank.baskets.waiting(basket)
    return Matter(
        psu_id=basket.psu_id if basket.status == "RCVD" else None,
        purpose=spoken(bank, waiting),
        binding=binding_of(bank, f"basket|{basket.basket_id}", waiting),
        granted=lambda psu_id: bank.baskets.sign(basket, psu_id),
        refused=lambda: bank.baskets.authorisation_failed(basket),
        check=lambda psu_id: _check_signer(bank, waiting, psu_id),
    )


def check_cancellable(bank: Bank, payment: Payment) -> None:
    """Refuse to call off a payment that is over, or too far gone.

    Raises:
        Problem: RESOURCE_BLOCKED or CANCELLATION_INVALID.
    """
    if payment.status in ("RJCT", "CANC"):
        raise Problem(HTTPStatus.BAD_REQUEST, "RESOURCE_BLOCKED", f"The payment is {payment.status}.")
    settled = any(one.status in SETTLED for one in (payment, *bank.payments.parts(payment)))
    if settled or not bank.outcomes.flag("cancellation_allowed"):
        raise Problem(
            HTTPStatus.METHOD_NOT_ALLOWED,
            "CANCELLATION_INVALID",
            "The payment can no longer be called off.",
        )


def spoken(bank: Bank, payments: Sequence[Payment]) -> str:
    """Put payments in words: one with its payee, several with their total and their accounts."""
    single = [one for payment in payments for one in (bank.payments.parts(payment) or [payment])]
    if len(single) == 1 and not payments[0].is_bulk:
        (one,) = single
        amount = amounts.to_spoken(one.amount_minor, one.currency)
        return f"{amount} to {one.creditor_name}, account ending {ibans.last_digits(one.creditor_iban)}."
    totals: dict[str, int] = {}
    for one in single:
        totals[one.currency] = totals.get(one.currency, 0) + one.amount_minor
    total = " and ".join(amounts.to_spoken(minor, currency) for currency, minor in totals.items())
    endings = [ibans.last_digits(one.creditor_iban) for one in single]
    listed = ", ".join(endings[:_NAMED_ACCOUNTS])
    more = f" and {len(endings) - _NAMED_ACCOUNTS} more" if len(endings) > _NAMED_ACCOUNTS else ""
    return f"{total} in {len(single)} payments to accounts ending {listed}{more}."


def binding_of(bank: Bank, kind: str, payments: Sequence[Payment]) -> bytes:
    """Put payments in bytes: whatever changes in one of them changes these."""
    lines = [kind]
    for payment in payments:
        for one in (payment, *bank.payments.parts(payment)):
            parts = (
                *(one.payment_id, str(one.amount_minor), one.currency),
                *(one.debtor_iban, one.creditor_iban, one.creditor_name, one.arrival or ""),
            )
            lines.append("|".join(parts))
    return "\n".join(lines).encode()


def _check_signer(bank: Bank, payments: Sequence[Payment], psu_id: str) -> None:
    for payment in payments:
        bank.customers.check_signer(psu_id, payment.debtor_iban)
        if psu_id in bank.payments.signers(payment):
            raise wrong_state("This person has signed already; somebody else must.")
