"""Words for payments that are signed together at the bank."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def signing_together() -> Block:
    """Return the words for signing several payments by one code."""
    return {
        "order.tied": ErrorText(
            _("This payment is tied with others"),
            _("The bank ties it with others: one code signs them all. Sign them together, or untie them first."),
        ),
        "order.other_basket": ErrorText(
            _("The bank ties it with others"),
            _("This confirmation is not the one that counts for it. Nothing was sent."),
        ),
        "basket.not_offered": ErrorText(
            _("This bank does not sign payments together"),
            _("Nothing was sent. Sign each payment by itself."),
        ),
        "basket.several_banks": ErrorText(
            _("These payments are of different banks"),
            _("Only payments of one bank can be signed together. Choose those of one."),
        ),
        "basket.too_many": ErrorText(
            _("These are too many at once"),
            _("At most {count} payments are signed together. Choose fewer."),
        ),
        "basket.busy": ErrorText(
            _("One of them is under way"),
            _("An exchange with the bank about it has not ended yet. Nothing was tied. Try again in a moment."),
        ),
        "basket.under_way": ErrorText(
            _("It is signed with others just now"),
            _(
                "An exchange with the bank about several payments has not ended yet, and this is one of them. "
                "Its end says what became of each. Check again in a moment."
            ),
        ),
        "basket.mixed": ErrorText(
            _("One of them is tied with others"),
            _("Untie those first, or sign them as they are tied. Nothing was signed."),
        ),
        "basket.fewer": ErrorText(
            _("Not all payments can be signed now"),
            _("The bank does not hold all of them, so the total is another. Nothing was signed. Look again and go on."),
        ),
        "basket.changed": ErrorText(
            _("What waits at the bank has changed"),
            _("The bank does not say of each payment what is on record here. Nothing was signed. Look at each again."),
        ),
        "basket.asked": ErrorText(
            _("The bank may have tied them already"),
            _(
                "It was asked to, and its answer was lost. It is not asked twice. Sign each payment by itself; where "
                "the bank refuses that, give the payment up and make it anew. Nothing was signed."
            ),
        ),
        "basket.not_all_known": ErrorText(
            _("Not all payments of it are known here"),
            _("Your signature would count for payments that you can't see here. Nothing was sent."),
        ),
    }
