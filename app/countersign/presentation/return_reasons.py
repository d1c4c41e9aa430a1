"""Why a bank refused a payment or sent it back, in plain words.

The codes are ISO 20022's external code lists ExternalStatusReason1Code (pain.002) and ExternalReturnReason1Code (camt
statements, pacs.004); a code that stands in both means the same in both. The lists are open: a code that nobody wrote
words for is shown as the bank gave it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from countersign.presentation.messages import _


def reason_text(code: str) -> str:
    """Say what a code means, and the code itself; empty for none.

    Args:
        code: As the bank gave it; untrusted text.
    """
    if not code:
        return ""
    words = reason_words(code)
    if not words:
        return _("The bank's reason: {reason}").format(reason=code)
    return _("{reason} ({code})").format(reason=words, code=code)


def reason_words(code: str) -> str:
    """Say what a code means and what to do about it; empty for a code without words."""
    for block in _BLOCKS:
        found = block().get(code)
        if found:
            return found
    return ""


def known_codes() -> tuple[str, ...]:
    """List the codes that have words."""
    return tuple(code for block in _BLOCKS for code in block())


def _account() -> Mapping[str, str]:
    wrong = _("The account number is wrong. Compare it with the contract, not with the last message.")
    closed = _("The account is closed. Ask the payee, on a number you already have, for the account they use now.")
    return {
        "AC01": wrong,
        "AC02": _("Your own account number was not accepted. Compare it with your statement."),
        "AC03": wrong,
        "AC04": closed,
        "AC05": _("Your own account is closed."),
        "AC06": _("The account is blocked. Ask the payee before you send anything again."),
        "AC07": closed,
        "AC13": _("Your account is of a kind that can't make this payment."),
        "AC14": _("The payee's account is of a kind that can't take this payment."),
        "AC15": _("The payee's account has changed. Ask the payee on a number you already have."),
        "AC16": _("The account is under seizure. Ask the payee before you send anything again."),
        "AC17": _("The account belongs to somebody who is being wound up. Take advice before you pay."),
        "AG01": _("This kind of payment is not allowed on this account."),
        "RR01": _("Your account or your identification is missing."),
        "SL11": _("The payee is not on the list of payees that you allowed at your bank."),
        "SL12": _("The payee is on the list of payees that you blocked at your bank."),
    }


def _bank() -> Mapping[str, str]:
    slow = _("A bank on the way did not answer in time. The money came back or never left.")
    return {
        "AB05": slow,
        "AB06": slow,
        "AB07": slow,
        "AB08": slow,
        "AB09": _("The payee's bank had an error. Try again later, or ask your bank."),
        "AB10": _("A bank on the way had an error. Try again later, or ask your bank."),
        "AG02": _("The bank does not know this kind of order."),
        "AG03": _("The bank does not carry this kind of payment."),
        "AGNT": _("The payee's bank is not named rightly."),
        "AG10": _("A bank on the way may not take part in payments at present."),
        "BE08": _("A bank made a mistake. Ask your bank what happens next."),
        "CNOR": _("The payee's bank takes no payments of this kind."),
        "DNOR": _("Your bank is not registered for payments of this kind."),
        "RC01": _("The code of the bank is wrong. Compare it with the contract."),
        "RC04": _("The code of the payee's bank is wrong. Compare it with the contract."),
        "RC07": _("The code of the payee's bank is wrong. Compare it with the contract."),
        "ED05": _("The payment could not be settled between the banks."),
    }


def _amount() -> Mapping[str, str]:
    return {
        "AM01": _("The amount is zero."),
        "AM02": _("The amount is larger than this kind of payment allows."),
        "AM03": _("This currency is not possible here."),
        "AM04": _("There is not enough money in the account."),
        "AM05": _("The bank takes it for a duplicate of another payment. Look whether that one was paid."),
        "AM06": _("The amount is smaller than this kind of payment allows."),
        "AM07": _("The money in the account is blocked. Ask your bank."),
        "AM09": _("The amount is not the agreed one."),
        "AM10": _("The file's sum is not the sum of its payments."),
        "AM12": _("The amount is not written as the bank expects it."),
        "AM14": _("The amount is above the limit that you agreed with your bank."),
        "AM18": _("The file's number of payments is wrong."),
        "CURR": _("The currency is wrong."),
    }


def _people() -> Mapping[str, str]:
    return {
        "BE01": _("The name does not belong to the account. Ask the payee on a number you already have."),
        "BE04": _("The payee's address is missing or incomplete. Ask for it and send the payment anew."),
        "BE05": _("The bank does not know who gave the order."),
        "BE06": _("The bank does not know the payee. Ask the payee on a number you already have."),
        "BE07": _("Your address is missing or incomplete."),
        "MD07": _("The holder of the account has died. Take advice before you pay anybody else instead."),
        "RR02": _("Your name or address is missing, and the law asks for it."),
        "RR03": _("The payee's name or address is missing, and the law asks for it."),
        "RR04": _("A law or a rule stands against it. Your bank can say which one, or may not be allowed to."),
        "LEGL": _("A court or an authority decided so."),
        "FRAD": _("It was reported as fraud. Call your bank on a number you already have."),
        "FR01": _("The bank suspects fraud. Call your bank on a number you already have."),
        "NOAS": _("The payee did not answer the bank."),
        "UPAY": _("The payee says that the payment was not due."),
    }


def _order() -> Mapping[str, str]:
    duplicate = _("The bank has had the same payment before. Look whether that one was paid before you send it anew.")
    return {
        "ARDT": _("It was sent back already."),
        "CUST": _("The customer asked for it."),
        "CUTA": _("The bank could not tell whom it is for."),
        "DS0A": _("A signature is missing. Release the payment at your bank."),
        "DS02": _("Somebody at your bank or company took the order back."),
        "DS03": _("The order was not signed as your bank asks."),
        "DT01": _("The date is not possible. Choose another one."),
        "CH03": _("The date is too far ahead for your bank."),
        "DU01": duplicate,
        "DU02": duplicate,
        "DU03": duplicate,
        "DU04": duplicate,
        "DU05": duplicate,
        "DUPL": duplicate,
        "FOCR": _("It was sent back because it was recalled."),
        "MD06": _("The customer asked for the money back."),
        "MS02": _("The customer gave no reason. Ask the payee."),
        "MS03": _("The bank gave no reason. Ask your bank, and name the end-to-end number."),
        "NARR": _("The bank explains it in words of its own; they stand beside this."),
        "NOCM": _("It does not keep the rules of this kind of payment."),
        "NOOR": _("The bank never had the order that this is about."),
        "RF01": _("The reference is not unique."),
        "RUTA": _("The bank could not tell whom it is for and sent it back."),
        "TECH": _("Something technical went wrong at a bank. Ask your bank before you send it anew."),
        "TM01": _("It came after the hour up to which the bank takes such payments."),
        "TS01": _("The order did not reach the bank whole."),
    }


def _file() -> Mapping[str, str]:
    return {
        "FF01": _("The bank could not read the file. Ask your bank which format it takes."),
        "FF02": _("The bank could not read a part of the file."),
        "FF03": _("The bank does not know the kind of payment that the file names."),
        "FF05": _("The bank does not know the kind of payment that the file names."),
    }


_BLOCKS: Final[tuple[Callable[[], Mapping[str, str]], ...]] = (_account, _bank, _amount, _people, _order, _file)
