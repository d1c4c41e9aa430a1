"""Words for the guided transfer and for the page of an order."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def transfer() -> Block:
    """Return the words for the guided transfer."""
    return {
        "transfer.incomplete": ErrorText(
            _("A detail is missing"),
            _("A detail of this transfer is missing. Go back to the step that is marked and fill it in."),
        ),
        "transfer.stopped": ErrorText(
            _("This transfer is stopped"),
            _("The check before sending stopped this transfer. Change what it names, or call the payee first."),
        ),
        "rails.pack": ErrorText(
            _("The ways to pay can't be read"),
            _(
                "A file that came with the program is damaged or missing. Install the program again; your vault and "
                "your drafts stay as they are."
            ),
        ),
        "transfer.date_passed": ErrorText(
            _("The day has passed"),
            _("The day on which this payment was to leave has passed. Go back to the amount and choose another."),
        ),
        "transfer.draft_unknown": ErrorText(
            _("This draft is gone"), _("This draft is no longer there. It was sent or deleted; see History.")
        ),
        "review.digits_differ": ErrorText(
            _("The last four digits differ"),
            _(
                "The four digits you typed are not the last four of this account. Look at your contract or invoice "
                "again. If it really shows other digits, press “Something is not right”."
            ),
        ),
        "payee.incomplete": ErrorText(
            _("A detail is missing"),
            _("The payee needs a name and an account number. Go back to the first step and fill them in."),
        ),
        "payee.other_check": ErrorText(
            _("The name check is for other details"),
            _("The bank's answer belongs to another name or account. Check the name again."),
        ),
        "payee.*": ErrorText(
            _("The payee could not be kept"),
            _("The payee could not be kept as it stands. Go back to the first step and check the details."),
        ),
        "payee.name_check": ErrorText(
            _("The name check can't be used"),
            _("The bank's answer about the name has a form that we do not know. Check the name again."),
        ),
    }


def order() -> Block:
    """Return the words for an order, and for sending it."""
    return {
        "order.unknown": ErrorText(
            _("There is no such order"), _("This vault has no such order. Look for it under History.")
        ),
        "order.not_open": ErrorText(
            _("This order can't be changed any more"),
            _("This order has ended or was sent already. Its page shows where it stands."),
        ),
        "order.already_sent": ErrorText(
            _("This transfer is at the bank already"),
            _("Sending it again could pay twice. Its page shows where it stands; another payment begins anew."),
        ),
        "order.may_be_executed": ErrorText(
            _("Only the bank can say"),
            _("The bank may have carried this order out, so only its answer can end it. Check again what it says."),
        ),
        "order.form": ErrorText(
            _("A detail can't be sent"),
            _("A detail has a form that no bank takes ({field}). Go back and change it."),
        ),
        "order.illegal_move": ErrorText(
            _("That is not possible now"), _("The order has moved on meanwhile. Its page shows where it stands.")
        ),
        "order.*": ErrorText(
            _("The order can't be read"),
            _("This order has a part that this version of the program can't read. Nothing was sent."),
        ),
        "reply.*": ErrorText(
            _("The bank's reply does not agree"), _("A reply of the bank did not say what you agreed to. We stopped.")
        ),
    }
