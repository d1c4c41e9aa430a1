"""Reading what a client asks for: every field of a payment, checked by the rules of its product."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from http import HTTPStatus

from practicebank import amounts, ibans
from practicebank.payment_rows import NewPayment
from practicebank.problems import Problem, format_error
from practicebank.products import (
    ARRIVALS,
    BEARERS,
    CN_DOMESTIC,
    CROSS_BORDER,
    PRODUCTS,
    SHARED,
    TARGET,
    Product,
    fee_minor,
)
from practicebank.xs2a import fields
from practicebank.xs2a.fields import Body, payment_failed

Owns = Callable[[str], str | None]
MAX_IN_BULK = 1_000
_MEMBER_ID = re.compile(r"[1-9][0-9]{11}")
_CHINESE_ACCOUNT = re.compile(r"[0-9]{10,30}")
_NATIONAL_ACCOUNT = re.compile(r"[A-Za-z0-9]{1,30}")
_PURPOSE = re.compile(r"[A-Z]{4}")
_MAX_AGENT_NAME = 140
_OF_THE_BULK = ("debtorAccount", "requestedExecutionDate", "requestedExecutionTime")


def read_payment(body: Body, product: str, today: date, owns: Owns) -> NewPayment:
    """Read the JSON of a single payment (``paymentInitiation_json``).

    Args:
        body: What was sent.
        product: The payment product in the path.
        today: The bank's date.
        owns: Returns the currency of one of the person's accounts, or nothing.

    Raises:
        Problem: FORMAT_ERROR, PAYMENT_FAILED, RESOURCE_UNKNOWN or EXECUTION_DATE_INVALID.
    """
    rules = PRODUCTS[product]
    amount_minor, currency = fields.read_amount(body, rules)
    debtor_iban = fields.read_iban(body, "debtorAccount")
    account, shown_account = _creditor_account(body, product)
    creditor_name = fields.read_text(body, "creditorName", fields.MAX_NAME, required=True)
    remittance = fields.read_text(body, "remittanceInformationUnstructured", fields.MAX_REMITTANCE)
    identification = fields.read_identification(body)
    creditor_bic = fields.read_bic(body)
    own_currency = owns(debtor_iban)
    if own_currency is None:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "RESOURCE_UNKNOWN",
            "The account to pay from is not one of this person's.",
            "debtorAccount.iban",
        )
    _check_scheme(rules, currency, own_currency, account)
    if account == debtor_iban or (owns(account) not in (None, currency)):
        raise payment_failed("This account can't receive the payment.", "creditorAccount.iban")
    execution_date = fields.read_execution_date(body, rules, today)
    echo: dict[str, object] = {
        "debtorAccount": {"iban": debtor_iban, "currency": own_currency},
        "instructedAmount": amounts.standard(amount_minor, currency),
        "creditorAccount": shown_account,
        "creditorName": creditor_name,
    }
    optional = {
        "endToEndIdentification": identification,
        "creditorAgent": creditor_bic,
        "remittanceInformationUnstructured": remittance or None,
        "requestedExecutionDate": None if execution_date is None else execution_date.isoformat(),
        **_beyond_sepa(body, product, shown_account),
    }
    echo.update({name: value for name, value in optional.items() if value is not None})
    bearer, arrival = echo.get("chargeBearer"), echo.get("arrivalMode")
    return NewPayment(
        product=product,
        debtor_iban=debtor_iban,
        creditor_iban=account,
        creditor_name=creditor_name,
        creditor_bic=creditor_bic,
        currency=currency,
        amount_minor=amount_minor,
        end_to_end_id=identification,
        remittance=remittance,
        execution_date=execution_date,
        echo=echo,
        fee_minor=fee_minor(product, own_currency, bearer if isinstance(bearer, str) else None),
        arrival=arrival if isinstance(arrival, str) else None,
    )


def read_bulk(body: Body, product: str, today: date, owns: Owns) -> tuple[NewPayment, list[NewPayment]]:
    """Read the JSON of a bulk (``bulkPaymentInitiation_json``): one account, one day, many payees.

    Returns:
        A payment of the total, and the parts.

    Raises:
        Problem: As for a single payment; the path names the part, counted from nought.
    """
    listed = body.get("payments")
    if not isinstance(listed, list) or not 0 < len(listed) <= MAX_IN_BULK:
        raise format_error(f"1 to {MAX_IN_BULK} payments were expected.", "payments")
    booking = body.get("batchBookingPreferred")
    if booking is not None and not isinstance(booking, bool):
        raise format_error("true or false was expected.", "batchBookingPreferred")
    shared = {name: body[name] for name in _OF_THE_BULK if name in body}
    parts = [_part(one, place, shared, product, today, owns) for place, one in enumerate(listed)]
    first = parts[0]
    echo = {name: first.echo[name] for name in _OF_THE_BULK if name in first.echo}
    if booking is not None:
        echo["batchBookingPreferred"] = booking
    total = NewPayment(
        product=product,
        debtor_iban=first.debtor_iban,
        creditor_iban="",
        creditor_name=f"{len(parts)} payees",
        creditor_bic=None,
        currency=first.currency,
        amount_minor=sum(part.amount_minor for part in parts),
        end_to_end_id=None,
        remittance="",
        execution_date=first.execution_date,
        echo=echo,
        fee_minor=sum(part.fee_minor or 0 for part in parts),
    )
    return total, parts


def _part(one: object, place: int, shared: Body, product: str, today: date, owns: Owns) -> NewPayment:
    where = f"payments[{place}]"
    if not isinstance(one, dict):
        raise format_error("A payment was expected.", where)
    for name in _OF_THE_BULK:
        if name in one:
            raise format_error("This is given once for the whole bulk.", f"{where}.{name}")
    try:
        return read_payment({**one, **shared}, product, today, owns)
    except Problem as problem:
        of_all = (problem.path or "").startswith(_OF_THE_BULK)
        path = problem.path if of_all else f"{where}.{problem.path}"
        raise Problem(problem.status, problem.code, problem.text, path) from problem


def _creditor_account(body: Body, product: str) -> tuple[str, dict[str, object]]:
    """Return the payee's account as one number, and as the standard shows it."""
    given = body.get("creditorAccount")
    reference = given if isinstance(given, dict) else {}
    if product == CN_DOMESTIC:
        return read_chinese_account(reference)
    if product == CROSS_BORDER and "iban" not in reference and "bban" in reference:
        number = reference["bban"]
        if not isinstance(number, str) or not _NATIONAL_ACCOUNT.fullmatch(number):
            raise format_error("Up to 30 letters and digits were expected.", "creditorAccount.bban")
        return number, {"bban": number}
    found = fields.read_iban(body, "creditorAccount")
    return found, {"iban": found}


def read_chinese_account(reference: Body) -> tuple[str, dict[str, object]]:
    """Read an account in China: a bank's own number (``bban``) or a card's (``pan``)."""
    if "pan" in reference:
        card = reference["pan"]
        if not isinstance(card, str) or not ibans.is_card_number(card):
            raise format_error("The length or the check digit are not a card's.", "creditorAccount.pan")
        return card, {"pan": card}
    number = reference.get("bban")
    if not isinstance(number, str) or not _CHINESE_ACCOUNT.fullmatch(number):
        raise format_error("A Chinese account has 10 to 30 digits.", "creditorAccount.bban")
    return number, {"bban": number}


def read_member_id(body: Body) -> str | None:
    """Read ``creditorAgentMemberId``, a CNAPS bank code of twelve digits, where it is given."""
    name = "creditorAgentMemberId"
    given = body.get(name)
    if given is not None and (not isinstance(given, str) or not _MEMBER_ID.fullmatch(given)):
        raise format_error("A CNAPS bank code has twelve digits.", name)
    return given


def _beyond_sepa(body: Body, product: str, account: Body) -> dict[str, object]:
    """Read what only some products carry."""
    if product == CN_DOMESTIC:
        return _chinese(body, account)
    if product not in (CROSS_BORDER, TARGET):
        return {}
    bearer = body.get("chargeBearer")
    if bearer is None and product == CROSS_BORDER:
        bearer = SHARED
    if bearer not in (None, *BEARERS):
        raise format_error("DEBT, SHAR or CRED was expected.", "chargeBearer")
    if product == TARGET and bearer not in (None, SHARED):
        raise payment_failed("Here the charges are shared.", "chargeBearer")
    address = fields.read_address(body)
    agent_name = fields.read_text(body, "creditorAgentName", _MAX_AGENT_NAME)
    purpose = body.get("purposeCode")
    if purpose is not None and (not isinstance(purpose, str) or not _PURPOSE.fullmatch(purpose)):
        raise format_error("A purpose code of ISO 20022 was expected.", "purposeCode")
    if "bban" in account:
        if "creditorAgent" not in body:
            raise format_error("Without an IBAN the payee's bank is needed.", "creditorAgent")
        if address is None:
            raise format_error("Without an IBAN the payee's country is needed.", "creditorAddress.country")
    return {
        "chargeBearer": bearer,
        "creditorAddress": address,
        "creditorAgentName": agent_name or None,
        "purposeCode": purpose,
    }


def _chinese(body: Body, account: Body) -> dict[str, object]:
    member_id = read_member_id(body)
    if member_id is None and "bban" in account:
        raise format_error("The code of the payee's bank is missing.", "creditorAgentMemberId")
    arrival = body.get("arrivalMode")
    if arrival not in ARRIVALS:
        raise format_error(f"{', '.join(ARRIVALS)}: one was expected.", "arrivalMode")
    if "requestedExecutionDate" in body:
        told, name = "When it arrives is chosen by arrivalMode.", "requestedExecutionDate"
        raise Problem(HTTPStatus.BAD_REQUEST, "EXECUTION_DATE_INVALID", told, name)
    return {"arrivalMode": arrival, "creditorAgentMemberId": member_id}


def _check_scheme(rules: Product, currency: str, own_currency: str, account: str) -> None:
    if rules.currency == "EUR":
        _check_euro(rules, currency, own_currency, account)
    elif rules.currency not in (None, currency):
        raise payment_failed(f"These transfers are in {rules.currency}.", "instructedAmount.currency")
    if own_currency != currency:
        told = (
            f"The account is in {own_currency}. This bank debits in the currency of the account only;"
            " it doesn't change money."
        )
        raise payment_failed(told, "debtorAccount.iban" if rules.currency else "instructedAmount.currency")


def _check_euro(rules: Product, currency: str, own_currency: str, account: str) -> None:
    kind = "TARGET payments" if rules.name == TARGET else "SEPA transfers"
    if currency != "EUR":
        raise payment_failed(f"{kind} are in euro.", "instructedAmount.currency")
    if own_currency != "EUR":
        raise payment_failed(f"{kind} leave from a euro account.", "debtorAccount.iban")
    if rules.name != TARGET and not ibans.in_sepa(account):
        raise payment_failed("The payee's country is outside SEPA.", "creditorAccount.iban")


def read_payee(body: Body) -> tuple[str, str]:
    """Read the name and account of a name check."""
    return (
        fields.read_text(body, "creditorName", fields.MAX_NAME, required=True),
        fields.read_iban(body, "creditorAccount"),
    )
