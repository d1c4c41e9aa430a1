"""What was noticed about the lines of a list, and what becomes of them, in words."""

from __future__ import annotations

from collections.abc import Mapping

from countersign.application.batch_state import BatchHead, BatchLine, BatchStage
from countersign.application.ports.bank_files import LIST_FIELDS
from countersign.domain.accounts import grouped
from countersign.domain.errors import CountersignError
from countersign.domain.vetting import Finding, Level
from countersign.presentation.batch_state import Stage
from countersign.presentation.check_texts import finding_text, printable
from countersign.presentation.error_texts import field_name, place_text, sentence
from countersign.presentation.formats import isolate
from countersign.presentation.messages import _, ngettext

_SHOWN = 80


def noticed_text(finding: Finding) -> str:
    """Say what was noticed about a line."""
    if not finding.rule.startswith("batch."):
        return finding_text(finding)
    given = {key: isolate(printable(str(value))[:_SHOWN]) for key, value in finding.params.items()}
    if finding.rule == "batch.paid_before":
        return _paid_before(int(finding.params.get("days", 0)))
    if finding.rule == "batch.question":
        return _question(str(finding.params.get("code", "")))
    if "field" in finding.params:
        given["field"] = field_name(str(finding.params["field"]))
    if finding.rule == "batch.account_changed":
        given["known"] = isolate(grouped(str(finding.params.get("known", ""))))
    return _texts()[finding.rule].format_map(given)


def pay_text(head: BatchHead) -> str:
    """Say that the file calls payments pay, who receives what, and what the bank is not told."""
    text = _(
        "Salaries, pensions or the like, by what the file says: {payments}. Approvers, administrators and auditors get "
        "the details, others the total. The bank is not told this category: it may list each payment by itself."
    )
    return text.format(payments=count_words(head.pay_lines))


def _paid_before(days: int) -> str:
    if not days:
        return _("Account, amount and reference are those of a payment made or requested today.")
    text = ngettext(
        "Account, amount and reference are those of a payment {days} day ago.",
        "Account, amount and reference are those of a payment {days} days ago.",
        days,
    )
    return text.format(days=days)


def _question(code: str) -> str:
    if code == "invoice_redirection":
        return _("This looks like a redirected invoice. Make it a transfer of its own: questions are asked there.")
    return _("Questions are to be answered before this one. Make it a transfer of its own.")


def _texts() -> Mapping[str, str]:
    return {
        "batch.first_payment": _("First payment to this account."),
        "batch.not_yours": _("It would be paid from {account}, which is no account of yours here."),
        "batch.form": _("This does not have the form that an order needs: {field}."),
        "batch.not_carried": _("This way to pay has no place for it: {field}."),
        "batch.other_name": _("You know this account under another name: {known}, here {name}."),
        "batch.account_changed": _(
            "You know {name} with another account: {known}. Call them on a number you had before."
        ),
        "batch.look_alike": _("“{name}” looks like “{known}”, whom you know, but is written differently."),
        "batch.name_no_match": _("The bank says that this account does not belong to this name."),
        "batch.name_close": _("The bank has a slightly different name for this account: {name}."),
        "batch.payee_changed": _("The payee's details changed after the list was checked."),
        "batch.stop": _("A hard stop of the risk check fired."),
    }


def list_problem(error: CountersignError) -> str:
    """Say why a list can't be read: it comes from whoever made it, not from a bank as other files do."""
    found = {
        "file.unknown_kind": _(
            "There is no table of payments in this file, so nothing of it was read. Choose a pain.001 file, or a list "
            "in CSV or XLSX with a line that names its columns."
        ),
        "file.unknown_version": _(
            "The file is made in another version of pain.001 than the program knows ({version}), so nothing of it was "
            "read. Have it made as pain.001.001.03 or pain.001.001.09."
        ),
        "file.unreadable": _(
            "The list can't be read to its end, so nothing of it was used: {place}. Make the file anew in the program "
            "that it came from, or have whoever sent it send it again."
        ),
        "file.too_large": _(
            "The file, or one piece of it, is larger than the program reads, so nothing of it was used. Cut the list "
            "into several, and bring in one after the other."
        ),
        "file.changed": _(
            "It is another file than the one that was checked, so no more of it is used. Choose the file anew, and put "
            "the list that was begun away."
        ),
        "file.forbidden": _(
            "The file asks for other things to be loaded or inserted ({what}), which no list of payments does, so "
            "nothing of it was read. Do not use it; ask where it really came from."
        ),
    }.get(error.code)
    if found is None:
        return sentence(error.code, error.params)
    given = {name: isolate(printable(str(error.params.get(name, "")))[:_SHOWN]) for name in ("what", "version")}
    return found.format(place=place_text(error.params), **given)


def line_state(line: BatchLine) -> tuple[str, str]:
    """Say what becomes of a line in a word or three, with its tone."""
    if line.stays_out:
        return _("Stays out"), "danger"
    if line.level is Level.LOOK:
        return (_("Taken in by you"), "warn") if line.goes else (_("Needs a look"), "warn")
    return (_("Goes along"), "ok") if line.goes else (_("Left out by you"), "neutral")


def field_options() -> tuple[tuple[str, str], ...]:
    """List what a column can be, with its name."""
    names = {
        "name": _("Payee's name"),
        "account": _("Account or IBAN"),
        "bank": _("Bank code or sort code"),
        "bic": _("BIC"),
        "amount": _("Amount"),
        "currency": _("Currency"),
        "remittance": _("Reference"),
        "end_to_end": _("End-to-end ID"),
        "date": _("Date"),
        "country": _("Country"),
        "debtor": _("Account that pays"),
    }
    return tuple((field, names[field]) for field in LIST_FIELDS)


def count_words(count: int) -> str:
    """Say how many payments."""
    return ngettext("{count} payment", "{count} payments", count).format(count=count)


def kept_text(head: BatchHead) -> str:
    """Say how far a list has come."""
    count = count_words(head.tally.lines)
    if head.stage is BatchStage.READING:
        return _("{payments} checked so far").format(payments=count)
    if head.stage is BatchStage.CHECKED:
        return _("{payments}, checked, not requested").format(payments=count)
    if head.stage is BatchStage.REQUESTING:
        return _("{done} of {payments} looked at, being requested").format(done=head.made, payments=count)
    return _("{payments}, requested").format(payments=count_words(head.tally.goes))


def primary_text(stage: Stage, head: BatchHead | None) -> str:
    """Return the words of the button that goes on; empty where there is none."""
    if stage is Stage.SETUP:
        return _("Check the list")
    if stage is Stage.CHECKED and head is not None:
        goes = head.tally.goes
        return ngettext("Request {count} payment", "Request {count} payments", goes).format(count=goes)
    return _("See approvals") if stage is Stage.REQUESTED else ""


def lead(stage: Stage) -> str:
    """Say what a stage of the page is for."""
    return {
        Stage.CHOOSE: _("A pain.001 file, or a list in CSV or XLSX. Each payment is checked before it is requested."),
        Stage.SETUP: _("Look at what was recognised. Nothing is requested yet."),
        Stage.CHECKING: _("You can stop at any time: what was checked is kept."),
        Stage.CHECKED: _("What is flagged stays out. Look at it, then request the rest as one batch."),
        Stage.REQUESTING: _("Each payment becomes an order of its own. You can pause: nothing is requested twice."),
        Stage.REQUESTED: _("They wait for approvals now, as one batch. What stayed out is listed here."),
    }[stage]
