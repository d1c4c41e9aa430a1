"""What can be chosen when an own account is added, and what each choice means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from countersign.application.ports.bank import Reach
from countersign.presentation.messages import _
from countersign.presentation.transfer_desk import Option
from countersign.presentation.transfer_fault_texts import country_name

PRACTICE: Final = "practice"
NATIONAL: Final = ("GB", "US", "CN", "TW")
_CURRENCIES: Final = (
    "EUR", "CHF", "GBP", "USD", "CNY", "TWD", "HKD", "SGD", "JPY", "AUD", "CAD", "NZD",
    "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "KRW", "INR", "AED",
)  # fmt: skip
_BY_COUNTRY: Final[Mapping[str, str]] = {
    "GB": "GBP", "US": "USD", "CN": "CNY", "TW": "TWD", "CH": "CHF", "LI": "CHF", "SE": "SEK", "NO": "NOK", "DK": "DKK",
    "IS": "ISK", "PL": "PLN", "CZ": "CZK", "HU": "HUF", "RO": "RON", "AE": "AED",
}  # fmt: skip
_USAGE: Final[Mapping[str, str]] = {"CH": "swiss", "LI": "swiss", "DE": "german", "CN": "cn"}
_OUTSIDE_SEPA: Final = frozenset({"US", "TW", "AE", "HK", "SG"})


def countries() -> tuple[Option, ...]:
    """List the ways of writing a number that can be read; the first is for IBANs."""
    return (Option("", _("IBAN, or as it can be recognised")), *(Option(code, country_name(code)) for code in NATIONAL))


def currencies() -> tuple[Option, ...]:
    """List currencies by their codes."""
    return tuple(Option(code, code) for code in _CURRENCIES)


def currency_of(country: str) -> str:
    """Guess an account's currency."""
    return _BY_COUNTRY.get(country, "EUR")


def usage_of(country: str) -> str:
    """Guess whose rules a bank's payment files follow."""
    return _USAGE.get(country, "generic" if country in _OUTSIDE_SEPA else "sepa_epc")


def reaches(*, practice: bool) -> tuple[Option, ...]:
    """List how a bank can be reached, with what it means."""
    found = (
        Option(
            Reach.FILES.value,
            _("By payment file"),
            _(
                "Countersign writes a file in the format of banks. You upload it in your bank's portal and release it "
                "there. Nothing is typed twice, so nothing can be mistyped. Business accounts mostly have it."
            ),
        ),
        Option(
            Reach.MANUAL.value,
            _("By hand, in the bank's own app"),
            _(
                "You copy each field into your bank's app or page and confirm there. It works with every bank. "
                "Countersign checks what you copy and asks what your bank shows."
            ),
        ),
    )
    if not practice:
        return found
    direct = Option(
        PRACTICE,
        _("The practice bank, directly"),
        _("Countersign speaks with the practice bank itself. It is connected in the set-up, with practice money."),
    )
    return (*found, direct)


def versions() -> tuple[Option, ...]:
    """List the formats of payment files."""
    return (
        Option("pain.001.001.09", _("pain.001.001.09, the present one")),
        Option("pain.001.001.03", _("pain.001.001.03, the one before")),
    )


def usages() -> tuple[Option, ...]:
    """List whose rules a payment file can follow."""
    return (
        Option("sepa_epc", _("SEPA")),
        Option("german", _("Germany")),
        Option("swiss", _("Switzerland")),
        Option("cn", _("China")),
        Option("generic", _("General")),
    )
