"""Words for further signatures that a bank wants, and for payments that are authorised together."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def signing_at_the_bank() -> Block:
    """Return the words for signing at the bank what another person sent there."""
    return {
        "signing.not_awaited": ErrorText(
            _("No signature is missing"),
            _("The bank does not wait for a signature on this payment now. Nothing was sent. Look at it again."),
        ),
        "signing.under_way": ErrorText(
            _("A signature is under way"),
            _("A code went to the bank from here and its answer is not known yet. Check again; nothing is sent twice."),
        ),
        "signing.person_missing": ErrorText(
            _("The bank has to know who signs"),
            _("Nothing was sent. Type the user ID that the bank gave to whoever signs now."),
        ),
        "order.may_not_sign": ErrorText(
            _("This person can't sign it here"),
            _("Only people with the role of an approver sign at the bank. An administrator can change roles."),
        ),
        "bank.person_form": ErrorText(
            _("This can't be a user ID"),
            _("A user ID has Latin letters, digits and signs, and no space at its ends. Type it as the bank wrote it."),
        ),
        "bank.basket_not_shown": ErrorText(
            _("The bank did not show what it tied together"),
            _("Nothing was authorised. Dissolve the basket, or sign each payment by itself."),
        ),
        "practice.nobody": ErrorText(
            _("The practice bank does not know this person"),
            _("Choose one of its customers: ines.vogt, daniel.okoye or lena.sauber, or leave the field empty."),
        ),
    }
