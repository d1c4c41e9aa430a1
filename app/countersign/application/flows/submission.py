"""Submitting an order: intent → send → outcome, through every step of its authorisation, once (LEDGER 16, 19).

A ``Submission`` outlives every window. After a lost reply nothing is sent again: ``reconcile`` asks. Each record is one
transaction, committed and anchored before the next exchange begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from countersign.application.flows.carrying import CarryingRun
from countersign.application.flows.order_run import OnScreen, asks_elsewhere
from countersign.application.flows.progress import DONE, PHASE_OF, Phase, Progress
from countersign.application.flows.script import Script, kept, on_network, on_vault
from countersign.application.ports.bank import AuthorisationState, CancellationStart, PaymentReport, RawReply
from countersign.application.use_cases import record_submission as record
from countersign.application.use_cases.record_giving_up import record_abandoned, record_call_off_intent
from countersign.domain.errors import ConnectorError, FailureKind, UserFacingError
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import BindingError
from countersign.domain.order_state import OrderState, TransactionStatus

__all__ = ["Phase", "Progress", "Submission"]

_LAID_OUT = frozenset({OrderState.INTENDED, OrderState.INITIATED})
_ANSWERED = frozenset({OrderState.ANSWERING, OrderState.UNKNOWN})
_STARTING = _ANSWERED | {OrderState.CANCELLING}
_REASONS = {state: state.value for state in DONE}


@dataclass(slots=True, kw_only=True)
class Submission(CarryingRun):
    """One order on its way through the bank."""

    # — what a person does; what the phase doesn't offer does nothing —

    def begin(self) -> None:
        """Record the intent and hand the order to the bank; after *not sent*, try that same initiation again."""
        if self._may_begin:
            self._run(self._begin(), "initiation")

    def hand_in(self) -> Script[Progress]:
        """Hand the order to the bank and open no authorisation, inside of a flow that signs several together."""
        return self._within(self._begin(opens=False) if self._may_begin else self._reconcile(), "initiation")

    def go_on(self) -> None:
        """Open an authorisation of a payment that the bank already holds."""
        self._run(self._go_on(), "authorisation")

    def resume(self) -> None:
        """Go on after a restart: ask wherever something may be under way."""
        self._run(self._reconcile(), "status")

    def abandon(self, reason: str) -> None:
        """Give up where nothing can have been executed."""
        self._run(self._abandon(reason), "status")

    def cancel(self) -> None:
        """Ask the bank to cancel."""
        self._run(self._cancel(), "cancellation")

    # — initiation —

    @property
    def _may_begin(self) -> bool:
        return self.progress.phase in {Phase.IDLE, Phase.NOT_SENT}

    def _begin(self, *, opens: bool = True) -> Script[Progress]:
        request_id = self._pending_initiation
        if request_id:
            yield from on_vault(partial(record.require_sendable, self.vault, self.order))
        else:
            profile = yield from on_network(self.bank.profile)
            payment = (yield from self._order()).content.payment
            unfit = "product" if payment.product not in profile.products else self.bank.not_carried(payment)
            if unfit:  # before the intent: a message that says less than what was agreed is never made
                raise UserFacingError("bank.not_carried", field=unfit)
            request_id = self.new_request_id()
            intend = partial(record.record_intent, self.vault, self.order, self.bank_id, profile, request_id)
            yield from on_vault(intend)
        known = yield from self._order()
        self._pending_initiation = ""  # from here on it may go out
        try:
            initiation = yield from on_network(partial(self.bank.initiate, known.content.payment, request_id))
        except BindingError as error:
            return (yield from self._refused_reply("initiation", error))
        except ConnectorError as error:
            return (yield from self._initiation_failed(error, request_id))
        yield from on_vault(partial(record.record_initiation, self.vault, self.order, initiation))
        if initiation.handover is not None:
            return self._carrying(initiation.handover)
        if initiation.authorisation_id:  # the bank began it of itself
            return (yield from self._go_on_with(initiation.authorisation_id))
        if initiation.handle and not opens:
            return self._shown(Phase.CONTINUE, OrderState.INITIATED)
        if initiation.handle:
            return (yield from self._start(partial(self.bank.start_authorisation, initiation.handle)))
        # The bank wants no authorisation, so it may have executed already: what it says of that comes first.
        if initiation.status is not None:
            said = PaymentReport(initiation.payment_id, initiation.status, "", None, initiation.reply)
            yield from on_vault(partial(record.record_report, self.vault, self.order, said, "status"))
        return (yield from self._reconcile())

    def _initiation_failed(self, error: ConnectorError, request_id: str) -> Script[Progress]:
        if error.kind is FailureKind.RETRYABLE:
            self._pending_initiation = request_id
            return self._shown(Phase.NOT_SENT, OrderState.INTENDED, error)
        if error.kind is FailureKind.TERMINAL:
            yield from on_vault(partial(record.record_refusal, self.vault, self.order, error.code))
            return self._shown(Phase.ENDED, OrderState.REJECTED, error)
        payment_id = error.params.get("payment_id")
        if isinstance(payment_id, str) and payment_id:  # the bank took it and would not show it: read back later
            yield from on_vault(partial(record.record_held, self.vault, self.order, payment_id))
            return self._shown(Phase.CONTINUE, OrderState.INITIATED, error)
        yield from on_vault(partial(record.record_unknown, self.vault, self.order, "initiation", error.code))
        return (yield from self._settle_initiation())

    def _settle_initiation(self) -> Script[Progress]:
        """Settle a lost initiation: abandoned only where the bank never executes what nobody authorised (LEDGER 19)."""
        known = yield from self._order()
        if known.abandonable:
            yield from on_vault(partial(record_abandoned, self.vault, self.order, "initiation_lost"))
            return self._shown(Phase.ENDED, OrderState.ABANDONED)
        return self._shown(Phase.UNKNOWN, OrderState.UNKNOWN)

    # — authorisation —

    def _go_on(self) -> Script[Progress]:
        known = yield from self._order()
        if known.state not in {OrderState.INITIATED, OrderState.AUTHORISING}:
            return (yield from self._reconcile())
        if known.basket:
            raise UserFacingError("order.tied")
        payment = known.content.payment
        recall = partial(self.bank.recall_initiation, known.payment_id, payment.product, payment)
        try:
            initiation = yield from on_network(recall)
        except BindingError as error:
            return (yield from self._refused_reply("status", error))
        if not initiation.handle:  # the bank wants no authorisation any more
            return (yield from self._reconcile())
        return (yield from self._start(partial(self.bank.start_authorisation, initiation.handle)))

    def _go_on_with(self, authorisation: str) -> Script[Progress]:
        """Go on with an authorisation that the bank began of itself, and which is on record."""
        self._begin_anew()
        self._authorisation = authorisation
        try:
            found = yield from self._stands()
        except BindingError as error:
            return (yield from self._refused_reply("authorisation", error))
        self._elsewhere = (yield from self._order()).state is OrderState.ANSWERING  # the bank said so with the payment
        return (yield from self._step(found))

    # — what a first signature is —

    def _intend_start(self) -> None:
        record.record_start_intent(self.vault, self.order, _purpose(self.read(self.order)))

    def _note_started(self, authorisation: str, *, asked: bool) -> None:
        purpose = _purpose(self.read(self.order))
        record.record_authorisation(self.vault, self.order, authorisation, purpose, asked=asked)

    def _note_not_started(self, reason: str) -> None:
        record.record_answer_refused(self.vault, self.order, reason)

    def _permit(self) -> None:
        record.require_not_frozen(self.vault, self.order)

    def _intend(self, seen: OnScreen) -> None:
        args = (self.vault, self.order, self._authorisation, seen[1])
        record.record_answer_intent(*args, after_asking=self._elsewhere)

    def _note_asked(self) -> None:
        record.record_asked(self.vault, self.order, self._authorisation)

    def _note(self, outcome: str, reason: str, reply: RawReply | None = None) -> None:
        if outcome == "signed":
            record.record_authorised(self.vault, self.order, self._authorisation, reply)
        elif outcome == "unknown":
            stage = "authorisation" if self.read(self.order).starting else "answer"
            record.record_unknown(self.vault, self.order, stage, reason)
        elif self.read(self.order).state is not OrderState.AUTHORISING:  # where no answer was wanted none was refused
            record.record_answer_refused(self.vault, self.order, reason)

    def _step_lost(self, error: ConnectorError) -> Script[Progress]:
        """Ask: a bank that exempts may have executed upon this very step, and any may ask in its own app since."""
        yield from self._note_lost_step(error.code)
        found = yield from self._reconcile()
        return found if found.phase in {Phase.ACCEPTED, Phase.ENDED} else self._with_error(found, error)

    def _note_lost_step(self, reason: str) -> Script[None]:
        known = yield from self._order()
        may_ask = known.starting and known.state is OrderState.ANSWERING
        if may_ask or known.state in {OrderState.INITIATED, OrderState.AUTHORISING}:
            yield from on_vault(partial(record.record_unknown, self.vault, self.order, "authorisation", reason))

    # — asking —

    def _reconcile(self) -> Script[Progress]:
        known = yield from self._order()
        if known.by_hand and known.state in _LAID_OUT and not self._pending_initiation:
            return (yield from self._find_again(known))
        if known.state is OrderState.INTENDED and not self._pending_initiation:  # interrupted while it was being sent
            yield from on_vault(partial(record.record_unknown, self.vault, self.order, "initiation", "restarted"))
            return (yield from self._settle_initiation())
        lost = bool(known.starting) or not self._app_asks  # interrupted while a start, or a code, went out
        if known.state is OrderState.ANSWERING and lost:
            yield from on_vault(partial(self._note, "unknown", "restarted"))
            known = yield from self._order()
        if not known.final and not known.payment_id and known.state is OrderState.UNKNOWN:
            return (yield from self._settle_initiation())
        if known.final or known.by_hand or not known.payment_id:  # carried by hand: only statements and reports tell
            return self._shown(self._phase_of(known), known.state)
        return (yield from self._ask(known))

    def _ask(self, known: OrderRecord) -> Script[Progress]:
        try:
            unanswered = yield from kept(self._ask_authorisation(known))
            yield from self._ask_status(known)
        except BindingError as error:
            return (yield from self._refused_reply("status", error))
        except ConnectorError as error:
            now = yield from self._order()
            return self._waiting(self._shown(self._phase_of(now), now.state, error))
        now = yield from self._order()
        told = unanswered if _is_worth_telling(unanswered, known, now) else None
        return self._waiting(self._shown(self._phase_of(now), now.state, told))

    def _ask_authorisation(self, known: OrderRecord) -> Script[ConnectorError | None]:
        """Ask what became of an answer, or of a start; where the bank can't say, its status may."""
        if known.starting and known.state in _STARTING:
            return (yield from self._take_up())
        if known.state is OrderState.CANCELLING and (self._elsewhere or self._heard):
            self._authorisation = known.authorisation_id
            yield from self._hear_cancellation()
            return None
        open_still = known.state is OrderState.AUTHORISING and not known.basket  # its own app may ask all the same
        open_still = open_still and bool(known.authorisation_id)  # none is open any more once a basket was untied
        if not (known.state in _ANSWERED or open_still) or known.purpose != "payment":
            return None
        self._authorisation = known.authorisation_id
        try:
            found = yield from self._stands()
        except ConnectorError as error:
            if error.code != "bank.not_found_proves_nothing":
                raise
            return error
        if found.state is AuthorisationState.OPEN and (self._app_asks or asks_elsewhere(known, found)):
            if open_still:
                yield from on_vault(self._note_asked)
            self._heard, self._words = True, found.message or self._words
            return None
        # The bank says how it ended, or that it still waits. Going on with the same payment is safe then: whatever is
        # still on its way can only authorise this one payment, and a payment executes once.
        outcome, reason = DONE.get(found.state, "refused"), _REASONS.get(found.state, "not_received")
        yield from on_vault(partial(self._note, outcome, reason, found.reply))
        self._elsewhere = self._heard = False
        return None

    def _hear_cancellation(self) -> Script[None]:
        """Hear whether the bank's own app asks about taking the payment back; its status says what came of that."""
        found = yield from self._stands()
        waits = found.state is AuthorisationState.OPEN
        self._elsewhere = waits and self._elsewhere
        self._heard, self._words = waits and found.elsewhere, found.message or self._words

    def _ask_status(self, known: OrderRecord) -> Script[None]:
        payment = known.content.payment
        report = yield from on_network(partial(self.bank.report, known.payment_id, payment.product, payment))
        yield from on_vault(partial(record.record_report, self.vault, self.order, report, "status"))

    def _refused_reply(self, stage: str, error: BindingError) -> Script[Progress]:
        """Stop: the bank holds, or speaks of, something else than what was agreed."""
        if stage == "authorisation":
            yield from self._note_lost_step(error.code)
        yield from self._note_refused_reply(stage, error)
        known = yield from self._order()
        if known.state is OrderState.INTENDED:
            yield from on_vault(partial(record.record_unknown, self.vault, self.order, stage, error.code))
            return self._with_error((yield from self._settle_initiation()), error)
        return self._shown(Phase.ENDED if known.final else Phase.UNKNOWN, known.state, error)

    # — giving up, taking back —

    def _abandon(self, reason: str) -> Script[Progress]:
        not_sent = bool(self._pending_initiation)
        known = yield from self._order()
        if known.by_hand and not_sent:
            yield from self._require_nothing_laid_out(known)
        try:
            yield from self._call_off(known)
            if (yield from self._order()).state is known.state:
                yield from self._find_what_asks(known)
        except BindingError as error:
            return (yield from self._refused_reply("cancellation", error))
        if (yield from self._order()).state is not known.state:
            return (yield from self._reconcile())
        give_up = partial(record_abandoned, self.vault, self.order, reason, nothing_sent=not_sent)
        yield from on_vault(give_up)
        self._pending_initiation = ""
        return self._shown(Phase.ENDED, OrderState.ABANDONED)

    def _call_off(self, known: OrderRecord) -> Script[None]:
        """Have the bank let go of what nobody authorised: of what it doesn't hold any more its own app can't ask.

        A lookup can't prove that nothing is being asked; this can. A bank that wants a code for it, or refuses, or
        whose reply is lost, says by its status what it heard; where that can't be asked, what it answered counts.
        """
        if not known.payment_id or known.by_hand or known.basket:
            return
        request_id, payment = self.new_request_id(), known.content.payment
        yield from on_vault(partial(record_call_off_intent, self.vault, self.order, request_id))
        answer: CancellationStart | None = None
        try:
            answer = yield from on_network(partial(self.bank.cancel, known.payment_id, payment.product, request_id))
        except ConnectorError as error:
            if error.kind is FailureKind.RETRYABLE:
                raise
        try:
            yield from self._ask_status(known)
        except ConnectorError as error:
            if answer is not None and answer.done:
                report = PaymentReport(known.payment_id, TransactionStatus.CANC, "", None, answer.reply)
                yield from on_vault(partial(record.record_report, self.vault, self.order, report, "status"))
            elif error.code != "bank.not_found_proves_nothing":
                raise

    def _find_what_asks(self, known: OrderRecord) -> Script[None]:
        """Put on record what the bank's own app may be asking, though nobody here heard of it."""
        unshown: ConnectorError | None = None
        if known.state is OrderState.AUTHORISING:
            unshown = yield from self._ask_authorisation(known)
        if known.state is OrderState.INITIATED and not (known.by_hand or known.basket):
            yield from self._find_unheard()
        if unshown is not None and (yield from self._order()).state is known.state:  # absence proves nothing
            raise unshown

    def _find_unheard(self) -> Script[None]:
        """Put on record what the bank began and nobody here heard of: its own app may ask by it.

        Such are the start that it refused since another is open, and what an older version, which kept no record
        before, started and was killed at. A bank that knows of none may be believed here: nothing else says otherwise.
        """
        try:
            unheard = yield from self._unheard()
        except ConnectorError as error:
            if error.code != "bank.not_found_proves_nothing":
                raise
            return
        if unheard:
            self._authorisation = unheard[-1]
            yield from on_vault(partial(self._note_started, self._authorisation, asked=True))

    def _cancel(self) -> Script[Progress]:
        if (yield from self._order()).by_hand:  # before anything is on record: only the person can ask the bank
            raise UserFacingError("bank.cancel_at_the_bank")
        request_id = self.new_request_id()
        yield from on_vault(partial(record.record_cancellation_intent, self.vault, self.order, request_id))
        known = yield from self._order()
        product = known.content.payment.product
        try:
            started = yield from on_network(partial(self.bank.cancel, known.payment_id, product, request_id))
        except BindingError as error:
            yield from self._note_refused_reply("cancellation", error)
            return (yield from self._cancellation_lost(error.code))
        except ConnectorError as error:
            if error.kind is FailureKind.UNKNOWN:
                return (yield from self._cancellation_lost(error.code))
            yield from on_vault(partial(record.record_cancellation_refused, self.vault, self.order, error.code))
            return self._with_error((yield from self._reconcile()), error)
        if started.done:
            return (yield from self._reconcile())
        return (yield from self._start(partial(self.bank.start_authorisation, started.handle)))

    def _cancellation_lost(self, reason: str) -> Script[Progress]:
        yield from on_vault(partial(record.record_unknown, self.vault, self.order, "cancellation", reason))
        return (yield from self._reconcile())

    def _phase_of(self, known: OrderRecord) -> Phase:
        if known.state is OrderState.INTENDED and self._pending_initiation:
            return Phase.NOT_SENT
        if known.by_hand and known.state is OrderState.INITIATED:
            return Phase.CARRYING
        return PHASE_OF[known.state]


def _purpose(known: OrderRecord) -> str:
    """Return what an authorisation is for that is begun now."""
    return "cancellation" if known.state is OrderState.CANCELLING else "payment"


def _is_worth_telling(error: ConnectorError | None, before: OrderRecord, now: OrderRecord) -> bool:
    """Tell whether to say that the bank couldn't be asked of an authorisation: not where its status says all."""
    if error is None or now.final or now.state is OrderState.ACCEPTED:
        return False
    nobody_knows = bool(before.starting) or now.state is OrderState.UNKNOWN
    return nobody_knows or error.code != "bank.not_found_proves_nothing"
