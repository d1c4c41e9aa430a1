"""Words for the export of a workspace."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def exports() -> Block:
    """Return the words for what keeps an export from being written."""
    return {
        "export.role": ErrorText(
            _("Auditors and administrators export"),
            _("An export shows everything. You have neither role here; nothing was written. Ask one of them to do it."),
        ),
        "export.not_admitted": ErrorText(
            _("This device does not belong here yet"),
            _("Until this device is admitted it knows too little. Nothing was written. Try again after that."),
        ),
        "export.disk_full": ErrorText(
            _("The disk is full"),
            _("There was no room for the export, and nothing is left of it. Make room, or choose another place."),
        ),
        "export.no_permission": ErrorText(
            _("That place can't be written to"),
            _("You may not write files there. Nothing was written. Choose a folder of your own."),
        ),
        "export.not_written": ErrorText(
            _("The export was not written"),
            _(
                "The system refused ({reason}), and nothing is left of the file. Look whether the disk or the network "
                "drive is there, and try again."
            ),
        ),
    }
