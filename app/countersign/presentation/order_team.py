"""Where an order of a workspace of several stands, for its page and for home: who must sign, and whose device sends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from countersign.application.ports.vault import Identity, LedgerEntry
from countersign.application.use_cases.hand_in_order import signed_here_alone
from countersign.domain.ledger import kinds
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.domain.order_state import OrderState
from countersign.presentation.inbox_words import either, reason_title, together
from countersign.presentation.messages import _
from countersign.presentation.order_approvals import Approvals, approvals_of, name_of
from countersign.presentation.order_page import OrderPageState

_AHEAD = frozenset({OrderState.PREPARED, OrderState.APPROVED})


@dataclass(frozen=True, slots=True)
class TeamWords:
    """What several people make of an order.

    Attributes:
        sends: Whether this device is the one that sends it.
        own: Whether this person asked for it.
        chip: The state in a word or three, with ``tone``; empty where the usual words do.
        sentence: What it means.
        next_steps: What comes next, and who must act.
        go_on: Words of the button that sends it; empty for the usual ones.
        may_sign: Whether this person's signature is wanted.
        sign: Words of the button that leads to it; empty for the usual ones.
        may_repair: Whether it was rejected or returned to this person, who can make another one from it.
    """

    sends: bool
    own: bool
    chip: str = ""
    tone: str = ""
    sentence: str = ""
    next_steps: tuple[str, ...] = ()
    go_on: str = ""
    may_sign: bool = False
    sign: str = ""
    may_repair: bool = False


def team_words(
    record: OrderRecord, rules: Rules, me: Identity, at: int, entries: Sequence[LedgerEntry] = ()
) -> TeamWords | None:
    """Word an order's place among several people or devices; None where this device signs it alone.

    Args:
        record: The order.
        rules: Governance.
        me: Who looks.
        at: Milliseconds since the epoch.
        entries: Its events, for who ended it and why.
    """
    if signed_here_alone(record, rules.governance):
        return None
    sends, own = record.sender == me.device, record.content.requester == me.member
    words = TeamWords(sends, own)
    if record.state is OrderState.PREPARED and not record.assessment_event:
        return replace(words, chip=_("Being reviewed"), tone="neutral", next_steps=(_not_handed_in(own=own),))
    if record.state is OrderState.PREPARED:
        return _waiting(words, approvals_of(record, rules, me, at))
    if record.state is OrderState.APPROVED:
        return _approved(words, _sender(record, rules), approvals_of(record, rules, me, at))
    if record.state is OrderState.STOPPED:
        return _ended(words, record, rules, entries)
    if not sends and not record.final:
        note = _("The device of {name} speaks with the bank about it; its news arrives here.")
        return replace(words, next_steps=(note.format(name=_sender(record, rules)),))
    return words


def _sender(record: OrderRecord, rules: Rules) -> str:
    found = rules.governance.member_of(record.sender)
    return found.name if found else _("somebody unknown")


def _not_handed_in(*, own: bool) -> str:
    if own:
        return _("Review it from its draft on the home page, then it goes to those who approve it.")
    return _("It is still being reviewed by who asks for it.")


def _waiting(words: TeamWords, state: Approvals) -> TeamWords:
    steps = [*state.missing]
    if words.own:
        steps.append(_("You can still stop it here: nothing was sent."))
    return replace(
        words,
        chip=_("Waits for confirmation") if state.given == state.needed else _("Waits for approval"),
        tone="info",
        sentence=_("{count}. Nothing was sent.").format(count=state.count),
        next_steps=tuple(steps),
        may_sign=not state.blocked or state.may_confirm,
        sign=_("Look and confirm") if state.may_confirm else "",
    )


def _approved(words: TeamWords, sender: str, state: Approvals) -> TeamWords:
    sentence = _("Everybody who must has approved it. Nothing was sent yet.")
    if state.missing:  # what was signed is over, or doesn't count any more
        sentence = _("It was approved, and something is missing again. Nothing was sent yet.")
        words = replace(words, sentence=sentence, next_steps=state.missing)
        return replace(words, may_sign=state.may_confirm, sign=_("Look and confirm"))
    if words.sends:
        return replace(
            words,
            sentence=sentence,
            go_on=_("Send to the bank"),
            next_steps=(_("Send it to the bank from here, or stop it."),),
        )
    step = _("It is sent from the device of {name}.").format(name=sender)
    return replace(words, sentence=sentence, next_steps=(step,))


def _ended(words: TeamWords, record: OrderRecord, rules: Rules, entries: Sequence[LedgerEntry]) -> TeamWords:
    returned = returned_words(record, rules, entries)
    if not returned:
        return words
    repair = record.reason.startswith("repair.")
    steps = (_("Make a new transfer from it: everything you typed is filled in."),) if words.own else ()
    return replace(
        words,
        chip=_("Returned for repair") if repair else _("Rejected"),
        tone="warn" if repair else "danger",
        sentence=returned,
        next_steps=steps,
        may_repair=words.own,
    )


def returned_words(record: OrderRecord, rules: Rules, entries: Sequence[LedgerEntry]) -> str:
    """Say who rejected or returned an order, and why; empty for one that ended otherwise."""
    if not record.reason.startswith(("rejected.", "repair.")):
        return ""
    entry = next((item for item in reversed(entries) if item.kind == kinds.ORDER_STOPPED), None)
    member = rules.governance.member_of(entry.device) if entry else None
    note = str((entry.body or {}).get("note", "")) if entry else ""
    name = member.name if member else _("somebody unknown")
    text = _("{name} rejected it. {reason}: “{note}”")
    if record.reason.startswith("repair."):
        text = _("{name} returned it for repair. {reason}: “{note}”")
    return text.format(name=name, reason=reason_title(record.reason), note=note)


def with_team(state: OrderPageState, words: TeamWords | None, *, idle: bool) -> OrderPageState:
    """Return a page's state with what several people make of it; unchanged in a workspace of one."""
    if words is None:
        return state
    return replace(
        state,
        chip=words.chip or state.chip,
        tone=words.tone or state.tone,
        sentence=words.sentence or state.sentence,
        next_steps=words.next_steps or state.next_steps,
        may_cancel=state.may_cancel and words.sends,
        may_check=state.may_check and words.sends,
        may_go_on=state.may_go_on and words.sends,
        may_give_up=state.may_give_up and words.sends,
        may_stop=state.may_stop and (words.own or words.sends),
        poll_after_ms=state.poll_after_ms if words.sends else 0,
        go_on=words.go_on,
        may_sign=words.may_sign and idle,
        sign=words.sign,
        may_repair=words.may_repair and idle,
    )


def who_of(rules: Rules | None, me: Identity) -> Callable[[str], str]:
    """Return what names the person behind another's device; empty text for one's own."""

    def name(device: str) -> str:
        if rules is None or not device:
            return ""
        member = rules.governance.member_of(device)
        if member is None or member.member == me.member:
            return ""
        return member.name

    return name


def sent_to(record: OrderRecord, rules: Rules, me: Identity, at: int) -> str:
    """Name those who can sign an order that was handed in."""
    state = approvals_of(record, rules, me, at)
    names = state.askable or tuple(
        name_of(rules.governance, item.member)
        for item in rules.governance.members
        if rules.governance.may_approve(item.member) and item.member != record.content.requester
    )
    return together(names) if state.needed - state.given >= len(names) else either(names)
