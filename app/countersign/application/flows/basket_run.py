"""Signing several orders by one authorisation of the bank: what a first and a further signature have in common.

A bank ties payments that it holds into a signing basket, and one code counts for all (NextGenPSD2 1.3 §8). The commit
point is that code; where the bank's own app decides, it is asking for that (LEDGER 19). The record of it is one
transaction over all orders: either each of them says that it may have been signed, or nothing is sent. After a lost
reply the bank is asked: of the authorisation once, and of every payment.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from countersign.application.flows.progress import Phase, Progress, asking
from countersign.application.flows.script import Script, on_network, on_vault, run_script
from countersign.application.ports.bank import Authorisation, AuthorisationState, Bank, RawReply, SigningBaskets
from countersign.application.ports.tasks import Tasks
from countersign.application.ports.vault import Vault
from countersign.application.use_cases.record_submission import record_reply_refused, record_report
from countersign.domain.errors import ConnectorError, CountersignError, FailureKind, UserFacingError
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import BindingError, require_same
from countersign.domain.payment import PaymentFields
from countersign.domain.secret import SecretText

IN_APP: Final = "PUSH_OTP"
"""The method by which the bank's own app decides (NextGenPSD2 1.3 §14.13): there is no code to type."""

_DONE = {
    AuthorisationState.FINALISED: "signed",
    AuthorisationState.EXEMPTED: "signed",
    AuthorisationState.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows of the orders that are signed: a code counts for this and nothing else.

    Attributes:
        payments: By order, the fields that were shown, and the digest of what they were made from.
        digest: Over all of them (``domain.batch_digest``).
    """

    payments: Mapping[str, tuple[PaymentFields, str]]
    digest: str

    @property
    def digests(self) -> dict[str, str]:
        """The digests, by order."""
        return {order: digest for order, (_payment, digest) in self.payments.items()}


@dataclass(slots=True)
class BasketRun(ABC):
    """Several orders, their bank, and what is under way.

    Attributes:
        orders: The orders that are signed together.
        find_bank: Returns under which name the vault knows an order's bank, and its connector.
        read: Reads an order from the vault. VAULT lane.
        changed: Called on the owner's thread whenever ``progress`` is new.
        new_request_id: Makes an X-Request-ID: a UUID, version 4.
    """

    orders: tuple[str, ...]
    find_bank: Callable[[OrderRecord], tuple[str, Bank]]
    vault: Vault
    tasks: Tasks
    read: Callable[[str], OrderRecord]
    changed: Callable[[Progress], None]
    new_request_id: Callable[[], str]
    progress: Progress = field(default_factory=Progress)
    _bank: Bank | None = None
    _busy: bool = False
    _handle: str = ""
    _authorisation: str = ""
    _in_app: bool = False

    @property
    def busy(self) -> bool:
        """Whether a record or an exchange is under way."""
        return self._busy

    # — what a person does; what the phase doesn't offer does nothing —

    def authenticate(self, password: SecretText) -> None:
        """Say who is there."""
        if self.progress.phase is Phase.PASSWORD:
            self._run(self._authorise(lambda: self.bank.authenticate(self._handle, password.reveal())), "authorisation")

    def choose(self, method: str, shown: Shown) -> None:
        """Choose how to authorise. Where the bank's own app decides, this is the commit point."""
        if self.progress.phase not in {Phase.METHOD, Phase.CODE}:
            return
        if any(item.method == method and item.kind == IN_APP for item in self.progress.methods):
            self._run(self._ask_in_app(method, shown), "answer")
        else:
            self._run(self._authorise(lambda: self.bank.choose_method(self._handle, method)), "authorisation")

    def answer(self, code: SecretText, shown: Shown) -> None:
        """Send the code: the commit point. What the page showed must be what was agreed, and all that is signed."""
        if self.progress.phase is Phase.CODE:
            self._run(self._answer(code, shown), "answer")

    def reconcile(self) -> None:
        """Ask the bank about the signature and about every payment. Sends nothing again."""
        self._run(self._reconcile(), "status")

    # — what differs between a first and a further signature —

    @abstractmethod
    def _permit(self) -> None:
        """Judge anew whether a step may be taken. VAULT lane."""

    @abstractmethod
    def _intend(self, shown: Shown) -> None:
        """Record for all that the commit point is next. VAULT lane."""

    @abstractmethod
    def _note(self, outcome: str, reason: str, reply: RawReply | None = None) -> None:
        """Record what became of the answer. VAULT lane."""

    @abstractmethod
    def _may_be_answered(self, record: OrderRecord) -> bool:
        """Tell whether an answer that this device sent may be with the bank."""

    @abstractmethod
    def _authorisation_of(self, records: Sequence[OrderRecord]) -> str:
        """Return the bank's name for the authorisation that was begun here last."""

    def _ask_basket(self, records: Sequence[OrderRecord]) -> Script[None]:
        """Ask the bank whether it still ties them: only the device that tied them does, and says so."""
        del records
        yield from ()

    @abstractmethod
    def _phase_of(self, records: Sequence[OrderRecord]) -> Phase:
        """Return what is shown of the orders as the ledger has them."""

    # — authorisation —

    def _authorise(self, work: Callable[[], Authorisation]) -> Script[Progress]:
        yield from on_vault(self._permit)
        try:
            taken = yield from on_network(work)
        except BindingError as error:
            return (yield from self._refused_reply("authorisation", error))
        return (yield from self._step(taken))

    def _step(self, taken: Authorisation) -> Script[Progress]:
        """Show what the bank wants next. An authorisation that has ended is put on record."""
        self._handle, self._authorisation, self._in_app = taken.handle, taken.authorisation_id, False
        if taken.state is AuthorisationState.OPEN:
            return asking(self.progress, taken)
        return (yield from self._ended_as(_DONE[taken.state], taken.state.value, taken.reply))

    def _answer(self, code: SecretText, shown: Shown) -> Script[Progress]:
        yield from self._commit(shown)
        request_id = self.new_request_id()
        try:
            answered = yield from on_network(lambda: self.bank.answer(self._handle, code.reveal(), request_id))
        except (BindingError, ConnectorError) as error:
            return (yield from self._answer_failed(error, Phase.CODE))
        if answered.state is AuthorisationState.OPEN:  # one more step: its answer is as good as unknown until asked
            return (yield from self._ended_as("unknown", "bank.authorisation_open"))
        return (yield from self._ended_as(_DONE[answered.state], answered.state.value, answered.reply))

    def _ask_in_app(self, method: str, shown: Shown) -> Script[Progress]:
        """Have the bank's own app ask the person: from here on money may move without a word from here."""
        yield from self._commit(shown)
        try:
            asked = yield from on_network(lambda: self.bank.choose_method(self._handle, method))
        except (BindingError, ConnectorError) as error:
            return (yield from self._answer_failed(error, Phase.METHOD))
        if asked.state is not AuthorisationState.OPEN:
            return (yield from self._ended_as(_DONE[asked.state], asked.state.value, asked.reply))
        self._in_app = True
        return replace(self._shown(Phase.UNKNOWN), message=asked.message)

    def _commit(self, shown: Shown) -> Script[None]:
        records = yield from self._records()
        for record in records:
            if record.content.order in shown.payments:
                require_same(record.content.payment, shown.payments[record.content.order][0], "otp")
        yield from on_vault(partial(self._intend, shown))

    def _answer_failed(self, error: BindingError | ConnectorError, back: Phase) -> Script[Progress]:
        if isinstance(error, BindingError):
            yield from self._note_refused_reply("answer", error)
            return (yield from self._ended_as("unknown", error.code))
        wrong = error.code == "bank.code_refused"
        if not wrong and error.kind is not FailureKind.RETRYABLE:
            return (yield from self._ended_as("unknown", error.code))
        yield from on_vault(partial(self._note, "refused", "code_refused" if wrong else "not_sent"))
        return self._with_error(replace(self.progress, phase=back), error)

    def _ended_as(self, outcome: str, reason: str, reply: RawReply | None = None) -> Script[Progress]:
        yield from on_vault(partial(self._note, outcome, reason, reply))
        return (yield from self._reconcile())

    # — asking —

    def _reconcile(self) -> Script[Progress]:
        records = yield from self._records()
        waits = any(self._may_be_answered(record) for record in records)
        self._authorisation = self._authorisation_of(records)
        if waits and not self._in_app:  # interrupted while the code was being sent, or lost before
            yield from on_vault(partial(self._note, "unknown", "restarted"))
        unanswered: ConnectorError | None = None
        message = ""
        try:
            if waits:
                unanswered, message = yield from self._ask_authorisation(records[0].basket)
            refused = yield from self._ask_statuses(records)
            if refused is not None:
                return refused
            yield from self._ask_basket((yield from self._records()))
        except BindingError as error:
            return (yield from self._refused_reply("status", error))
        except ConnectorError as error:
            unanswered = error
        now = yield from self._records()
        return replace(self._shown(self._phase_of(now), unanswered), message=message)

    def _ask_authorisation(self, basket: str) -> Script[tuple[ConnectorError | None, str]]:
        """Ask what became of the answer; where the bank can't say, nobody can, and nothing is sent again."""
        try:
            found = yield from on_network(partial(self.baskets.authorisation, basket, self._authorisation))
        except ConnectorError as error:
            if error.code != "bank.not_found_proves_nothing":
                raise
            return error, ""
        if found.state is AuthorisationState.OPEN and (self._in_app or found.message):
            return None, found.message  # the person hasn't decided yet, be it that this program was started anew since
        # Where the bank still waits, whatever is on its way can only sign this basket, and each payment executes once.
        outcome, reason = _DONE.get(found.state, "refused"), _REASONS.get(found.state, "not_received")
        yield from on_vault(partial(self._note, outcome, reason, found.reply))
        self._in_app = False
        return None, ""

    def _ask_statuses(self, records: Sequence[OrderRecord]) -> Script[Progress | None]:
        for record in records:
            if not record.payment_id or record.final:
                continue
            payment, order = record.content.payment, record.content.order
            try:
                report = yield from on_network(partial(self.bank.report, record.payment_id, payment.product, payment))
            except BindingError as error:
                return (yield from self._refused_reply("status", error, (order,)))
            yield from on_vault(partial(record_report, self.vault, order, report, "status"))
        return None

    def _refused_reply(self, stage: str, error: BindingError, about: Sequence[str] = ()) -> Script[Progress]:
        """Stop: the bank holds, or speaks of, something else than what was agreed. ``about``: which; or all."""
        yield from self._note_refused_reply(stage, error, about)
        return self._shown(self._refused_phase((yield from self._records())), error)

    def _note_refused_reply(self, stage: str, error: BindingError, about: Sequence[str] = ()) -> Script[None]:
        field_name = str(error.params["field"])
        for record in (yield from self._records()):
            order = record.content.order
            if order in about or not (about or record.final):
                yield from on_vault(partial(record_reply_refused, self.vault, order, stage, field_name))

    def _refused_phase(self, records: Sequence[OrderRecord]) -> Phase:
        """After a reply that was refused only asking is offered, unless it is known that nothing was signed."""
        found = self._phase_of(records)
        return found if found is Phase.CONTINUE else Phase.UNKNOWN

    # — running —

    @property
    def bank(self) -> Bank:
        """The orders' bank.

        Raises:
            UserFacingError: ``bank.not_connected``.
        """
        if self._bank is None:
            raise UserFacingError("bank.not_connected")
        return self._bank

    @property
    def baskets(self) -> SigningBaskets:
        """Where the bank ties payments together.

        Raises:
            UserFacingError: ``basket.not_offered``.
        """
        found = self.bank.baskets
        if found is None:
            raise UserFacingError("basket.not_offered")
        return found

    def _records(self) -> Script[tuple[OrderRecord, ...]]:
        return (yield from on_vault(lambda: tuple(self.read(order) for order in self.orders)))

    def _shown(self, phase: Phase, error: CountersignError | None = None) -> Progress:
        found = Progress(phase, stage=self.progress.stage)
        return self._with_error(found, error) if error else found

    @staticmethod
    def _with_error(progress: Progress, error: CountersignError) -> Progress:
        return replace(progress, error=error.code, error_params=error.params)

    def _run(self, script: Script[Progress], stage: str) -> None:
        if self._busy:
            script.close()
            return
        self._busy = True
        before = self.progress
        self.progress = replace(before, phase=Phase.WORKING, stage=stage, error="", error_params={})
        self.changed(self.progress)
        run_script(self.tasks, self._truthful(script, before), self._ended, partial(self._failed, before))

    def _truthful(self, script: Script[Progress], before: Progress) -> Script[Progress]:
        """Where a step fails, show what the ledger says: more may be on record than this step could say."""
        states: tuple[object, ...] = ()
        try:
            records = yield from self._records()
            states = _states(records)
            self._bank = self._one_bank(records)
            return (yield from script)
        except CountersignError as error:
            records = yield from self._records()
            unchanged = states == _states(records) and before.phase is not Phase.IDLE
            return self._with_error(before, error) if unchanged else self._shown(self._phase_of(records), error)

    def _one_bank(self, records: Sequence[OrderRecord]) -> Bank:
        found = dict(self.find_bank(record) for record in records)
        if len(found) != 1:
            raise UserFacingError("basket.several_banks")
        return next(iter(found.values()))

    def _ended(self, progress: Progress) -> None:
        self._busy = False
        self.progress = progress
        self.changed(progress)

    def _failed(self, before: Progress, error: Exception) -> None:
        """Not even the ledger could be asked, or there is a mistake in the program: claim nothing."""
        known = error if isinstance(error, CountersignError) else CountersignError("submission.unexpected")
        self._ended(replace(before, phase=Phase.UNKNOWN, error=known.code, error_params=known.params))
        if known is not error:
            raise error


def _states(records: Sequence[OrderRecord]) -> tuple[object, ...]:
    return tuple((record.state, record.basket, record.signings) for record in records)


_REASONS = {state: state.value for state in _DONE}
