"""Words of the approvals inbox: chips, reasons for rejecting and returning, and whom to ask."""

from __future__ import annotations

from collections.abc import Sequence

from countersign.domain.payee import DetailsSource, NameCheck, VopOutcome
from countersign.domain.risk import Assessment
from countersign.presentation.inbox_state import CONFIRM, ChipWords, Detail, Filter, Form, Stage
from countersign.presentation.messages import _, ngettext
from countersign.presentation.transfer_desk import Option

_MANY = 3
_UNUSUAL = frozenset({"far_above_usual", "above_payee_usual"})
_STRANGE = frozenset({"remittance_script", "look_alike", "same_account_other_name", "drains_account"})


def either(names: Sequence[str]) -> str:
    """Join names of whom one will do; of many only the first."""
    if not names:
        return _("nobody in this workspace")
    if len(names) > _MANY:
        rest = len(names) - _MANY + 1
        more = ngettext("{count} other", "{count} others", rest).format(count=rest)
        names = (*names[: _MANY - 1], more)
    if len(names) == 1:
        return names[0]
    return _("{names} or {last}").format(names=_(", ").join(names[:-1]), last=names[-1])


def together(names: Sequence[str]) -> str:
    """Join names of all who are needed."""
    if len(names) < 2:  # noqa: PLR2004 - one or none
        return either(names)
    return _("{names} and {last}").format(names=_(", ").join(names[:-1]), last=names[-1])


def match_chip(count: int) -> ChipWords:
    """Say that this payment is like the last ones."""
    return ChipWords(_("Matches last {count}").format(count=count), "ok")


def changed_chip() -> ChipWords:
    """Say that it goes to another account than the last one."""
    return ChipWords(_("Account changed"), "warn")


def first_chip() -> ChipWords:
    """Say that nothing was ever paid to this payee."""
    return ChipWords(_("First payment"), "warn")


def check_chip(check: NameCheck | None) -> ChipWords | None:
    """Say what the name check found, unless it is what one hopes for."""
    outcome = check.outcome if check else VopOutcome.NOT_DONE
    return {
        VopOutcome.MATCH: None,
        VopOutcome.CLOSE_MATCH: ChipWords(_("Name check: close"), "warn"),
        VopOutcome.NO_MATCH: ChipWords(_("Name check: no match"), "danger"),
        VopOutcome.NOT_POSSIBLE: ChipWords(_("Name check: not possible"), "neutral"),
        VopOutcome.NOT_DONE: ChipWords(_("Name not checked"), "neutral"),
    }[outcome]


def risk_chips(assessment: Assessment | None) -> tuple[ChipWords, ...]:
    """Say what the risk check found that somebody must look at."""
    if assessment is None:
        return ()
    if assessment.must_stop:
        return (ChipWords(_("Stopped by a check"), "danger"),)
    fired = {reason.code for reason in assessment.reasons}
    found = []
    if fired & _UNUSUAL:
        found.append(ChipWords(_("Unusual amount"), "warn"))
    if fired & _STRANGE:
        found.append(ChipWords(_("Risk check"), "warn"))
    return tuple(found)


def stale_chip() -> ChipWords:
    """Say that the payee was changed after the order was written."""
    return ChipWords(_("Payee changed since"), "danger")


def source_text(source: DetailsSource | None) -> str:
    """Say where the details of a payee came from."""
    return {
        None: _("Not on record"),
        DetailsSource.CONTRACT: _("A contract in hand"),
        DetailsSource.IN_PERSON: _("Given in person"),
        DetailsSource.EMAIL: _("An e-mail"),
        DetailsSource.PHONE_CALL: _("A phone call"),
        DetailsSource.MESSAGE: _("A message"),
        DetailsSource.BANK_RECORDS: _("Earlier payments"),
    }[source]


def check_text(check: NameCheck | None) -> str:
    """Say what the payee's bank answered about the name."""
    outcome = check.outcome if check else VopOutcome.NOT_DONE
    matched = check.matched_name if check else ""
    return {
        VopOutcome.MATCH: _("The bank confirms this name. It does not confirm who sent the details."),
        VopOutcome.CLOSE_MATCH: _("Nearly: the bank has “{name}”.").format(name=matched),
        VopOutcome.NO_MATCH: _("The bank says that this account does not belong to this name."),
        VopOutcome.NOT_POSSIBLE: _("The bank could not say whose account this is."),
        VopOutcome.NOT_DONE: _("The bank was not asked about this name."),
    }[outcome]


def call_back_text(answer: str) -> str:
    """Say how the account was confirmed; empty for an answer that confirms nothing."""
    return {
        "called_known_number": _("Called on a known number"),
        "in_person": _("Confirmed in person"),
    }.get(answer, "")


def reason_title(code: str) -> str:
    """Name the reason for which an order was rejected or returned."""
    return next((option.title for option in (*rejections(), *repairs()) if option.value == code), code)


def rejections() -> tuple[Option, ...]:
    """List the reasons for rejecting."""
    return (
        Option("rejected.not_expected", _("We do not owe this"), _("No contract, order or delivery stands behind it.")),
        Option("rejected.twice", _("It was paid already"), _("Or it stands twice in this list.")),
        Option("rejected.account_doubted", _("The account is in doubt"), _("It is not the payee's, or nobody asked.")),
        Option("rejected.amount_wrong", _("The amount is not what was agreed")),
        Option("rejected.suspicious", _("Somebody may be deceiving us"), _("Tell the requester by voice, too.")),
        Option("rejected.other", _("Another reason")),
    )


def repairs() -> tuple[Option, ...]:
    """List what can be mended."""
    return (
        Option("repair.account", _("The payee or the account")),
        Option("repair.amount", _("The amount")),
        Option("repair.reference", _("The reference")),
        Option("repair.date", _("The date, or how it travels")),
        Option("repair.evidence", _("A document or a call-back is missing")),
        Option("repair.other", _("Something else")),
    )


def form(stage: Stage, detail: Detail) -> Form | None:
    """Word what is asked before an order is signed, ended or returned; None where nothing is asked."""
    payee, amount = detail.payee, detail.amount
    if stage is Stage.APPROVE and detail.act == CONFIRM:
        return Form(
            _("Read it back, then confirm"),
            _(
                "This device read it from the order's own bytes. Compare every line with your document, and the six "
                "words with your other device."
            ),
            primary=_("Confirm {amount}").format(amount=amount),
            safe=_("Something is not right"),
        )
    if stage is Stage.APPROVE:
        return Form(
            _("Read it back, then sign"),
            _("Compare every line with your own document: contract, invoice or delivery note."),
            primary=_("Approve {amount}").format(amount=amount),
            safe=_("Something is not right"),
        )
    if stage is Stage.REJECT:
        return Form(
            _("Reject this payment"),
            _("It ends here and can never be sent. The requester sees your reason."),
            _("Why?"),
            rejections(),
            _("What the requester should know"),
            _("Reject the payment"),
            _("Leave it open"),
        )
    if stage is Stage.REPAIR:
        return Form(
            _("Return it for repair"),
            _("This order ends. The requester can make a new one from it, which everybody signs anew."),
            _("What has to be mended?"),
            repairs(),
            _("What exactly, in your own words"),
            _("Return it"),
            _("Leave it open"),
        )
    if stage is Stage.CALL_BACK:
        return Form(
            _("Record your call-back"),
            _("Have {payee} read the account number to you, digit by digit.").format(payee=payee),
            _("How did you confirm the account?"),
            (
                Option(
                    "called_known_number",
                    _("I called a number we had before"),
                    _("From a contract, a card or an older letter. Not one from this request."),
                ),
                Option("in_person", _("They gave it to me in person")),
            ),
            primary=_("Put it on record"),
            safe=_("Not yet"),
        )
    return None


def filter_words() -> tuple[tuple[Filter, str], ...]:
    """Name the filters."""
    return ((Filter.MINE, _("Mine")), (Filter.ALL, _("All")), (Filter.FLAGGED, _("Flagged")))


def nothing_title(wanted: Filter) -> str:
    """Say that a filter finds nothing."""
    return {
        Filter.MINE: _("Nothing waits for you"),
        Filter.ALL: _("No payment waits for approval"),
        Filter.FLAGGED: _("Nothing is flagged"),
    }[wanted]


def nothing_text(wanted: Filter, *, alone: bool, searched: bool) -> str:
    """Say why, and what to do about it."""
    if searched:
        return _("Try fewer letters, or look under All.")
    if alone:
        return _("You work alone here: you approve your own payments when you review them.")
    if wanted is Filter.MINE:
        return _("Under All you see what waits for others.")
    return _("Payments that others ask for appear here as soon as they arrive.")


def summary_text(count: int, *, asking: bool, more: bool) -> str:
    """Say how many are listed, as far as they were read."""
    if asking and not count:
        return _("Looking …")
    if more:
        return _("{count}+ payments").format(count=count)
    return ngettext("{count} payment", "{count} payments", count).format(count=count)
