"""Words for receipts and lists, and for records that can't be read."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def reading() -> Block:
    """Return the words for the pages beside a transfer."""
    return {
        "receipt.not_written": ErrorText(
            _("The receipt could not be saved"),
            _("The receipt could not be saved there ({reason}). Choose another folder and save it again."),
        ),
        "kit.not_written": ErrorText(
            _("The recovery kit could not be saved"),
            _("The recovery kit could not be saved there ({reason}). Choose another folder and save it again."),
        ),
        "evidence.too_long": ErrorText(
            _("There is too much to prove"),
            _(
                "Too much happened in your workspace between the beginning and the sending of this order to prove it "
                "in one file. Nothing was changed. The order's page shows who signed it."
            ),
        ),
        "evidence.body_absent": ErrorText(
            _("A part of the proof is not here"),
            _("This device was never given all that was signed about this order. Ask its requester for the receipt."),
        ),
        "receipt.absent": ErrorText(
            _("There is no such file"),
            _("The file is not there, or may not be read. Look at its name and place, and choose it again."),
        ),
        "receipt.too_large": ErrorText(
            _("This file is too large for a receipt"),
            _("The file is larger than any receipt of ours, so it was not read. Choose the original PDF."),
        ),
        "receipt.pdf": ErrorText(
            _("This PDF is not a receipt of ours"),
            _(
                "This PDF can't be read as a receipt. Choose the original one, as it was saved and not printed or "
                "scanned."
            ),
        ),
        "receipt.*": ErrorText(
            _("This file is not a receipt of ours"), _("This file can't be read as a receipt. Choose the original PDF.")
        ),
        "modulus_table.unreadable": ErrorText(
            _("The table of UK check digits can't be read"),
            _(
                "The file {name} is not the UK's table of check digits (line {line}), so nothing was checked. Put the "
                "file as Pay.UK publishes it into the folder, or take it out."
            ),
        ),
        "statement.*": ErrorText(_("A statement is unreadable"), _("The bank sent something unreadable. Try again.")),
        "ledger.*": ErrorText(
            _("The ledger refused this"),
            _(
                "This would break a rule of the ledger, so nothing was recorded or sent. Lock the vault, unlock it "
                "and try anew."
            ),
        ),
        "verify.cancelled": ErrorText(_("Stopped"), _("The check was stopped before its end. Nothing was changed.")),
    }


def records() -> Block:
    """Return the words for forms that only a damaged or foreign file has. The code is for a report."""
    form = ErrorText(
        _("A record does not have its form"),
        _("A record does not have the form it must have, so it was not used. For a report, the code is {code}."),
    )
    rules = ErrorText(
        _("A rule of the workspace is broken"),
        _("This would break a rule of the workspace, so it was not recorded. For a report, the code is {code}."),
    )
    proof = ErrorText(
        _("The evidence does not hold"),
        _("A part of the evidence does not hold, so it proves nothing. Ask for the original. The code is {code}."),
    )
    return {
        "assessment.*": form,
        "canonical.*": form,
        "event.*": form,
        "head.*": form,
        "governance.*": rules,
        "policy.*": rules,
        "evidence.*": proof,
        "export.*": proof,
        "failpoint.*": ErrorText(
            _("A test setting is wrong"),
            _("A setting for tests of this program can't be read. Start the program without it."),
        ),
    }
