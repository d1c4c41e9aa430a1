"""Words for lists of payments that are checked and requested together, and for templates."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def batches() -> Block:
    """Return the words of the page for lists."""
    return {
        "file.cancelled": ErrorText(
            _("You stopped the reading"), _("What was checked before is kept. Go on whenever you like.")
        ),
        "batch.not_payments": ErrorText(
            _("No list of payments"),
            _("This file holds no payments that could be requested. Choose a pain.001 file, or a list in CSV or XLSX."),
        ),
        "batch.no_payments": ErrorText(
            _("The list is empty"), _("There is no payment in this file. Look at the list, and choose it again.")
        ),
        "batch.too_long": ErrorText(
            _("The list is too long"),
            _("At most {limit} payments fit into one list. Cut it into several, and bring in one after the other."),
        ),
        "batch.unknown": ErrorText(
            _("This list is not here any more"),
            _("It was put away. Choose the file again; nothing was requested twice."),
        ),
        "batch.held": ErrorText(
            _("The file does not agree with itself"),
            _("Nothing was requested. Have whoever made the file make it again, then choose the new one."),
        ),
        "template.unknown": ErrorText(
            _("This template is not here any more"), _("Somebody has dropped it. Begin a new transfer instead.")
        ),
    }
