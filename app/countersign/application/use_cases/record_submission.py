"""What is put on record around each exchange with the bank, so that a payment is sent once (LEDGER 12, 13, 16, 19).

Each function is one transaction: when it has returned, the event is committed and anchored, and only then may the next
request go out.
"""

from __future__ import annotations

import base64
from typing import Final

from countersign.application.ports.bank import BankProfile, CommitPoint, Initiation, PaymentReport, RawReply
from countersign.application.ports.vault import Vault, VaultTransaction
from countersign.application.use_cases.approve_order import AHEAD_LIMIT_MS
from countersign.application.use_cases.relied_on import known_in, take
from countersign.application.use_cases.rules_read import require_rules_read
from countersign.application.use_cases.withheld import require_nothing_withheld
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import World
from countersign.domain.ledger.order_record import (
    OrderRecord,
    judge_intent,
    standing_approvals,
    standing_confirmations,
)
from countersign.domain.order import OrderContent, money_object
from countersign.domain.order_state import OrderState, TransactionStatus

CODE_WANTED: Final = "code_wanted"
"""Why what was asked of the bank's own app is no answer yet: a code is typed all the same."""

_REPLY_LIMIT = 64 * 1024


def record_intent(vault: Vault, order: str, bank: str, profile: BankProfile, request_id: str) -> OrderContent:
    """Record the single intent to submit an order.

    Raises:
        UserFacingError: ``intent.frozen``: an emergency stop is in force; ``intent.withheld``, ``intent.claimed``,
            ``intent.older_copy``: something that others know has been missing here for too long;
            ``rules.newer_version``: rules that this version can't read may ask for more.
        SecurityError: ``intent.*``: another reason why the intent would not be valid.
    """
    with vault.transaction() as change:
        record = known_in(change, order)
        device = vault.identity.device
        payee = change.payee(record.content.payee)
        faults = judge_intent(record, change.rules, device, change.place, change.now_ms, payee)
        if change.rules.frozen or "intent.frozen" in faults:
            raise UserFacingError("intent.frozen")
        if profile.practice is not (record.content.world is World.PRACTICE):
            raise SecurityError("intent.other_world")  # practice money to a real bank, or the other way round
        payment = record.content.payment
        reached = change.connections_of(payment.debtor_account, payment.debtor_agent_member)
        if reached and bank not in reached:
            raise SecurityError("intent.other_account")
        if faults:
            raise SecurityError(faults[0])
        _require_untouched(vault, record)
        require_rules_read(vault, change)
        require_nothing_withheld(vault, change)
        if payee is None:  # others can be asked for what they know of it; without that nothing speaks for its account
            raise SecurityError("intent.payee_unknown")
        if record.created_at > change.now_ms + AHEAD_LIMIT_MS:
            raise SecurityError("intent.ahead_of_time")
        approvals = sorted(item.event for item in standing_approvals(record, change.rules, change.place, change.now_ms))
        body: dict[str, Json] = {
            "digest": record.digest,
            "epoch": change.rules.governance.epoch,
            "approvals": approvals,
            "end_to_end_id": record.content.payment.end_to_end_id,
            "request_id": request_id,
            "bank": bank,
            # Where the initiation itself can move money, a lost one proves nothing.
            "never_executes_unauthorised": profile.never_executes_unauthorised
            and profile.commit_point is CommitPoint.SCA_ANSWER,
        }
        if profile.by_hand:
            body["by_hand"] = True
        confirmed = (item.event for item in standing_confirmations(record, change.rules.governance, change.now_ms))
        refs = tuple(sorted({record.frozen_event, record.assessment_event, *approvals, *confirmed} - {""}))
        take(change, EventDraft(kinds.ORDER_SUBMISSION_INTENDED, order, body, refs=refs))
        return record.content


def _require_untouched(vault: Vault, record: OrderRecord) -> None:
    """Refuse an order for which this device, or the one that it names, ever signed an intent, whatever came of it.

    What counts follows from what is known, and that grows; what was sent stays sent (LEDGER rule 12).
    """
    senders = {vault.identity.device, record.content.sender_device}
    for event in vault.events_of(record.content.order):
        if event.kind == kinds.ORDER_SUBMISSION_INTENDED and event.header.device in senders:
            raise SecurityError("intent.not_the_first")


def require_sendable(vault: Vault, order: str) -> None:
    """Judge anew whether an initiation that did not go out may be tried again.

    Raises:
        UserFacingError: ``intent.frozen``: an emergency stop came into force; ``order.not_open``: the order has ended;
            as ``require_not_stopped``.
    """
    with vault.transaction() as change:
        if change.rules.frozen:
            raise UserFacingError("intent.frozen")
        record = known_in(change, order)
        if record.state is not OrderState.INTENDED:
            raise UserFacingError("order.not_open")
        require_not_stopped(record)


def require_not_stopped(record: OrderRecord) -> None:
    """Refuse what may move money, where by now this device knows of a word that would have kept it from intending to.

    The intent stands (LEDGER 13), but nothing is authorised yet.

    Raises:
        UserFacingError: ``intent.stopped_meanwhile``.
    """
    if record.sent_before_known:
        raise UserFacingError("intent.stopped_meanwhile")


def require_not_frozen(vault: Vault, order: str) -> None:
    """Judge anew before a step of an authorisation: upon any of them a bank may exempt, or ask in its own app.

    Raises:
        UserFacingError: ``intent.frozen``: an emergency stop came into force. It doesn't stop taking a payment back;
            as ``require_not_stopped``.
        SecurityError: ``vault.read_only``: what came of the step could not be recorded.
    """
    if not vault.may_sign:
        raise SecurityError("vault.read_only")
    record = known_in(vault, order)
    if record.purpose == "cancellation":
        return
    require_not_stopped(record)
    with vault.transaction() as change:
        if change.rules.frozen:
            raise UserFacingError("intent.frozen")


def record_initiation(vault: Vault, order: str, initiation: Initiation) -> None:
    """Record that the bank holds the payment, under which name, at what fee, and what it began of itself."""
    body: dict[str, Json] = {"payment_id": initiation.payment_id}
    if initiation.status is not None:
        body["transaction_status"] = initiation.status.value
    if initiation.reply is not None:
        body["reply"] = reply_object(initiation.reply)
    if initiation.handover is not None and initiation.handover.sha256:
        body["file"] = {"name": initiation.handover.name, "sha256": initiation.handover.sha256}
    if initiation.fee is not None:
        body["fee"] = money_object(initiation.fee)
    with vault.transaction() as change:
        _note(change, EventDraft(kinds.ORDER_INITIATED, order, body))
        known = known_in(change, order)
        if initiation.authorisation_id and known.state is OrderState.INITIATED:
            take(change, _started(known, initiation.authorisation_id, "payment", asked=initiation.asked))


def record_held(vault: Vault, order: str, payment_id: str) -> None:
    """Record under which name the bank holds the payment, where it would say no more of it."""
    _append(vault, order, kinds.ORDER_INITIATED, {"payment_id": payment_id})


def record_start_intent(vault: Vault, order: str, purpose: str) -> None:
    """Record that an authorisation is about to be started: where the bank's own app decides, that is the commit point.

    Args:
        vault: The unlocked vault.
        order: The order.
        purpose: ``payment`` or ``cancellation``.

    Raises:
        UserFacingError: ``intent.frozen``: an emergency stop came into force; it doesn't stop taking a payment back; as
            ``require_not_stopped``.
        SecurityError: ``vault.read_only``; ``order.*``: the order doesn't stand where one may be started.
    """
    if not vault.may_sign:
        raise SecurityError("vault.read_only")
    with vault.transaction() as change:
        record = known_in(change, order)
        if purpose == "payment":
            if change.rules.frozen:
                raise UserFacingError("intent.frozen")
            require_not_stopped(record)
        take(change, EventDraft(kinds.ORDER_START_INTENDED, order, start_body(record, purpose)))


def start_body(record: OrderRecord, purpose: str) -> dict[str, Json]:
    """Say what an authorisation that is about to be started is for."""
    body: dict[str, Json] = {"digest": record.digest, "purpose": purpose}
    if purpose == "payment" and record.basket:
        body["basket"] = record.basket
    return body


def record_authorisation(vault: Vault, order: str, authorisation_id: str, purpose: str, *, asked: bool = False) -> None:
    """Record that an authorisation was begun: ``purpose`` is ``payment`` or ``cancellation``.

    ``asked``: the bank's own app asks the person by it, or has decided: only the bank can say what comes of it.
    """
    with vault.transaction() as change:
        _note(change, _started(known_in(change, order), authorisation_id, purpose, asked=asked))


def _started(record: OrderRecord, authorisation_id: str, purpose: str, *, asked: bool) -> EventDraft:
    body = {"authorisation_id": authorisation_id, **start_body(record, purpose)}
    if asked:
        body["asked"] = True
    return EventDraft(kinds.ORDER_AUTHORISATION_STARTED, record.content.order, body)


def record_answer_intent(
    vault: Vault, order: str, authorisation_id: str, shown_digest: str, *, after_asking: bool = False
) -> None:
    """Record that the commit point is next. The code itself is never recorded.

    Args:
        vault: The unlocked vault.
        order: The order.
        authorisation_id: The open authorisation.
        shown_digest: The digest of what the page shows.
        after_asking: The bank's own app was asked before by this authorisation, and wants a code, or may do with one.

    Raises:
        SecurityError: ``binding.otp``: the code was asked for another content, or another authorisation; ``order.*``:
            the order doesn't stand where a code may be sent.
        UserFacingError: ``intent.frozen``: an emergency stop came into force; as ``require_not_stopped``.
    """
    with vault.transaction() as change:
        record = known_in(change, order)
        if record.purpose == "payment":
            if change.rules.frozen:
                raise UserFacingError("intent.frozen")
            require_not_stopped(record)
        if shown_digest != record.digest:
            raise SecurityError("binding.otp", field="digest")
        if authorisation_id != record.authorisation_id:
            raise SecurityError("binding.otp", field="authorisation_id")
        if after_asking and record.state is OrderState.ANSWERING:
            take(change, EventDraft(kinds.ORDER_ANSWER_REFUSED, order, {"reason": CODE_WANTED}))
        take(change, _answer_intent(record))


def record_asked(vault: Vault, order: str, authorisation_id: str) -> None:
    """Record that the bank's own app asks the person, though nobody here chose that: only the bank can say what comes.

    An emergency stop doesn't keep it from being recorded: it is asked already.
    """
    with vault.transaction() as change:
        record = known_in(change, order)
        if authorisation_id != record.authorisation_id:
            raise SecurityError("binding.otp", field="authorisation_id")
        take(change, _answer_intent(record))


def _answer_intent(record: OrderRecord) -> EventDraft:
    body: dict[str, Json] = {
        "digest": record.digest,
        "authorisation_id": record.authorisation_id,
        "attempt": record.attempts + 1,
    }
    return EventDraft(kinds.ORDER_ANSWER_INTENDED, record.content.order, body)


def record_answer_refused(vault: Vault, order: str, reason: str) -> None:
    """Record that the answer did not count: the bank said so, or nothing was sent, or the bank still waits for it.

    Of an authorisation that was to be started: that it wasn't, or that the bank knows of none.
    """
    _append(vault, order, kinds.ORDER_ANSWER_REFUSED, {"reason": reason})


def record_authorised(vault: Vault, order: str, authorisation_id: str, reply: RawReply | None) -> None:
    """Record that the bank calls the authorisation final."""
    body: dict[str, Json] = {"authorisation_id": authorisation_id}
    if reply is not None:
        body["reply"] = reply_object(reply)
    _append(vault, order, kinds.ORDER_AUTHORISED, body)


def record_report(vault: Vault, order: str, report: PaymentReport, source: str) -> None:
    """Record a bank fact, unless it says nothing new. ``source`` is ``status`` or ``transactions``."""
    with vault.transaction() as change:
        record = known_in(change, order)
        if record.status is report.status and source == "status":
            return
        body: dict[str, Json] = {
            "payment_id": report.payment_id,
            "transaction_status": report.status.value,
            "authorised": False,
            "reason": report.reason,
            "source": source,
        }
        if report.reply is not None:
            body["reply"] = reply_object(report.reply)
        change.append(EventDraft(kinds.ORDER_STATUS_CHANGED, order, body))


def record_refusal(vault: Vault, order: str, code: str) -> None:
    """Record that the bank answered the initiation with a refusal: it holds no payment."""
    body: dict[str, Json] = {
        "payment_id": "",
        "transaction_status": TransactionStatus.RJCT.value,
        "authorised": False,
        "reason": code,
        "source": "refusal",
    }
    _append(vault, order, kinds.ORDER_STATUS_CHANGED, body)


def record_unknown(vault: Vault, order: str, stage: str, reason: str) -> None:
    """Record that nobody knows whether the bank did something.

    Args:
        vault: The unlocked vault.
        order: The order.
        stage: ``initiation``, ``answer``, ``cancellation``, or ``authorisation``: any step before the answer.
        reason: A code.
    """
    _append(vault, order, kinds.ORDER_OUTCOME_UNKNOWN, {"stage": stage, "reason": reason})


def record_reply_refused(vault: Vault, order: str, stage: str, field: str) -> None:
    """Record that a reply departed from what was agreed."""
    _append(vault, order, kinds.ORDER_REPLY_REFUSED, {"stage": stage, "field": field})


def record_cancellation_intent(vault: Vault, order: str, request_id: str) -> None:
    """Record that a cancellation is about to be asked for."""
    _append(vault, order, kinds.ORDER_CANCELLATION_INTENDED, {"request_id": request_id})


def record_cancellation_refused(vault: Vault, order: str, reason: str) -> None:
    """Record that the bank refused the cancellation."""
    _append(vault, order, kinds.ORDER_CANCELLATION_REFUSED, {"reason": reason})


def reply_object(reply: RawReply) -> dict[str, Json]:
    """Return a bank's reply as a canonical object, its bytes in Base64."""
    return {
        "status": reply.status,
        "request_id": reply.request_id,
        "body": base64.b64encode(reply.body[:_REPLY_LIMIT]).decode("ascii"),
        "received_at": reply.received_at,
    }


def _append(vault: Vault, order: str, kind: str, body: dict[str, Json]) -> None:
    with vault.transaction() as change:
        _note(change, EventDraft(kind, order, body))


def _note(change: VaultTransaction, draft: EventDraft) -> None:
    before = known_in(change, draft.subject)
    event = change.append(draft)
    after = known_in(change, draft.subject)
    fault = next((code for event_id, code in after.faults if event_id == event.id), "")
    if fault and before.state is after.state:
        raise SecurityError(fault)  # rolls back: nothing that the fold ignores goes on record
