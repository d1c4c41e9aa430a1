"""Words for documents that are attached to a payment: why one is refused, and what to do instead."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def refused() -> Block:
    """Return the words for what is not attached."""
    not_attached = _("This document was not attached")
    return {
        "document.empty": ErrorText(not_attached, _("The file is empty. Choose the document itself.")),
        "document.incomplete": ErrorText(
            not_attached, _("The file ends in its middle: it was not saved or sent whole. Fetch it once more.")
        ),
        "document.program": ErrorText(
            not_attached,
            _("The file is a program, whatever its name says. Don't open it, and ask who sent it for a PDF."),
        ),
        "document.script": ErrorText(
            not_attached,
            _("The file is a list of commands for a computer. Don't open it, and ask who sent it for a PDF."),
        ),
        "document.office": ErrorText(
            not_attached,
            _("Office files can hold programs of their own. Save it as PDF, and attach that."),
        ),
        "document.archive": ErrorText(
            not_attached, _("The file is a packed folder. Take the document out of it, and attach that.")
        ),
        "document.web_page": ErrorText(
            not_attached,
            _("The file is a web page, which can change and run programs. Print it as PDF, and attach that."),
        ),
        "document.unknown": ErrorText(
            not_attached,
            _("The file is no PDF, PNG or JPEG picture, or plain text (UTF-8). Save it as PDF, and attach that."),
        ),
        "document.too_large": ErrorText(
            not_attached,
            _("The file is larger than {megabytes} MB. Save it smaller, or attach only the pages that matter."),
        ),
        "document.already": ErrorText(not_attached, _("The very same document is there already: {name}.")),
        "document.too_many": ErrorText(
            not_attached, _("{count} documents are there already. Remove one, or put several into one PDF.")
        ),
        "document.total": ErrorText(
            not_attached,
            _("Together the documents would be larger than {megabytes} MB. Remove one, or attach a smaller one."),
        ),
        "document.unreadable": ErrorText(
            not_attached, _("The file can't be read. See that it is there and that you may open it, and try again.")
        ),
        "document.stopped": ErrorText(
            _("Reading was stopped"), _("Nothing was attached. Choose the file again if you want it after all.")
        ),
        "document.gone": ErrorText(
            _("A document is missing"),
            _("“{name}” is not in this vault any more. Remove it from the payment, or attach it again."),
        ),
    }


def opening() -> Block:
    """Return the words for what is not opened."""
    return {
        "document.not_here": ErrorText(
            _("A document is not here yet"),
            _(
                "A document of this payment has not arrived on this device, so you can't look at it before you sign. "
                "Ask who requested the payment to send it again, or return the payment for repair."
            ),
        ),
        "document.differs": ErrorText(
            _("This is not the document that was signed"),
            _(
                "What is stored is not the file that the order names, so it was not opened. Don't sign: call who "
                "requested the payment on a number you already have."
            ),
        ),
        "document.unwritable": ErrorText(
            _("No copy could be written"),
            _("The copy could not be written: the disk is full, or the folder is closed to you. Try another folder."),
        ),
        "envelope.document": ErrorText(
            _("A document was not kept"),
            _(
                "A document came with a payment and is not the one that the payment names, so it was not kept. The "
                "right one is asked for; call who requested the payment if it doesn't come."
            ),
        ),
    }
