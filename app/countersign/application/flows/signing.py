"""A further signature at the bank: somebody authorises, under their own name, what the bank already holds.

Where a bank wants several people, the sender's ``Submission`` ends with PATC: signatures are missing. A ``Signing``
opens an authorisation of its own for that payment (NextGenPSD2 1.3, multilevel SCA), and can do nothing else: it has no
way to initiate, to abandon or to cancel. The commit point is the code, as everywhere: intent → answer → outcome, and
after a lost reply it asks (LEDGER 16, 19).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from countersign.application.flows.order_run import OrderRun, asks_elsewhere, find_authorisation
from countersign.application.flows.progress import PHASE_OF, Phase, Progress, asking
from countersign.application.flows.script import Script, on_network, on_vault
from countersign.application.ports.bank import Authorisation, AuthorisationState
from countersign.application.use_cases import record_signing as record
from countersign.application.use_cases.record_submission import record_reply_refused, record_report
from countersign.domain.errors import ConnectorError, FailureKind, UserFacingError
from countersign.domain.ledger.bank_signing import SigningState
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import BindingError
from countersign.domain.order_state import TransactionStatus
from countersign.domain.payment import PaymentFields
from countersign.domain.secret import SecretText

_DONE = {
    AuthorisationState.FINALISED: "signed",
    AuthorisationState.EXEMPTED: "signed",
    AuthorisationState.FAILED: "failed",
}


@dataclass(slots=True)
class Signing(OrderRun):
    """One person's further signature on one order.

    Attributes:
        new_request_id: Makes an X-Request-ID: a UUID, version 4.
    """

    new_request_id: Callable[[], str] = field(kw_only=True)
    _handle: str = ""
    _authorisation: str = ""

    # — what a person does; what the phase doesn't offer does nothing —

    def begin(self, person: str) -> None:
        """Open an authorisation for somebody, by their name at the bank."""
        self._run(self._begin(person), "authorisation")

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

    def reconcile(self) -> None:
        """Ask the bank about the signature and the payment. Sends nothing again."""
        self._run(self._reconcile(), "status")

    # — authorisation —

    def _begin(self, person: str) -> Script[Progress]:
        if not person:
            raise UserFacingError("signing.person_missing")
        yield from on_vault(partial(record.require_may_sign, self.vault, self.order))
        known = yield from self._order()
        self.progress = replace(self.progress, state=known.state)
        if known.basket:  # a signature counts for the basket, which this page doesn't show
            raise UserFacingError("order.tied")
        payment = known.content.payment
        recall = partial(self.bank.recall_initiation, known.payment_id, payment.product, payment)
        try:
            held = yield from on_network(recall)
            if held.status is not TransactionStatus.PATC or not held.handle:  # it has all its signatures, or none
                return (yield from self._reconcile())
            opened = yield from on_network(partial(self.bank.start_authorisation, held.handle, person))
        except BindingError as error:
            return (yield from self._refused_reply("authorisation", error))
        yield from on_vault(partial(record.record_signing_started, self.vault, self.order, opened.authorisation_id))
        return (yield from self._step(opened))

    def _authorise(self, work: Callable[[], Authorisation]) -> Script[Progress]:
        yield from on_vault(partial(record.require_may_sign, self.vault, self.order))
        try:
            taken = yield from on_network(work)
        except BindingError as error:
            return (yield from self._refused_reply("authorisation", error))
        except ConnectorError as error:
            known = yield from self._order()
            if error.kind is not FailureKind.UNKNOWN or known.never_executes_unauthorised:
                raise
            return (yield from self._lost(error.code))  # a bank that exempts may have counted this very step
        return (yield from self._step(taken))

    def _step(self, taken: Authorisation) -> Script[Progress]:
        """Show what the bank wants next. An authorisation that has ended is put on record."""
        self._handle, self._authorisation = taken.handle, taken.authorisation_id
        if taken.state is AuthorisationState.OPEN:
            return asking(self.progress, taken)
        return (yield from self._ended_as(_DONE[taken.state], taken.state.value, taken))

    def _answer(self, code: SecretText, shown: PaymentFields, shown_digest: str) -> Script[Progress]:
        yield from self._require_shown(shown)
        request_id = self.new_request_id()
        intend = partial(record.record_signing_intent, self.vault, self.order, self._authorisation, shown_digest)
        yield from on_vault(intend)
        try:
            answered = yield from on_network(lambda: self.bank.answer(self._handle, code.reveal(), request_id))
        except (BindingError, ConnectorError) as error:
            return (yield from self._answer_failed(error))
        if answered.state is AuthorisationState.OPEN:  # one more step: its answer is as good as unknown until asked
            return (yield from self._lost("bank.authorisation_open"))
        return (yield from self._ended_as(_DONE[answered.state], answered.state.value, answered))

    def _ask_app(self, method: str, shown: PaymentFields | None, shown_digest: str) -> Script[Progress]:
        """Have the bank's own app ask the person: from here on money may move without a word from here."""
        yield from self._require_shown(shown)
        intend = partial(record.record_signing_intent, self.vault, self.order, self._authorisation, shown_digest)
        yield from on_vault(intend)
        try:
            asked = yield from on_network(partial(self.bank.choose_method, self._handle, method))
        except (BindingError, ConnectorError) as error:
            return (yield from self._answer_failed(error, Phase.METHOD))
        if asked.state is AuthorisationState.OPEN:
            now = yield from self._order()
            return replace(self._shown(Phase.UNKNOWN, now.state), message=asked.message)
        return (yield from self._ended_as(_DONE[asked.state], asked.state.value, asked))

    def _answer_failed(self, error: BindingError | ConnectorError, back: Phase = Phase.CODE) -> Script[Progress]:
        if isinstance(error, BindingError):
            yield from self._note_refused_reply("answer", error)
            return (yield from self._lost(error.code))
        wrong = error.code == "bank.code_refused"
        if not wrong and error.kind is not FailureKind.RETRYABLE:
            return (yield from self._lost(error.code))
        yield from self._note("refused", "code_refused" if wrong else "not_sent")
        return self._with_error(replace(self.progress, phase=back), error)

    def _ended_as(self, outcome: str, reason: str, taken: Authorisation) -> Script[Progress]:
        yield from self._note(outcome, reason, taken)
        return (yield from self._reconcile())

    def _lost(self, reason: str) -> Script[Progress]:
        yield from self._note("unknown", reason)
        return (yield from self._reconcile())

    def _note(self, outcome: str, reason: str, taken: Authorisation | None = None) -> Script[None]:
        reply = taken.reply if taken else None
        args = (self.vault, self.order, self._authorisation, outcome, reason, reply)
        yield from on_vault(partial(record.record_signing_ended, *args))

    # — asking —

    def _reconcile(self) -> Script[Progress]:
        known = yield from self._order()
        own = known.signing_of(self.vault.identity.device)
        if own is not None:
            self._authorisation = own.authorisation
        if own is not None and own.state is SigningState.SENT:  # interrupted while the code was being sent
            yield from self._note("unknown", "restarted")
        unanswered: ConnectorError | None = None
        try:
            if own is not None and own.under_way:
                unanswered = yield from self._ask_authorisation(known)
            if known.payment_id and not known.final:
                payment = known.content.payment
                report = yield from on_network(partial(self.bank.report, known.payment_id, payment.product, payment))
                yield from on_vault(partial(record_report, self.vault, self.order, report, "status"))
        except BindingError as error:
            return (yield from self._refused_reply("status", error))
        except ConnectorError as error:
            unanswered = error
        now = yield from self._order()
        return self._shown(self._phase_of(now), now.state, unanswered)

    def _ask_authorisation(self, known: OrderRecord) -> Script[ConnectorError | None]:
        """Ask what became of a lost answer; where the bank can't say, nobody can, and nothing is sent again."""
        try:
            found = yield from on_network(partial(find_authorisation, self.bank, known, self._authorisation))
        except ConnectorError as error:
            if error.code != "bank.not_found_proves_nothing":
                raise
            return error
        if asks_elsewhere(known, found):
            return None
        # The bank says that it still waits: whatever is on its way can only sign this payment, once for this person.
        yield from self._note(_DONE.get(found.state, "refused"), _REASONS.get(found.state, "not_received"), found)
        return None

    def _refused_reply(self, stage: str, error: BindingError) -> Script[Progress]:
        """Stop: the bank holds, or speaks of, something else than what was agreed."""
        yield from self._note_refused_reply(stage, error)
        known = yield from self._order()
        return self._shown(Phase.UNKNOWN, known.state, error)

    def _note_refused_reply(self, stage: str, error: BindingError) -> Script[None]:
        field_name = str(error.params["field"])
        yield from on_vault(partial(record_reply_refused, self.vault, self.order, stage, field_name))

    def _phase_of(self, known: OrderRecord) -> Phase:
        own = known.signing_of(self.vault.identity.device)
        if own is not None and own.under_way:
            return Phase.UNKNOWN
        return Phase.CONTINUE if known.awaits_signature else PHASE_OF[known.state]


_REASONS = {state: state.value for state in _DONE}
