"""Reading what a client asks for: every field of a payment and a consent, checked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from http import HTTPStatus

from practicebank import amounts, ibans
from practicebank.payments import INSTANT, NewPayment
from practicebank.problems import Problem, format_error

_MAX_NAME = 70
_MAX_REMITTANCE = 140
_MAX_IDENTIFICATION = 35
_LONGEST_AHEAD = timedelta(days=366)
_BIC = re.compile(r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?")
# The Latin set that every SEPA bank must carry (EPC217-08).
_IDENTIFICATION = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]+")
# Names and references may be written in any script here; signs must be letters, digits,
# marks, ordinary spaces or plain punctuation: nothing invisible, no symbols.
_TEXT_CATEGORIES = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Pd", "Ps", "Pe", "Po", "Pf"}
_TEXT_SIGNS = {" ", "+", "·"}


def read_payment(body: dict[str, object], product: str, today: date, owns: Callable[[str], str | None]) -> NewPayment:
    """Read the JSON of a single payment (``paymentInitiation_json``).

    Args:
        body: What was sent.
        product: The payment product in the path.
        today: The bank's date.
        owns: Returns the currency of one of the person's accounts, or nothing.

    Raises:
        Problem: FORMAT_ERROR, PAYMENT_FAILED, RESOURCE_UNKNOWN or EXECUTION_DATE_INVALID.
    """
    amount_minor, currency = _amount(body)
    debtor_iban = _iban(body, "debtorAccount")
    creditor_iban = _iban(body, "creditorAccount")
    creditor_name = _text(body, "creditorName", _MAX_NAME, required=True)
    remittance = _text(body, "remittanceInformationUnstructured", _MAX_REMITTANCE)
    identification = _identification(body)
    creditor_bic = _bic(body)
    own_currency = owns(debtor_iban)
    if own_currency is None:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "RESOURCE_UNKNOWN",
            "The account to pay from is not one of this person's.",
            "debtorAccount.iban",
        )
    _check_scheme(currency, own_currency, creditor_iban)
    if creditor_iban == debtor_iban or owns(creditor_iban) not in (None, "EUR"):
        raise _failed("This account can't receive the payment.", "creditorAccount.iban")
    execution_date = _execution_date(body, product, today)
    echo: dict[str, object] = {
        "debtorAccount": {"iban": debtor_iban, "currency": own_currency},
        "instructedAmount": amounts.standard(amount_minor, currency),
        "creditorAccount": {"iban": creditor_iban},
        "creditorName": creditor_name,
    }
    optional = {
        "endToEndIdentification": identification,
        "creditorAgent": creditor_bic,
        "remittanceInformationUnstructured": remittance or None,
        "requestedExecutionDate": None if execution_date is None else execution_date.isoformat(),
    }
    echo.update({name: value for name, value in optional.items() if value is not None})
    return NewPayment(
        product=product,
        debtor_iban=debtor_iban,
        creditor_iban=creditor_iban,
        creditor_name=creditor_name,
        creditor_bic=creditor_bic,
        currency=currency,
        amount_minor=amount_minor,
        end_to_end_id=identification,
        remittance=remittance,
        execution_date=execution_date,
        echo=echo,
    )


def read_payee(body: dict[str, object]) -> tuple[str, str]:
    """Read the name and account of a name check."""
    return _text(body, "creditorName", _MAX_NAME, required=True), _iban(body, "creditorAccount")


def read_date(text: object, path: str) -> date:
    """Read an ISO date, or refuse with FORMAT_ERROR."""
    try:
        return date.fromisoformat(text if isinstance(text, str) else "")
    except ValueError as error:
        raise format_error("A date like 2026-11-30 was expected.", path) from error


def _amount(body: dict[str, object]) -> tuple[int, str]:
    given = body.get("instructedAmount")
    if not isinstance(given, dict):
        raise format_error("The amount is missing.", "instructedAmount")
    currency, written = given.get("currency"), given.get("amount")
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}", currency):
        raise format_error("A currency of ISO 4217 was expected.", "instructedAmount.currency")
    path = "instructedAmount.amount"
    try:
        minor = amounts.to_minor(written if isinstance(written, str) else "")
    except ValueError as error:
        raise format_error(f"The amount is {error}.", path) from error
    if not 0 < minor <= amounts.LARGEST_MINOR:
        raise format_error("The amount is not between 0.01 and 999999999.99.", path)
    return minor, currency


def _iban(body: dict[str, object], name: str) -> str:
    given = body.get(name)
    found = given.get("iban") if isinstance(given, dict) else None
    if not isinstance(found, str):
        raise format_error("This bank pays between IBANs only.", f"{name}.iban")
    if not ibans.is_well_formed(found):
        raise format_error("The check digits or the shape are not an IBAN's.", f"{name}.iban")
    return found


def _text(body: dict[str, object], name: str, longest: int, *, required: bool = False) -> str:
    given = body.get(name, "")
    if not isinstance(given, str) or (required and not given.strip()):
        raise format_error("Text was expected.", name)
    if len(given) > longest:
        raise format_error(f"At most {longest} signs are carried.", name)
    for sign in given:
        if unicodedata.category(sign) not in _TEXT_CATEGORIES and sign not in _TEXT_SIGNS:
            raise format_error(f"The sign U+{ord(sign):04X} is not carried.", name)
    return given


def _identification(body: dict[str, object]) -> str | None:
    name = "endToEndIdentification"
    if name not in body:
        return None
    given = body[name]
    if not isinstance(given, str) or not 0 < len(given) <= _MAX_IDENTIFICATION:
        raise format_error("1 to 35 signs were expected.", name)
    odd = given.startswith("/") or given.endswith("/") or "//" in given
    if odd or not _IDENTIFICATION.fullmatch(given):
        raise format_error("It holds signs that not every bank carries.", name)
    return given


def _bic(body: dict[str, object]) -> str | None:
    if "creditorAgent" not in body:
        return None
    given = body["creditorAgent"]
    if not isinstance(given, str) or not _BIC.fullmatch(given):
        raise format_error("A BIC was expected.", "creditorAgent")
    return given


def _check_scheme(currency: str, own_currency: str, creditor_iban: str) -> None:
    if currency != "EUR":
        raise _failed("SEPA transfers are in euro.", "instructedAmount.currency")
    if own_currency != "EUR":
        raise _failed("SEPA transfers leave from a euro account.", "debtorAccount.iban")
    if not ibans.in_sepa(creditor_iban):
        raise _failed("The payee's country is outside SEPA.", "creditorAccount.iban")


def _execution_date(body: dict[str, object], product: str, today: date) -> date | None:
    name = "requestedExecutionDate"
    if name not in body:
        return None
    wanted = read_date(body[name], name)
    latest = today if product == INSTANT else today + _LONGEST_AHEAD
    if not today <= wanted <= latest:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "EXECUTION_DATE_INVALID",
            "The bank can't carry the payment out on this date.",
            name,
        )
    return wanted


def _failed(text: str, path: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "PAYMENT_FAILED", text, path)
