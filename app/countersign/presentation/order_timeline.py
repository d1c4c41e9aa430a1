"""What happened to an order, one sentence for each kind of event, and what is still to come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from countersign.application.ports.vault import LedgerEntry
from countersign.domain.canonical import JsonObject
from countersign.domain.ledger import kinds
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import DUPLICATES, FINAL, OrderState, TransactionStatus
from countersign.presentation.error_texts import is_known, title
from countersign.presentation.formats import isolate
from countersign.presentation.inbox_words import reason_title
from countersign.presentation.messages import _, ngettext
from countersign.presentation.order_recall import recall_reason
from countersign.presentation.return_reasons import reason_text

_SETTLED = frozenset({TransactionStatus.ACSC.value, TransactionStatus.ACCC.value})

Moment: TypeAlias = str  # "done", "current", "todo", "failed" or "unknown"


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One entry: ``moment`` is how it stands, ``state`` the same in a word."""

    title: str
    moment: Moment
    state: str
    detail: str = ""
    when: str = ""


def timeline(
    entries: Sequence[LedgerEntry],
    state: OrderState,
    clock: Callable[[int], str],
    day: Callable[[int], str],
    who: Callable[[str], str] = lambda _device: "",
    void: Callable[[str], str] = lambda _event: "",
    *,
    several: bool = False,
) -> tuple[TimelineLine, ...]:
    """Tell an order's story, oldest first, and what comes next.

    Args:
        entries: Events, oldest first.
        state: Where the order stands now.
        clock: Writes the hour and minute of a time.
        day: Writes its day, which is told once for all that happened on it.
        who: Names the person behind another's device; empty for one's own.
        void: Says by its event why a confirmation on another device does not count, see ``void_in``; empty if it does.
        several: Whether others approve it.
    """
    lines: list[TimelineLine] = []
    told, settled = "", False
    by_hand = any(
        entry.kind == kinds.ORDER_SUBMISSION_INTENDED and (entry.body or {}).get("by_hand") for entry in entries
    )
    # What one approved oneself was written before there were others, and handed in to nobody.
    own = {entry.kind for entry in entries if not who(entry.device)}
    several = several and not {kinds.ORDER_FROZEN, kinds.ORDER_APPROVED} <= own
    for entry in entries:
        name = who(entry.device)
        line = _uncounted(entry, name, void) or _of_another(entry, name) or _line(entry, by_hand=by_hand)
        if several and line is None and entry.kind == kinds.ORDER_ASSESSED:
            line = _done(_("You handed it in for approval"))
        if line is None or (settled and _shows_what_was_told(entry)):
            continue
        settled = settled or _is_settled(entry)
        today = day(entry.at)
        detail = " · ".join(part for part in (today if today != told else "", line.detail) if part)
        lines.append(replace(line, when=clock(entry.at), detail=detail))
        told = today
    if lines and state not in FINAL:
        last = lines[-1]
        unknown = state is OrderState.UNKNOWN
        moment, word = ("unknown", _("not known yet")) if unknown else ("current", _("now"))
        lines[-1] = last if last.moment == "failed" else replace(last, moment=moment, state=word)
    said = any(entry.kind == kinds.ORDER_HANDED_OVER for entry in entries)
    coming = _to_carry(said=said) if by_hand and state is OrderState.INITIATED else _to_come(state)
    if several and state is OrderState.PREPARED:
        coming = (_("Others approve it"), *coming)
    return (*lines, *(_todo(text) for text in coming))


def void_in(record: OrderRecord) -> Callable[[str], str]:
    """Return what says why a confirmation of an order does not count: a code by its event; empty where it does.

    One that the record doesn't know was void before it was judged.
    """
    faults = {item.event: item.fault for item in record.confirmations}
    return lambda event: faults.get(event, "confirmation.unknown_device")


def _uncounted(entry: LedgerEntry, name: str, void: Callable[[str], str]) -> TimelineLine | None:
    """Tell of a confirmation that does not count; None of all else."""
    code = void(entry.event) if entry.kind == kinds.ORDER_CONFIRMED else ""
    if not code:
        return None
    mine = _("You signed a confirmation that does not count")
    theirs = _("{name} signed a confirmation that does not count").format(name=name)
    return _failed(theirs if name else mine, title(code))


def _is_settled(entry: LedgerEntry) -> bool:
    said = (entry.body or {}).get("transaction_status")
    return entry.kind == kinds.ORDER_STATUS_CHANGED and said in _SETTLED


def _shows_what_was_told(entry: LedgerEntry) -> bool:
    """Tell whether a statement only shows the settlement that a status told already."""
    body = entry.body or {}
    return _is_settled(entry) and "entry" in body and body.get("rule") != "contradiction"


def _line(entry: LedgerEntry, *, by_hand: bool) -> TimelineLine | None:
    words = (_BY_HAND.get(entry.kind) if by_hand else None) or _WORDS.get(entry.kind)
    return words(entry.body or {}) if words else None


def _of_another(entry: LedgerEntry, name: str) -> TimelineLine | None:
    """Tell what somebody else did, by name; None where it makes no difference who."""
    if not name:
        return None
    texts = {
        kinds.ORDER_FROZEN: _("{name} wrote it down"),
        kinds.ORDER_ASSESSED: _("{name} handed it in for approval"),
        kinds.ORDER_OPENED: _("{name} looked at it"),
        kinds.ORDER_APPROVED: _("{name} approved it"),
        kinds.ORDER_CONFIRMED: _("{name} confirmed it on another device"),
        kinds.ORDER_STOPPED: _("{name} stopped it"),
        kinds.ORDER_ANSWER_INTENDED: _("{name} sent the bank's code"),
        kinds.ORDER_SIGNING_STARTED: _("{name} began to sign at the bank"),
        kinds.ORDER_INTERVENTION_ANSWERED: _("{name} answered a question about it"),
        kinds.ORDER_SENDER_RELEASED: _("{name} handed the sending over to another device"),
        kinds.ORDER_SUBMISSION_INTENDED: _("{name} let it be sent"),
        kinds.ORDER_HANDED_OVER: _("{name} said that the bank was given it"),
        kinds.ORDER_PROOF_ADDED: _("{name} kept a document of the bank"),
        kinds.ORDER_RECALL_WRITTEN: _("{name} had a request written to get the money back"),
        kinds.ORDER_CALL_OFF_INTENDED: _("{name} asked the bank to let go of it"),
        kinds.ORDER_CANCELLATION_INTENDED: _("{name} asked the bank to cancel it"),
    }
    text = texts.get(entry.kind, "")
    if entry.kind == kinds.ORDER_APPROVED:
        return _done(text.format(name=name), _from_a_list(entry.body or {}))
    if entry.kind != kinds.ORDER_STOPPED:
        return _done(text.format(name=name)) if text else None
    line, reason = _stopped(entry.body or {}), str((entry.body or {}).get("reason", ""))
    if reason.startswith("repair."):
        text = _("{name} returned it for repair")
    elif reason.startswith("rejected."):
        text = _("{name} rejected it")
    return replace(line, title=text.format(name=name))


def _from_a_list(body: JsonObject) -> str:
    """Say that it was signed together with others, which shows less than an order's own page; empty if it wasn't."""
    return _("Signed together with others, from a list.") if body.get("batch") else ""


def _approved(body: JsonObject) -> TimelineLine:
    return _done(_("You approved it"), _from_a_list(body) or _("You read it back and said that it is right."))


def _done(text: str, detail: str = "") -> TimelineLine:
    return TimelineLine(text, "done", _("done"), detail)


def _failed(text: str, detail: str = "") -> TimelineLine:
    return TimelineLine(text, "failed", _("did not work"), detail)


def _unknown(text: str, detail: str = "") -> TimelineLine:
    return TimelineLine(text, "unknown", _("not known yet"), detail)


def _todo(text: str) -> TimelineLine:
    return TimelineLine(text, "todo", _("still to come"))


def _to_carry(*, said: bool) -> tuple[str, ...]:
    told = _("A statement or a status file says what became of it")
    return (told,) if said else (_("You take it to your bank"), told)


def _to_come(state: OrderState) -> tuple[str, ...]:
    confirm, settle = _("You confirm it with your bank"), _("The bank settles it")
    if state in {OrderState.PREPARED, OrderState.APPROVED, OrderState.INTENDED}:
        return (_("The bank takes the order"), confirm, settle)
    if state in {OrderState.INITIATED, OrderState.AUTHORISING}:
        return (confirm, settle)
    if state in {OrderState.ANSWERING, OrderState.UNKNOWN}:
        return (_("The bank says what became of it"),)
    if state is OrderState.CANCELLING:
        return (_("The bank says whether it is cancelled"),)
    return () if state in FINAL else (settle,)


def _stopped(body: JsonObject) -> TimelineLine:
    code, note = str(body.get("reason", "")), str(body.get("note", ""))
    if code.startswith(("rejected.", "repair.")):
        words = _("Returned for repair") if code.startswith("repair.") else _("Rejected before anything was sent")
        return _failed(words, " · ".join(part for part in (reason_title(code), note) if part))
    reason = {
        "not_right": _("You said that something is not right."),
        "edited": _("You changed a detail; another order took its place."),
    }.get(code, "")
    return _done(_("Stopped before anything was sent"), reason)


def _answer_refused(body: JsonObject) -> TimelineLine:
    reason = str(body.get("reason", ""))
    return {
        "code_refused": _failed(_("The bank did not accept a code"), _("No money moved. Another code can be tried.")),
        "not_sent": _failed(_("A code could not be sent"), _("The bank was out of reach. No money moved.")),
        "not_received": _done(_("The bank still waits for a code"), _("The lost answer never reached it.")),
        "not_found": _failed(_("The bank knows of no confirmation that was begun"), _("It can be begun again.")),
        "code_wanted": _done(_("The bank's app was asked first"), _("A code was typed all the same.")),
    }.get(reason, _failed(_("The bank ended a confirmation"), _("No money moved.")))


def _status(body: JsonObject) -> TimelineLine:
    status = str(body.get("transaction_status", ""))
    reason = str(body.get("reason", ""))
    said = _("The bank's word for it: {status}").format(status=status)
    if status == TransactionStatus.RJCT.value and reason in DUPLICATES and body.get("source") == "pain.002":
        return _done(_("The bank refused a copy: it holds the first"), _reason(reason))
    if status == TransactionStatus.RJCT.value:
        return _failed(_("The bank rejected it"), _reason(reason) or said)
    if status == TransactionStatus.CANC.value:
        return _done(_("The bank cancelled it"), said)
    if status in _SETTLED:
        arrived = status == TransactionStatus.ACCC.value
        return _done(_("Arrived at the payee's account") if arrived else _("Settled: the money has left"), said)
    if status == TransactionStatus.PATC.value:
        return _done(_("The bank waits for another signature"), isolate(reason) if reason else said)
    waits = {TransactionStatus.RCVD.value, TransactionStatus.PDNG.value}
    return _done(_("The bank holds the order") if status in waits else _("Accepted by the bank"), said)


def _reason(reason: str) -> str:
    """Say why: in our own codes, or in ISO 20022's."""
    return title(reason) if is_known(reason) else reason_text(reason)


def _lost(body: JsonObject) -> TimelineLine:
    if body.get("stage") == "initiation":
        return _unknown(_("The bank's answer was lost"), _("Nothing is authorised, so no money can have moved."))
    return _unknown(_("The bank's answer was lost"), _("Nothing was sent again. We ask the bank what it did."))


def _reply_refused(_body: JsonObject) -> TimelineLine:
    return _failed(
        _("A reply of the bank was refused"), _("It did not say what you agreed to. It is kept as evidence.")
    )


def _start_intended(_body: JsonObject) -> TimelineLine:
    return _done(_("The bank was asked to begin a confirmation"), _("From here on its own app may ask."))


def _authorisation(body: JsonObject) -> TimelineLine:
    if body.get("purpose") == "cancellation":
        return _done(_("The bank asks you to confirm the cancellation"))
    return _done(_("The bank asks you to confirm"))


def _attempt(_body: JsonObject) -> TimelineLine:
    return _done(_("You sent your code"), _("From here on only the bank can say what happens."))


def _signing_ended(body: JsonObject) -> TimelineLine:
    no_money = _("Without it no money moves.")
    return {
        "signed": _done(_("The bank has another signature")),
        "unknown": _unknown(_("The bank's answer was lost"), _("Nothing was sent again. We ask the bank what it did.")),
        "failed": _failed(_("The bank ended a confirmation"), no_money),
    }.get(str(body.get("outcome", "")), _failed(_("A code for another signature did not count"), no_money))


def _tied_with(body: JsonObject) -> str:
    listed = body.get("payments")
    count = len(listed) if isinstance(listed, list) else 0
    return ngettext("{count} payment", "{count} payments", count).format(count=count)


def _handed_over(body: JsonObject) -> TimelineLine:
    reference = str(body.get("reference", ""))
    said = _("Your bank has not said anything yet.")
    named = _("The bank's reference: {reference}").format(reference=isolate(reference)) if reference else ""
    return _done(_("You said that you gave it to your bank"), " · ".join(part for part in (named, said) if part))


def _proof(body: JsonObject) -> TimelineLine:
    return _done(_("You kept a document of your bank"), str(body.get("name", "")))


def _recall_written(body: JsonObject) -> TimelineLine:
    reason = _("Reason: {reason}.").format(reason=recall_reason(str(body.get("reason", ""))))
    carry = _("Your bank knows of it once you have taken it there.")
    return _done(_("You had a request written to get the money back"), f"{reason} {carry}")


def _returned(body: JsonObject) -> TimelineLine:
    return _failed(_("The money came back"), _reason(str(body.get("reason", ""))))


def _not_carried(body: JsonObject) -> TimelineLine:
    if body.get("reason") == "not_handed_over":
        return _done(_("You said that you did not give it to your bank"))
    return _done(_("Given up"), _("The bank executed nothing."))


_BY_HAND: dict[str, Callable[[JsonObject], TimelineLine]] = {
    kinds.ORDER_SUBMISSION_INTENDED: lambda _b: _done(_("To be carried to the bank by hand")),
    kinds.ORDER_INITIATED: lambda _b: _done(_("Laid out for you"), _("Your bank knows nothing of it yet.")),
    kinds.ORDER_ABANDONED: _not_carried,
}
"""Where the person carries the payment, the bank has read nothing back and holds nothing."""

_WORDS: dict[str, Callable[[JsonObject], TimelineLine]] = {
    kinds.ORDER_FROZEN: lambda _b: _done(_("Written down"), _("Its details can't change any more.")),
    kinds.ORDER_APPROVED: _approved,
    kinds.ORDER_CONFIRMED: lambda _b: _done(_("You confirmed it on another device")),
    kinds.ORDER_STOPPED: _stopped,
    kinds.ORDER_OPENED: lambda _b: _done(_("You looked at it")),
    kinds.ORDER_SENDER_RELEASED: lambda _b: _done(_("The sending was handed over to another device")),
    kinds.ORDER_SUBMISSION_INTENDED: lambda _b: _done(_("On its way to the bank")),
    kinds.ORDER_INITIATED: lambda _b: _done(_("The bank holds the order"), _("It read every detail back to us.")),
    kinds.ORDER_START_INTENDED: _start_intended,
    kinds.ORDER_AUTHORISATION_STARTED: _authorisation,
    kinds.ORDER_ANSWER_INTENDED: _attempt,
    kinds.ORDER_ANSWER_REFUSED: _answer_refused,
    kinds.ORDER_AUTHORISED: lambda _b: _done(_("Confirmed"), _("The bank calls your confirmation final.")),
    kinds.ORDER_STATUS_CHANGED: _status,
    kinds.ORDER_OUTCOME_UNKNOWN: _lost,
    kinds.ORDER_REPLY_REFUSED: _reply_refused,
    kinds.ORDER_ABANDONED: lambda _b: _done(_("Given up"), _("The bank executed nothing.")),
    kinds.ORDER_CALL_OFF_INTENDED: lambda _b: _done(_("You asked the bank to let go of it")),
    kinds.ORDER_CANCELLATION_INTENDED: lambda _b: _done(_("You asked the bank to cancel it")),
    kinds.ORDER_CANCELLATION_REFUSED: lambda _b: _failed(_("The bank did not cancel it")),
    kinds.ORDER_HANDED_OVER: _handed_over,
    kinds.ORDER_PROOF_ADDED: _proof,
    kinds.ORDER_RECALL_WRITTEN: _recall_written,
    kinds.ORDER_RETURNED: _returned,
    kinds.ORDER_SIGNING_START_INTENDED: _start_intended,
    kinds.ORDER_SIGNING_STARTED: lambda _b: _done(_("Another signature was begun at the bank")),
    kinds.ORDER_SIGNING_INTENDED: lambda _b: _done(_("The code of another signature was sent")),
    kinds.ORDER_SIGNING_ENDED: _signing_ended,
    kinds.ORDER_TYING_INTENDED: lambda _b: _done(_("The bank was asked to tie it with other payments")),
    kinds.ORDER_TIED: lambda b: _done(_("Tied with other payments: one code signs them all"), _tied_with(b)),
    kinds.ORDER_UNTIED: lambda _b: _done(_("No longer tied with other payments")),
}
