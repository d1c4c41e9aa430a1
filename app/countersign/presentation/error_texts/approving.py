"""Words for signing, rejecting and returning what others asked for."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def approving() -> Block:
    """Return the words of the approvals inbox."""
    return {
        "confirm.no_passphrase": ErrorText(
            _("The passphrase is missing"), _("Type the passphrase of your vault: it shows that it is you who signs.")
        ),
        "reject.no_note": ErrorText(
            _("A few words are missing"), _("The requester has to know how to go on. Say in your own words why.")
        ),
        "reject.long_note": ErrorText(
            _("The note is too long"), _("Use at most {limit} characters; tell the rest by voice.")
        ),
        "batch.empty": ErrorText(
            _("Nothing is selected"), _("Nothing was signed. Select at least one payment, then approve.")
        ),
        "batch.too_many": ErrorText(
            _("Too many at once"),
            _("At most {limit} payments can be approved at once. Select fewer. Nothing was signed."),
        ),
    }
