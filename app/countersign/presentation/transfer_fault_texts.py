"""What is wrong with an account number, a name or an amount, as sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from babel import Locale

from countersign.domain.accounts import AccountFault, grouped
from countersign.domain.amount_input import Unreadable
from countersign.domain.unicode_safety import TextFault
from countersign.presentation.formats import isolate
from countersign.presentation.messages import _, language

_SHOWN_START = 8  # characters of an account that stand for it in a sentence


def country_name(code: str) -> str:
    """Name a country in the person's language; an unknown code as it is."""
    tag = {"zh_CN": "zh_Hans_CN", "zh_TW": "zh_Hant_TW"}.get(language(), "en")
    return str(Locale.parse(tag).territories.get(code, code))


def account_fault(fault: AccountFault, typed: str) -> str:
    """Say what is wrong with an IBAN.

    Args:
        fault: From ``read_iban``.
        typed: What was typed; its start stands for it in the sentence.
    """
    compact = "".join(typed.split()).upper()
    start = isolate(f"{grouped(compact[:_SHOWN_START])}…")
    given = {**fault.params, "start": start, "country": country_name(str(fault.params.get("country", "")))}
    texts: Mapping[str, str] = {
        "empty": _("Type the payee's account number (IBAN)."),
        "too_long": _("This is {found} characters long; no account number is. Copy the IBAN alone."),
        "characters": _("Character {place} ({code_point}) is neither a letter nor a digit. Copy the number again."),
        "mixed_scripts": _(
            "Character {place} ({code_point}) belongs to another alphabet and only looks like {looks_like}. "
            "Somebody may have put it there: get the number from another source."
        ),
        "unknown_country": _("An IBAN begins with the two letters of a country. {start} does not."),
        "length": _("{start} has {found} characters; an IBAN of {country} has {expected}."),
        "structure": _("Character {place} of {start} is a letter where {country} has digits, or the other way round."),
        "check_digits": _("The check digits of {start} do not fit. Compare every group with your document."),
    }
    return texts.get(fault.code, _("{start} is not an account number (IBAN).")).format_map(given)


def name_fault(fault: TextFault) -> str:
    """Say what is wrong with a name or a reference."""
    place = fault.places[0] if fault.places else None
    texts: Mapping[str, Callable[[], str]] = {
        "too_long": lambda: _("This has {found} characters; {limit} fit.").format(
            found=fault.length, limit=fault.limit
        ),
        "direction": lambda: _(
            "Character {place} ({name}) turns the direction of reading and can hide what is there. Type the text anew."
        ),
        "invisible": lambda: _("Character {place} ({name}) can't be seen. Type the text anew instead of pasting it."),
    }
    text = texts.get(
        fault.code, lambda: _("Character {place} ({name}) can't be part of a payment. Type the text anew.")
    )()
    return text.format(place=place.place, name=place.name) if place else text


def amount_fault(fault: Unreadable) -> str:
    """Say what is wrong with an amount."""
    texts: Mapping[str, str] = {
        "empty": _("Type the amount."),
        "no_digits": _("Type the amount in digits, for example 1,250.00."),
        "too_long": _("This is {found} characters long. Type the amount alone."),
        "characters": _("Character {place} ({code_point}) can't be part of an amount."),
        "foreign_digits": _("Character {place} ({code_point}) is a digit of another script. Use the digits 0 to 9."),
        "mixed_digits": _("Two kinds of digits are mixed here. Type the amount anew."),
        "other_currency": _("You typed {written}, but this account pays in {expected}."),
        "separators": _("The points and commas of this number stand in an order that no country uses."),
        "grouping": _("The digits are not grouped in threes. Type the amount without spaces or points."),
        "too_many_decimals": _("This has {found} decimals; the currency has {limit}."),
        "negative": _("An amount to pay can't be negative."),
        "zero": _("The amount is zero."),
        "too_large": _("This is more than any bank can move in one payment."),
    }
    return texts.get(fault.code, _("This is not an amount.")).format_map(fault.params)
