"""Words for files that are not read: a list of payments, a status report, a statement."""

from __future__ import annotations

from collections.abc import Mapping

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def file_reading() -> Block:
    """Return the words for what keeps a file from being read."""
    return {
        "file.absent": ErrorText(
            _("There is no such file"),
            _("The file is not there, or may not be read. Look at its name and place, and choose it again."),
        ),
        "file.unknown_kind": ErrorText(
            _("The program does not know this kind of file"),
            _(
                "This is no payment file, status report or statement that the program knows, so nothing of it was "
                "read. Ask your bank for pain.002, camt.052, camt.053, camt.054 or MT940."
            ),
        ),
        "file.not_from_bank": ErrorText(
            _("This file is not one that a bank writes to you"),
            _(
                "A payment file or a list of payments tells a bank what to do, and says nothing of what was done. "
                "Choose a statement or a status file of your bank."
            ),
        ),
        "file.changed": ErrorText(
            _("The file changed while it was read"),
            _(
                "It is another file than the one that was checked first, so no more of it was recorded. Fetch it from "
                "your bank again, and bring it in once it is complete."
            ),
        ),
        "file.unknown_version": ErrorText(
            _("The program does not know this version"),
            _(
                "The file is a message in a version that the program does not know ({version}), so nothing of it was "
                "read. Ask your bank for another version of it."
            ),
        ),
        "file.unreadable": ErrorText(
            _("The file can't be read"),
            _(
                "The file can't be read to its end, so nothing of it was used: {place}, {reason}. Fetch it from your "
                "bank again; if that changes nothing, tell the bank this place."
            ),
        ),
        "file.too_large": ErrorText(
            _("The file is too large"),
            _(
                "The file, or one piece of it, is larger than the program reads, so nothing of it was used. Ask your "
                "bank for a shorter period."
            ),
        ),
        "file.forbidden": ErrorText(
            _("The file holds something that statements never hold"),
            _(
                "The file asks for other things to be loaded or inserted ({what}), which no bank's file does, so "
                "nothing of it was read. Do not use it; ask where it really came from."
            ),
        ),
    }


def place_and_reason(params: Mapping[str, str | int]) -> dict[str, str]:
    """Put the place and the reason of ``file.unreadable`` into words."""
    line, reason, element = params.get("line", 0), str(params.get("reason", "")), str(params.get("element", ""))
    place = _("line {line}").format(line=line) if line else _("somewhere in it")
    found = _reasons().get(reason)
    words = found.format(element=element or "?") if found else _("for a report, the reason is {reason}")
    return {"place": place, "reason": words if found else words.format(reason=reason or "?")}


def _reasons() -> Mapping[str, str]:
    return {
        "xml": _("it is not well-formed XML there"),
        "encoding": _("its characters can't be decoded"),
        "spreadsheet": _("it is a damaged or locked spreadsheet"),
        "depth": _("it is nested too deep"),
        "long_text": _("a text in it is too long"),
        "line_too_long": _("a line of it is too long"),
        "quotes": _("its quotation marks don't match"),
        "absent": _("it is not there, or may not be read"),
        "names": _("it uses too many different names"),
        "missing": _("“{element}” is missing"),
        "twice": _("“{element}” stands there twice, and nobody can tell which one counts"),
        "structure": _("“{element}” is not built as the standard has it"),
        "amount": _("“{element}” is no amount"),
        "decimals": _("“{element}” has more decimals than its currency"),
        "currency": _("“{element}” has a currency that is not in use"),
        "direction": _("“{element}” says neither credit nor debit"),
        "date": _("“{element}” is no date"),
        "count": _("“{element}” is no count"),
        "form": _("“{element}” does not have its form"),
    }
