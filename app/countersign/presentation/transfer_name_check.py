"""Step 2, the name check: what the payee's bank says of name and account, beside what was typed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from countersign.application.flows.script import on_network
from countersign.application.flows.transfer import Step, missing, with_payee
from countersign.domain.names import Segment, name_differences
from countersign.domain.payee import NameCheck, VopOutcome
from countersign.presentation.formats import iban_text
from countersign.presentation.messages import _
from countersign.presentation.transfer_desk import Fault, TransferDesk


@dataclass(frozen=True, slots=True)
class NameCheckState:
    """What the second step shows.

    Attributes:
        outcome: ``MTCH``, ``CMTC``, ``NMTC``, ``NOAP``; empty while the bank has not answered.
        typed: The typed name in stretches: those that the bank has too, and those that differ.
        returned: The bank's own spelling, likewise; empty where it gave none.
        use_name: Words of the button that takes the bank's spelling; empty where there is none to take.
        may_go_on: Whether there is a way forward at all.
    """

    outcome: str
    chip: str
    heading: str
    sentence: str
    advice: tuple[str, ...]
    typed: tuple[Segment, ...]
    returned: tuple[Segment, ...]
    account: str
    asked_at: str
    use_name: str
    needs_call_back: bool
    call_back: bool
    may_go_on: bool
    told_to_call: bool
    faults: tuple[Fault, ...]


class NameCheckStep:
    """Leads through the second step."""

    def __init__(self, desk: TransferDesk) -> None:
        self._desk = desk
        self._pressed = False
        self._told_to_call = False

    def enter(self) -> None:
        """Ask the bank, unless it was asked about exactly this name and account."""
        self._pressed = self._told_to_call = False
        if self._desk.draft.checked:
            self._desk.render()
        else:
            self.ask()

    def ask(self) -> None:
        """Ask the bank. NETWORK lane."""
        draft = self._desk.draft
        bank = self._desk.session.bank
        if bank is None and not self._desk.session.expects_door:
            self._take(NameCheck(VopOutcome.NOT_DONE, draft.name, draft.account, "", self._desk.now_ms(), ""))
            return
        if bank is None:
            self._desk.run(on_network(self._desk.session.connected), lambda _bank: None)
            return
        asking = partial(bank.verify_payee, draft.name, draft.account)
        self._desk.run(on_network(asking), self._take, busy=_("Asking the payee's bank about this name…"))

    def use_bank_name(self) -> None:
        """Take the bank's spelling: a new name, which is checked again."""
        check = self._desk.draft.check
        if check is not None and check.matched_name:
            self._desk.change(with_payee(self._desk.draft, name=check.matched_name, payee=""))
            self.ask()

    def tick_call_back(self, *, called: bool) -> None:
        """Say that the payee was called on a number known before."""
        self._desk.change(replace(self._desk.draft, call_back=called))
        self._desk.render()

    def stop_and_call(self) -> None:
        """Keep the draft and say how to call."""
        self._told_to_call = True
        self._desk.save(self._desk.render)

    def change_details(self) -> None:
        """Go back to the payee."""
        self._desk.go(Step.PAYEE)

    def go_on(self) -> None:
        """Go to the amount, where the answer lets one."""
        self._pressed = True
        if not self._desk.forward():
            self._desk.render()

    def _take(self, check: NameCheck) -> None:
        draft = self._desk.draft
        if (check.asked_name, check.asked_account) != (draft.name, draft.account):
            return  # an answer to an earlier question
        self._desk.change(replace(draft, check=check))
        self._desk.save(self._desk.render)

    # — showing —

    def state(self) -> NameCheckState:
        """Say what is to be shown."""
        draft = self._desk.draft
        check = draft.check if draft.checked else None
        outcome = check.outcome if check else VopOutcome.NOT_DONE
        words = _WORDS[outcome](check.matched_name) if check else _not_asked()
        typed, returned = _side_by_side(draft.name, check)
        lacking = missing(draft, Step.NAME_CHECK)
        faults: tuple[Fault, ...] = ()
        if self._pressed and "call_back" in lacking:
            faults = (Fault("call_back", _("Call the payee first, then tick this line.")),)
        return NameCheckState(
            outcome="" if check is None else outcome.value,
            chip=words.chip,
            heading=words.heading,
            sentence=words.sentence,
            advice=_calling() if self._told_to_call else words.advice,
            typed=typed,
            returned=returned,
            account=iban_text(draft.account),
            asked_at=self._desk.moment(check.checked_at) if check and outcome is not VopOutcome.NOT_DONE else "",
            use_name=words.use_name,
            needs_call_back=check is not None and outcome in {VopOutcome.NOT_POSSIBLE, VopOutcome.NOT_DONE},
            call_back=draft.call_back,
            may_go_on=check is not None and "no_match" not in lacking,
            told_to_call=self._told_to_call,
            faults=faults,
        )


@dataclass(frozen=True, slots=True)
class _Words:
    chip: str
    heading: str
    sentence: str
    advice: tuple[str, ...] = ()
    use_name: str = ""


def _not_done(_matched: str) -> _Words:
    return _Words(
        _("Nobody to ask here"),
        _("Your bank checks this name on its own page"),
        _("Nobody can be asked about names from here. Before you pay, your bank's own page shows what it found."),
        (_("Call the payee on a number you already had and have them read the account number to you."),),
    )


def _not_asked() -> _Words:
    return _Words(
        _("Not asked yet"),
        _("Does this name belong to this account?"),
        _("The payee's bank is asked before any money moves."),
    )


def _match(_matched: str) -> _Words:
    return _Words(
        _("Match"),
        _("The bank confirms this name"),
        _("The bank confirms this name. It does not confirm who sent you the details."),
        (_("If the details came by e-mail or message, call the payee on a number you already had."),),
    )


def _close(matched: str) -> _Words:
    return _Words(
        _("Close match"),
        _("The name is nearly right"),
        _("The bank has “{name}”.").format(name=matched),
        (
            _("Is that whom you mean to pay? Then use this name: the bank is asked once more."),
            _("If you are not sure, ask the payee for the name of the account holder."),
        ),
        _("Use this name"),
    )


def _no_match(_matched: str) -> _Words:
    return _Words(
        _("No match"),
        _("This account belongs to somebody else"),
        _("The bank says that this account does not belong to this name. Do not pay to it."),
        (
            _("Nothing was sent. Your draft is kept."),
            _("Call the payee on a number you already had, never on one from the message or invoice."),
            _("If they give you other details, change them here: the bank is asked again."),
        ),
    )


def _not_possible(_matched: str) -> _Words:
    return _Words(
        _("Not possible"),
        _("The bank could not check this name"),
        _("The payee's bank does not answer name checks for this account. That says neither yes nor no."),
        (_("Call the payee on a number you already had and have them read the account number to you."),),
    )


_WORDS = {
    VopOutcome.NOT_DONE: _not_done,
    VopOutcome.MATCH: _match,
    VopOutcome.CLOSE_MATCH: _close,
    VopOutcome.NO_MATCH: _no_match,
    VopOutcome.NOT_POSSIBLE: _not_possible,
}


def _calling() -> tuple[str, ...]:
    return (
        _("Stop here. Nothing was sent, and your draft is kept."),
        _("Find a number you had before this request: on a contract, a card, an older letter, or their website."),
        _("Ask whether they changed their account, and have them read it to you digit by digit."),
        _("If they know nothing of it, somebody is trying to take your money. Tell your bank."),
    )


def _side_by_side(name: str, check: NameCheck | None) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    if check is None or not check.matched_name:
        return (Segment(name, same=True),), ()
    found = name_differences(name, check.matched_name)
    return found.left, found.right
