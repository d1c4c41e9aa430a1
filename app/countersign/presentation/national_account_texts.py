"""What is wrong with an account number of any country, and what was and wasn't checked of a right one, as sentences."""

from __future__ import annotations

from collections.abc import Mapping

from countersign.domain.accounts import AccountFault
from countersign.domain.national_accounts import ReadAccount
from countersign.presentation.formats import isolate
from countersign.presentation.messages import _
from countersign.presentation.transfer_fault_texts import account_fault, country_name


def own_account_fault(fault: AccountFault, typed: str) -> str:
    """Say what is wrong with a number that was typed in any country's way.

    Args:
        fault: From ``read_account``.
        typed: What was typed; its start stands for it in the sentence.
    """
    country = country_name(str(fault.params.get("country", "")))
    given = {**fault.params, "country": country, "start": isolate(str(fault.params.get("start", "")))}
    texts: Mapping[str, str] = {
        "empty": _("Type the number of the account: an IBAN, or as your bank writes it."),
        "modulus": _("The check digits of this number don't fit for {country}. Compare it with your statement."),
        "range": _("No bank of {country} has a number that begins with {start}. Compare it with your statement."),
        "bank_missing": _("The bank's own number is missing: in {country} an account needs both. Type it before it."),
        "account_missing": _("That is the bank's own number. Type the number of the account after it."),
        "unknown_format": _("This is no IBAN. Choose the country of the account, so that the number can be read."),
    }
    text = texts.get(fault.code)
    return text.format_map(given) if text else account_fault(fault, typed)


def understood(account: ReadAccount) -> str:
    """Say as what a number was read, and how far it could be checked."""
    where = country_name(account.country)
    what = _("{bank}, {country}").format(bank=account.bank_name, country=where) if account.bank_name else where
    checked = (
        _("Its check digits hold. Whether the account exists, only your bank knows.")
        if any(".not_" not in code for code in account.checks)
        else _("Its form is right; it has no check digits that could be looked at here.")
    )
    return _("Read as {number}: {what}. {checked}").format(number=isolate(account.shown), what=what, checked=checked)
