"""Reading one field at a time of what a client asks for; each refusal names the field."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from http import HTTPStatus

from practicebank import amounts, ibans
from practicebank.problems import Problem, format_error
from practicebank.products import Product

Body = dict[str, object]
MAX_NAME = 70
MAX_REMITTANCE = 140
_MAX_IDENTIFICATION = 35
_LONGEST_AHEAD = timedelta(days=366)
_BIC = re.compile(r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?")
_COUNTRY = re.compile(r"[A-Z]{2}")
# The Latin set that every SEPA bank must carry (EPC217-08).
_IDENTIFICATION = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]+")
# Names and references may be written in any script here; signs must be letters, digits,
# marks, ordinary spaces or plain punctuation: nothing invisible, no symbols.
_TEXT_CATEGORIES = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Pd", "Ps", "Pe", "Po", "Pf"}
_TEXT_SIGNS = {" ", "+", "·"}
# Parts of an address and their greatest lengths (address of the standard).
_ADDRESS = {"streetName": 70, "buildingNumber": 16, "townName": 35, "postCode": 16}


def read_date(text: object, path: str) -> date:
    """Read an ISO date, or refuse with FORMAT_ERROR."""
    try:
        return date.fromisoformat(text if isinstance(text, str) else "")
    except ValueError as error:
        raise format_error("A date like 2026-11-30 was expected.", path) from error


def read_amount(body: Body, product: Product) -> tuple[int, str]:
    """Read ``instructedAmount`` as minor units and a currency."""
    given = body.get("instructedAmount")
    if not isinstance(given, dict):
        raise format_error("The amount is missing.", "instructedAmount")
    currency, written = given.get("currency"), given.get("amount")
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}", currency):
        raise format_error("A currency of ISO 4217 was expected.", "instructedAmount.currency")
    path = "instructedAmount.amount"
    try:
        minor = amounts.to_minor(written if isinstance(written, str) else "", currency)
    except LookupError as error:
        raise format_error("No currency of ISO 4217 has this code.", "instructedAmount.currency") from error
    except ValueError as error:
        raise format_error(f"The amount is {error}.", path) from error
    if not 0 < minor <= product.largest_minor:
        highest = amounts.to_written(product.largest_minor, currency)
        raise format_error(f"The amount is not between {amounts.to_written(1, currency)} and {highest}.", path)
    return minor, currency


def read_iban(body: Body, name: str) -> str:
    """Read an account that must have an IBAN."""
    given = body.get(name)
    found = given.get("iban") if isinstance(given, dict) else None
    if not isinstance(found, str):
        raise format_error("An IBAN was expected.", f"{name}.iban")
    if not ibans.is_well_formed(found):
        raise format_error("The check digits or the shape are not an IBAN's.", f"{name}.iban")
    return found


def read_text(body: Body, name: str, longest: int, *, required: bool = False) -> str:
    """Read a text of letters, digits and plain punctuation in any script; empty where it may be left out."""
    given = body.get(name, "")
    if not isinstance(given, str) or (required and not given.strip()):
        raise format_error("Text was expected.", name)
    if len(given) > longest:
        raise format_error(f"At most {longest} signs are carried.", name)
    for sign in given:
        if unicodedata.category(sign) not in _TEXT_CATEGORIES and sign not in _TEXT_SIGNS:
            raise format_error(f"The sign U+{ord(sign):04X} is not carried.", name)
    return given


def read_identification(body: Body) -> str | None:
    """Read ``endToEndIdentification``, where it is given."""
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


def read_bic(body: Body) -> str | None:
    """Read ``creditorAgent``, where it is given."""
    if "creditorAgent" not in body:
        return None
    given = body["creditorAgent"]
    if not isinstance(given, str) or not _BIC.fullmatch(given):
        raise format_error("A BIC was expected.", "creditorAgent")
    return given


def read_address(body: Body) -> dict[str, object] | None:
    """Read ``creditorAddress``, where it is given: its country, and what else is in it."""
    if "creditorAddress" not in body:
        return None
    given = body["creditorAddress"]
    if not isinstance(given, dict):
        raise format_error("An address was expected.", "creditorAddress")
    country = given.get("country")
    if not isinstance(country, str) or not _COUNTRY.fullmatch(country):
        raise format_error("A country of ISO 3166 was expected.", "creditorAddress.country")
    found: dict[str, object] = {}
    for name, longest in _ADDRESS.items():
        try:
            text = read_text(given, name, longest)
        except Problem as problem:
            raise format_error(problem.text, f"creditorAddress.{name}") from problem
        if text:
            found[name] = text
    return {**found, "country": country}


def read_execution_date(body: Body, product: Product, today: date) -> date | None:
    """Read ``requestedExecutionDate``, where it is given, and check that the bank can keep it."""
    name = "requestedExecutionDate"
    if name not in body:
        return None
    wanted = read_date(body[name], name)
    latest = today if product.at_once else today + _LONGEST_AHEAD
    if not today <= wanted <= latest:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "EXECUTION_DATE_INVALID",
            "The bank can't carry the payment out on this date.",
            name,
        )
    return wanted


def payment_failed(text: str, path: str) -> Problem:
    """Make the problem for a payment that the standard can write down and this bank can't carry out."""
    return Problem(HTTPStatus.BAD_REQUEST, "PAYMENT_FAILED", text, path)
