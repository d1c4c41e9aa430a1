"""A further signature at the bank: somebody authorises, under their own name, what the bank already holds.

Where a bank wants several people, the sender's ``Submission`` ends with PATC: signatures are missing. A ``Signing``
opens an authorisation of its own for that payment (NextGenPSD2 1.3, multilevel SCA), and can do nothing else: it has no
way to initiate, to abandon or to cancel. The commit point is the code, as everywhere: intent → answer → outcome, and
after a lost reply it asks (LEDGER 16, 19).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from countersign.application.flows.order_run import OnScreen, OrderRun, asks_elsewhere
from countersign.application.flows.progress import DONE, PHASE_OF, Phase, Progress
from countersign.application.flows.script import Script, kept, on_network, on_vault
from countersign.application.ports.bank import AuthorisationState, RawReply
from countersign.application.use_cases import record_signing as record
from countersign.application.use_cases.record_submission import record_report
from countersign.domain.errors import ConnectorError, UserFacingError
from countersign.domain.ledger.bank_signing import BankSigning, SigningState
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import BindingError
from countersign.domain.order_state import TransactionStatus

_REASONS = {state: state.value for state in DONE}


@dataclass(slots=True, kw_only=True)
class Signing(OrderRun):
    """One person's further signature on one order."""

    def begin(self, person: str) -> None:
        """Open an authorisation for somebody, by their name at the bank."""
        self._run(self._begin(person), "authorisation")

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
        except BindingError as error:
            return (yield from self._refused_reply("authorisation", error))
        if held.status is not TransactionStatus.PATC or not held.handle:  # it has all its signatures, or none
            return (yield from self._reconcile())
        return (yield from self._start(partial(self.bank.start_authorisation, held.handle, person)))

    # — what a further signature is —

    def _intend_start(self) -> None:
        self._authorisation = ""
        record.record_signing_start_intent(self.vault, self.order)

    def _note_started(self, authorisation: str, *, asked: bool) -> None:
        record.record_signing_started(self.vault, self.order, authorisation, asked=asked)

    def _note_not_started(self, reason: str) -> None:
        record.record_signing_ended(self.vault, self.order, "", "failed", reason)

    def _permit(self) -> None:
        record.require_may_sign(self.vault, self.order)

    def _intend(self, seen: OnScreen) -> None:
        args = (self.vault, self.order, self._authorisation, seen[1])
        record.record_signing_intent(*args, after_asking=self._elsewhere)

    def _note_asked(self) -> None:
        record.record_signing_asked(self.vault, self.order, self._authorisation)

    def _note(self, outcome: str, reason: str, reply: RawReply | None = None) -> None:
        record.record_signing_ended(self.vault, self.order, self._authorisation, outcome, reason, reply)

    # — asking —

    def _reconcile(self) -> Script[Progress]:
        known = yield from self._order()
        own = known.signing_of(self.vault.identity.device)
        if own is not None:
            self._authorisation = own.authorisation
        if own is not None and own.state is SigningState.SENT and not self._app_asks:  # interrupted, or lost before
            yield from on_vault(partial(self._note, "unknown", "restarted"))
        unanswered: ConnectorError | None = None
        try:
            if own is not None and (own.under_way or (_was_refused(own) and not known.basket)):
                unanswered = yield from kept(self._ask_authorisation(known, own))
            if known.payment_id and not known.final:
                payment = known.content.payment
                report = yield from on_network(partial(self.bank.report, known.payment_id, payment.product, payment))
                yield from on_vault(partial(record_report, self.vault, self.order, report, "status"))
        except BindingError as error:
            return (yield from self._refused_reply("status", error))
        except ConnectorError as error:
            unanswered = error
        now = yield from self._order()
        return self._waiting(self._shown(self._phase_of(now), now.state, unanswered))

    def _ask_authorisation(self, known: OrderRecord, own: BankSigning) -> Script[ConnectorError | None]:
        """Ask what became of a lost answer, or start; where the bank can't say, nobody can: nothing is sent again."""
        if own.starting:
            return (yield from self._take_up())
        try:
            found = yield from self._stands()
        except ConnectorError as error:
            if error.code != "bank.not_found_proves_nothing":
                raise
            return error
        if found.state is AuthorisationState.OPEN and (self._app_asks or asks_elsewhere(known, found)):
            if not own.under_way:  # a code was refused, and yet its own app asks
                yield from on_vault(self._note_asked)
            self._heard, self._words = True, found.message or self._words
            return None
        # The bank says that it still waits: whatever is on its way can only sign this payment, once for this person.
        if own.under_way or found.state is not AuthorisationState.OPEN:
            outcome, reason = DONE.get(found.state, "refused"), _REASONS.get(found.state, "not_received")
            yield from on_vault(partial(self._note, outcome, reason, found.reply))
        self._elsewhere = self._heard = False
        return None

    def _refused_reply(self, stage: str, error: BindingError) -> Script[Progress]:
        """Stop: the bank holds, or speaks of, something else than what was agreed."""
        yield from self._note_refused_reply(stage, error)
        known = yield from self._order()
        return self._shown(Phase.UNKNOWN, known.state, error)

    def _phase_of(self, known: OrderRecord) -> Phase:
        own = known.signing_of(self.vault.identity.device)
        if own is not None and own.under_way:
            return Phase.UNKNOWN
        return Phase.CONTINUE if known.awaits_signature else PHASE_OF[known.state]


def _was_refused(own: BankSigning) -> bool:
    """Tell whether a code did not count and the authorisation goes on: the bank's own app may still decide it."""
    return own.state is SigningState.OPEN and own.attempts > 0
