"""A payment as NextGenPSD2 1.3 §5.3 and §14 write it, both ways; and the comparison of what comes back."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace

import orjson

from countersign.adapters.banks.xs2a.reading import Body
from countersign.domain.currencies import UnknownCurrencyError
from countersign.domain.errors import FailureKind
from countersign.domain.money import Money, MoneyError
from countersign.domain.order import BindingError, require_same
from countersign.domain.payment import PaymentFields

MAY_BE_ABSENT = ("creditor_agent", "requested_execution_date")
_MAIN_OFFICE = "XXX"  # ISO 9362: the branch code that eight-character codes leave out


def not_carried(payment: PaymentFields) -> str:
    """Name a field that the message has no place for; empty where it can say all of the payment."""
    said = (item for item in fields(PaymentFields) if item.default is not MISSING)
    return next((item.name for item in said if getattr(payment, item.name) != item.default), "")


def payment_body(payment: PaymentFields) -> bytes:
    """Write a payment, read it again, and hold it to what was agreed.

    Raises:
        BindingError: ``binding.message``: what would be sent isn't what was agreed.
    """
    amount = payment.instructed_amount
    message: dict[str, object] = {
        "endToEndIdentification": payment.end_to_end_id,
        "debtorAccount": {"iban": payment.debtor_account},
        "instructedAmount": {"currency": amount.currency, "amount": amount.plain()},
        "creditorAccount": {"iban": payment.creditor_account},
        "creditorName": payment.creditor_name,
    }
    optional = {
        "creditorAgent": payment.creditor_agent,
        "remittanceInformationUnstructured": payment.remittance,
        "requestedExecutionDate": payment.requested_execution_date,
    }
    message |= {name: value for name, value in optional.items() if value}
    written = orjson.dumps(message)
    require_same(payment, read_payment(orjson.loads(written), payment, "message"), "message")
    return written


def require_echo(agreed: PaymentFields, value: object) -> None:
    """Hold the payment that a bank shows us to what was agreed.

    Raises:
        BindingError: ``binding.reply``.
    """
    require_same(agreed, read_payment(value, agreed, "reply"), "reply", unless_absent=MAY_BE_ABSENT)


def read_payment(value: object, agreed: PaymentFields, where: str) -> PaymentFields:
    """Read a payment's own fields. The product isn't among them: it is part of where the payment was found.

    Raises:
        BindingError: ``binding.<where>``: the amount can't be read, so that it can't be the agreed one.
    """
    body = Body(value, FailureKind.UNKNOWN)
    amount = body.within("instructedAmount")
    try:
        money = Money.from_plain(amount.text_or_empty("amount"), amount.text_or_empty("currency"))
    except (MoneyError, UnknownCurrencyError) as error:
        raise BindingError(f"binding.{where}", field="instructed_amount", count=1) from error
    claimed = PaymentFields(
        instructed_amount=money,
        debtor_account=body.within("debtorAccount").account(),
        creditor_name=body.text_or_empty("creditorName"),
        creditor_account=body.within("creditorAccount").account(),
        creditor_agent=body.text_or_empty("creditorAgent"),
        end_to_end_id=body.text_or_empty("endToEndIdentification"),
        remittance=body.text_or_empty("remittanceInformationUnstructured"),
        requested_execution_date=body.text_or_empty("requestedExecutionDate"),
        product=agreed.product,
    )
    if claimed.creditor_agent.removesuffix(_MAIN_OFFICE) == agreed.creditor_agent.removesuffix(_MAIN_OFFICE):
        claimed = replace(claimed, creditor_agent=agreed.creditor_agent)
    return claimed
