"""Words for payment files and statements: what can't be written, and what can't be read."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def writing() -> Block:
    """Return the words for what keeps a payment file from being written."""
    return {
        "file.cannot_carry": ErrorText(
            _("The payment file can't carry this"),
            _(
                "A payment file of this kind has no place for what the order says here: {field}. No file was written. "
                "Choose another way to pay, or make the order without it."
            ),
        ),
        "file.needs": ErrorText(
            _("The payment file needs more"),
            _(
                "A payment file of this kind has to name this: {field}. No file was written. Add it and make the order "
                "anew, or choose another way to pay."
            ),
        ),
        "file.too_long": ErrorText(
            _("Too long for the payment file"),
            _(
                "This is longer than the {limit} characters that the payment file has room for: {field}. No file was "
                "written. Shorten it and make the order anew."
            ),
        ),
        "file.characters": ErrorText(
            _("A character that this way to pay does not carry"),
            _(
                "Banks on this way do not take the character “{character}” here: {field}. No file was written. Make "
                "the order anew with the spelling that the program proposes."
            ),
        ),
        "file.payment_absent": ErrorText(
            _("The payment is not in the file"),
            _(
                "The payment file that was handed over does not hold this payment, or holds it twice. Nothing was "
                "written. Call your bank and ask it to stop the payment."
            ),
        ),
        "file.empty": ErrorText(
            _("No payment to write"),
            _("There is no payment for this file. Nothing was written. Choose an order first."),
        ),
    }


def faults() -> Block:
    """Return the words for what is wrong with one payment of a file that was read; the others are not touched by it."""
    return {
        "file.payment.missing": ErrorText(
            _("Something is missing"),
            _("The file does not say this: {field}. Ask whoever made the file, and do not pay before you know."),
        ),
        "file.payment.twice": ErrorText(
            _("Said twice"),
            _("The file says this twice: {field}. Nobody can tell which one counts. Ask whoever made the file."),
        ),
        "file.payment.structure": ErrorText(
            _("Not built as it should be"),
            _("The file holds something else where this should stand: {field}. Ask whoever made the file."),
        ),
        "file.payment.form": ErrorText(
            _("Not in the usual form"),
            _("This is not written as the standard has it: {field}. Compare it with the invoice or the contract."),
        ),
        "file.payment.too_long": ErrorText(
            _("Too long"),
            _("This is longer than an order may hold: {field}. Shorten it before you pay; banks may cut it off."),
        ),
        "file.payment.amount": ErrorText(
            _("No amount to pay"),
            _("The amount is not a number above nothing. Ask whoever made the file what is to be paid."),
        ),
        "file.payment.decimals": ErrorText(
            _("Too many decimals"),
            _("The amount has more decimals than its currency. Ask whoever made the file what is to be paid."),
        ),
        "file.payment.currency": ErrorText(
            _("Unknown currency"),
            _("The file names a currency that is not in use. Ask whoever made the file what is to be paid."),
        ),
        "file.payment.equivalent": ErrorText(
            _("An amount in another currency"),
            _(
                "The file gives the amount in one currency to be paid in another, so what leaves the account is not "
                "fixed. Make a payment with a fixed amount."
            ),
        ),
        "file.payment.rail": ErrorText(
            _("Unknown kind of payment"),
            _("The file asks for a kind of payment that is not known here. Ask whoever made the file what it means."),
        ),
        "file.payment.method": ErrorText(
            _("Not a transfer"),
            _("The file asks for a cheque or another way than a transfer. Ask whoever made the file."),
        ),
        "file.payment.scheme": ErrorText(
            _("Not an account number"),
            _(
                "The file names something else than an account number here: {field}. Ask for the account number, by a "
                "way that you know already."
            ),
        ),
        "file.payment.check_digits": ErrorText(
            _("A mistake in the account number"),
            _(
                "The check digits of this do not agree with the rest: {field}. A digit was mistaken. Compare it with "
                "the invoice or the contract."
            ),
        ),
        "file.payment.time_of_day": ErrorText(
            _("A time of day"),
            _("The file asks for a time of day, and only the date is kept here. Check the date before you pay."),
        ),
    }
