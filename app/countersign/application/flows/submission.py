"""Submitting an order: intent → send → outcome, through every step of its authorisation, once (LEDGER 16, 19).

A ``Submission`` outlives every window. After a lost reply nothing is sent again: ``reconcile`` asks. Each record is one
transaction, committed and anchored before the next exchange begins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from countersign.application.flows.carrying import CarryingRun
from countersign.application.flows.order_run import asks_elsewhere, find_authorisation
from countersign.application.flows.progress import PHASE_OF, Phase, Progress, asking
from countersign.application.flows.script import Script, on_network, on_vault
from countersign.application.ports.bank import Authorisation, AuthorisationState, PaymentReport
from countersign.application.use_cases import record_submission as record
from countersign.domain.errors import ConnectorError, FailureKind, UserFacingError
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import BindingError
from countersign.domain.order_state import OrderState
from countersign.domain.payment import PaymentFields
from countersign.domain.secret import SecretText

__all__ = ["Phase", "Progress", "Submission"]

_LAID_OUT = frozenset({OrderState.INTENDED, OrderState.INITIATED})


@dataclass(slots=True)
class Submission(CarryingRun):
    """One order on its way through the bank.

    Attributes:
        new_request_id: Makes an X-Request-ID: a UUID, version 4.
    """

    new_request_id: Callable[[], str] = field(kw_only=True)
    _handle: str = ""
    _authorisation: str = ""

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

    def authenticate(self, password: SecretText) -> None:
        """Say who is there."""
        if self.progress.phase is Phase.PASSWORD:
            self._run(self._authorise(lambda: self.bank.authenticate(self._handle, password.reveal())), "authorisation")

    def choose(self, method: str, shown: PaymentFields | None = None, shown_digest: str = "") -> None:
        """Choose how to authorise; choosing again has the bank send another code.

        Where the bank's own app decides, this is the commit point: what the page showed must be what was agreed.
        """
        if self.progress.phase not in {Phase.METHOD, Phase.CODE}:
            return
        if self._asks_app(method):
            self._run(self._ask_app(method, shown, shown_digest), "answer")
        else:
            self._run(self._authorise(lambda: self.bank.choose_method(self._handle, method)), "authorisation")

    def answer(self, code: SecretText, shown: PaymentFields, shown_digest: str) -> None:
        """Send the code: the commit point. What the page showed must be what was agreed."""
        if self.progress.phase is Phase.CODE:
            self._run(self._answer(code, shown, shown_digest), "answer")

    def resume(self) -> None:
        """Go on after a restart: ask wherever something may be under way."""
        self._run(self._reconcile(), "status")

    def reconcile(self) -> None:
        """Ask the bank about the order. Sends nothing again."""
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
        if initiation.handle and not opens:
            return self._shown(Phase.CONTINUE, OrderState.INITIATED)
        if initiation.handle:
            return (yield from self._open(initiation.handle, "payment"))
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
            yield from on_vault(partial(record.record_abandoned, self.vault, self.order, "initiation_lost"))
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
        return (yield from self._open(initiation.handle, "payment"))

    def _open(self, handle: str, purpose: str) -> Script[Progress]:
        yield from on_vault(partial(record.require_not_frozen, self.vault, self.order))
        try:
            opened = yield from on_network(partial(self.bank.start_authorisation, handle))
        except BindingError as error:
            return (yield from self._refused_reply("authorisation", error))
        except ConnectorError as error:
            known = yield from self._order()
            return self._shown(self._phase_of(known), known.state, error)
        note = partial(record.record_authorisation, self.vault, self.order, opened.authorisation_id, purpose)
        yield from on_vault(note)
        state = OrderState.AUTHORISING if purpose == "payment" else OrderState.CANCELLING
        self.progress = replace(self.progress, state=state)
        return (yield from self._step(opened))

    def _authorise(self, work: Callable[[], Authorisation]) -> Script[Progress]:
        yield from on_vault(partial(record.require_not_frozen, self.vault, self.order))
        try:
            taken = yield from on_network(work)
        except BindingError as error:
            return (yield from self._refused_reply("authorisation", error))
        except ConnectorError as error:
            if error.kind is not FailureKind.UNKNOWN:
                raise
            # A bank that exempts may have executed upon this very step.
            found = yield from self._reconcile()
            return found if found.phase in {Phase.ACCEPTED, Phase.ENDED} else self._with_error(found, error)
        return (yield from self._step(taken))

    def _step(self, taken: Authorisation) -> Script[Progress]:
        """Show what the bank wants next. An authorisation that has ended without a code is put on record."""
        self._handle, self._authorisation = taken.handle, taken.authorisation_id
        if taken.state is AuthorisationState.OPEN:
            return asking(self.progress, taken)
        if taken.state is not AuthorisationState.FAILED:  # exempted: this was the commit point
            note = partial(record.record_authorised, self.vault, self.order, taken.authorisation_id, taken.reply)
            yield from on_vault(note)
        return (yield from self._reconcile())

    def _answer(self, code: SecretText, shown: PaymentFields, shown_digest: str) -> Script[Progress]:
        yield from self._require_shown(shown)
        authorisation, request_id = self._authorisation, self.new_request_id()
        intend = partial(record.record_answer_intent, self.vault, self.order, authorisation, shown_digest)
        yield from on_vault(intend)
        try:
            answered = yield from on_network(lambda: self.bank.answer(self._handle, code.reveal(), request_id))
        except (BindingError, ConnectorError) as error:
            return (yield from self._answer_failed(error))
        return (yield from self._answered(answered))

    def _ask_app(self, method: str, shown: PaymentFields | None, shown_digest: str) -> Script[Progress]:
        """Have the bank's own app ask the person: from here on money may move without a word from here."""
        yield from self._require_shown(shown)
        intend = partial(record.record_answer_intent, self.vault, self.order, self._authorisation, shown_digest)
        yield from on_vault(intend)
        try:
            asked = yield from on_network(partial(self.bank.choose_method, self._handle, method))
        except (BindingError, ConnectorError) as error:
            return (yield from self._answer_failed(error, Phase.METHOD))
        if asked.state is AuthorisationState.OPEN:
            now = yield from self._order()
            return replace(self._shown(Phase.UNKNOWN, now.state), message=asked.message)
        return (yield from self._answered(asked))

    def _answered(self, answered: Authorisation) -> Script[Progress]:
        if answered.state is AuthorisationState.FAILED:
            yield from on_vault(partial(record.record_answer_refused, self.vault, self.order, "failed"))
            return (yield from self._reconcile())
        if answered.state is AuthorisationState.OPEN:  # one more step: its answer is as good as unknown until asked
            return (yield from self._record_unknown("answer", "bank.authorisation_open"))
        note = partial(record.record_authorised, self.vault, self.order, self._authorisation, answered.reply)
        yield from on_vault(note)
        return (yield from self._reconcile())

    def _answer_failed(self, error: BindingError | ConnectorError, back: Phase = Phase.CODE) -> Script[Progress]:
        if isinstance(error, ConnectorError) and error.code == "bank.code_refused":
            yield from on_vault(partial(record.record_answer_refused, self.vault, self.order, "code_refused"))
            return self._with_error(replace(self.progress, phase=back), error)
        if isinstance(error, ConnectorError) and error.kind is FailureKind.RETRYABLE:
            yield from on_vault(partial(record.record_answer_refused, self.vault, self.order, "not_sent"))
            return self._with_error(replace(self.progress, phase=back), error)
        if isinstance(error, BindingError):
            yield from self._note_refused_reply("answer", error)
        return (yield from self._record_unknown("answer", error.code))

    def _record_unknown(self, stage: str, reason: str) -> Script[Progress]:
        yield from on_vault(partial(record.record_unknown, self.vault, self.order, stage, reason))
        return (yield from self._reconcile())

    # — asking —

    def _reconcile(self) -> Script[Progress]:
        known = yield from self._order()
        if known.by_hand and known.state in _LAID_OUT and not self._pending_initiation:
            return (yield from self._find_again(known))
        if known.state is OrderState.INTENDED and not self._pending_initiation:  # interrupted while it was being sent
            yield from on_vault(partial(record.record_unknown, self.vault, self.order, "initiation", "restarted"))
            return (yield from self._settle_initiation())
        if known.state is OrderState.ANSWERING:  # interrupted while the code was being sent
            yield from on_vault(partial(record.record_unknown, self.vault, self.order, "answer", "restarted"))
            known = yield from self._order()
        if not known.final and not known.payment_id and known.state is OrderState.UNKNOWN:
            return (yield from self._settle_initiation())
        if known.final or known.by_hand or not known.payment_id:  # carried by hand: only statements and reports tell
            return self._shown(self._phase_of(known), known.state)
        return (yield from self._ask(known))

    def _ask(self, known: OrderRecord) -> Script[Progress]:
        try:
            unanswered = yield from self._ask_authorisation(known)
            yield from self._ask_status(known)
        except BindingError as error:
            return (yield from self._refused_reply("status", error))
        except ConnectorError as error:
            now = yield from self._order()
            return self._shown(self._phase_of(now), now.state, error)
        now = yield from self._order()
        return self._shown(self._phase_of(now), now.state, unanswered if now.state is OrderState.UNKNOWN else None)

    def _ask_authorisation(self, known: OrderRecord) -> Script[ConnectorError | None]:
        """Ask what became of a lost answer; where the bank can't say, its status may."""
        if known.state is not OrderState.UNKNOWN or known.purpose != "payment":
            return None
        authorisation = known.authorisation_id
        try:
            found = yield from on_network(partial(find_authorisation, self.bank, known, authorisation))
        except ConnectorError as error:
            if error.code != "bank.not_found_proves_nothing":
                raise
            return error
        if asks_elsewhere(known, found):
            return None
        if found.state in {AuthorisationState.FINALISED, AuthorisationState.EXEMPTED}:
            note = partial(record.record_authorised, self.vault, self.order, authorisation, found.reply)
            yield from on_vault(note)
        else:
            # The bank says that it still waits, or that this authorisation failed. Going on with the same payment is
            # safe: whatever is still on its way can only authorise this one payment, and a payment executes once.
            reason = "failed" if found.state is AuthorisationState.FAILED else "not_received"
            yield from on_vault(partial(record.record_answer_refused, self.vault, self.order, reason))
        return None

    def _ask_status(self, known: OrderRecord) -> Script[None]:
        payment = known.content.payment
        report = yield from on_network(partial(self.bank.report, known.payment_id, payment.product, payment))
        yield from on_vault(partial(record.record_report, self.vault, self.order, report, "status"))

    def _refused_reply(self, stage: str, error: BindingError) -> Script[Progress]:
        """Stop: the bank holds, or speaks of, something else than what was agreed."""
        yield from self._note_refused_reply(stage, error)
        known = yield from self._order()
        if known.state is OrderState.INTENDED:
            yield from on_vault(partial(record.record_unknown, self.vault, self.order, stage, error.code))
            return self._with_error((yield from self._settle_initiation()), error)
        return self._shown(Phase.ENDED if known.final else Phase.UNKNOWN, known.state, error)

    def _note_refused_reply(self, stage: str, error: BindingError) -> Script[None]:
        field_name = str(error.params["field"])
        yield from on_vault(partial(record.record_reply_refused, self.vault, self.order, stage, field_name))

    # — giving up, taking back —

    def _abandon(self, reason: str) -> Script[Progress]:
        not_sent = bool(self._pending_initiation)
        known = yield from self._order()
        if known.by_hand and not_sent:
            yield from self._require_nothing_laid_out(known)
        give_up = partial(record.record_abandoned, self.vault, self.order, reason, nothing_sent=not_sent)
        yield from on_vault(give_up)
        self._pending_initiation = ""
        return self._shown(Phase.ENDED, OrderState.ABANDONED)

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
            return (yield from self._record_unknown("cancellation", error.code))
        except ConnectorError as error:
            if error.kind is FailureKind.UNKNOWN:
                return (yield from self._record_unknown("cancellation", error.code))
            yield from on_vault(partial(record.record_cancellation_refused, self.vault, self.order, error.code))
            return self._with_error((yield from self._reconcile()), error)
        if started.done:
            return (yield from self._reconcile())
        return (yield from self._open(started.handle, "cancellation"))

    def _phase_of(self, known: OrderRecord) -> Phase:
        if known.state is OrderState.INTENDED and self._pending_initiation:
            return Phase.NOT_SENT
        if known.by_hand and known.state is OrderState.INITIATED:
            return Phase.CARRYING
        return PHASE_OF[known.state]
