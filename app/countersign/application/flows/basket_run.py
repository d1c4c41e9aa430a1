"""Signing several orders by one authorisation of the bank: what a first and a further signature have in common.

A bank ties payments that it holds into a signing basket, and one code counts for all (NextGenPSD2 1.3 §8). The commit
point is that code; where the bank's own app decides, it is asking for that (LEDGER 19). The record of it is one
transaction over all orders: either each of them says that it may have been signed, or nothing is sent. After a lost
reply the bank is asked: of the authorisation once, and of every payment.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from countersign.application.flows.authorising_run import AuthorisingRun
from countersign.application.flows.progress import DONE, Phase, Progress
from countersign.application.flows.script import Script, kept, on_network, on_vault
from countersign.application.ports.bank import Authorisation, AuthorisationState, Bank, SigningBaskets
from countersign.application.use_cases.record_submission import record_reply_refused, record_report
from countersign.domain.errors import ConnectorError, CountersignError, UserFacingError
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import BindingError, require_same
from countersign.domain.order_state import TransactionStatus
from countersign.domain.payment import PaymentFields
from countersign.domain.secret import SecretText


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


@dataclass(slots=True, kw_only=True)
class BasketRun(AuthorisingRun[Shown]):
    """Several orders, their bank, and what is under way.

    Attributes:
        orders: The orders that are signed together.
        find_bank: Returns under which name the vault knows an order's bank, and its connector.
        read: Reads an order from the vault. VAULT lane.
    """

    orders: tuple[str, ...]
    find_bank: Callable[[OrderRecord], tuple[str, Bank]]
    read: Callable[[str], OrderRecord]

    def choose(self, method: str, shown: Shown) -> None:
        """Choose how to authorise. Where the bank's own app may decide, this is the commit point."""
        self._chosen(method, shown)

    def answer(self, code: SecretText, shown: Shown) -> None:
        """Send the code: the commit point. What the page showed must be what was agreed, and all that is signed."""
        self._answered(code, shown)

    # — what differs between a first and a further signature —

    @abstractmethod
    def _may_be_answered(self, record: OrderRecord) -> bool:
        """Tell whether an answer that this device sent may be with the bank."""

    def _was_refused(self, record: OrderRecord) -> bool:
        """Tell whether a code did not count and the authorisation goes on: the bank's own app may still decide it."""
        del record
        return False

    @abstractmethod
    def _is_starting(self, record: OrderRecord) -> bool:
        """Tell whether only the start of an authorisation by this device is on record, and not what came of it."""

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

    def _require_shown(self, seen: Shown) -> Script[None]:
        for record in (yield from self._records()):
            if record.content.order in seen.payments:
                require_same(record.content.payment, seen.payments[record.content.order][0], "otp")

    def _read_basket(
        self, records: Sequence[OrderRecord], signable: Collection[TransactionStatus]
    ) -> Script[Progress | None]:
        """Have the bank show the basket: all that was tied, nothing else, and that it can still be signed.

        Raises:
            UserFacingError: ``basket.changed``.
        """
        basket, tied = records[0].basket, records[0].tied
        if not basket:  # it was untied meanwhile, so that no intent can be recorded
            return None
        try:
            now = yield from on_network(partial(self.baskets.basket, basket, tied))
        except BindingError as error:
            return (yield from self._refused_reply("basket", error))
        if now.status not in signable:
            yield from self._reconcile()
            raise UserFacingError("basket.changed")
        return None

    # — asking —

    def _reconcile(self) -> Script[Progress]:
        records = yield from self._records()
        sent = any(self._may_be_answered(record) for record in records)
        self._authorisation = self._authorisation_of(records)
        lost = any(self._is_starting(record) for record in records) or not self._app_asks
        if sent and lost:  # interrupted while a start, or the code, was being sent, or lost before
            yield from on_vault(partial(self._note, "unknown", "restarted"))
        unanswered: ConnectorError | None = None
        try:
            if sent or any(self._was_refused(record) for record in records):
                unanswered = yield from kept(self._ask_authorisation(sent=sent))
            refused = yield from self._ask_statuses(records)
            if refused is not None:
                return refused
            yield from self._ask_basket((yield from self._records()))
        except BindingError as error:
            return (yield from self._refused_reply("status", error))
        except ConnectorError as error:
            unanswered = error
        now = yield from self._records()
        return self._waiting(self._shown(self._phase_of(now), unanswered))

    def _ask_authorisation(self, *, sent: bool) -> Script[ConnectorError | None]:
        """Ask what became of the answer, or the start; where the bank can't say, nobody can: nothing is sent again."""
        if any(self._is_starting(record) for record in (yield from self._records())):
            return (yield from self._take_up())
        try:
            found = yield from self._stands()
        except ConnectorError as error:
            if error.code != "bank.not_found_proves_nothing":
                raise
            return error
        told = found.elsewhere or bool(sent and found.message)  # of what was sent words are enough: better to wait
        if found.state is AuthorisationState.OPEN and (self._app_asks or told):
            # The person hasn't decided yet, be it that this program was started anew since.
            if not sent:
                yield from on_vault(self._note_asked)
            self._heard, self._words = True, found.message or self._words
            return None
        # Where the bank still waits, whatever is on its way can only sign this basket, and each payment executes once.
        outcome, reason = DONE.get(found.state, "refused"), _REASONS.get(found.state, "not_received")
        yield from on_vault(partial(self._note, outcome, reason, found.reply))
        self._elsewhere = self._heard = False
        return None

    def _unheard(self) -> Script[tuple[str, ...]]:
        starting = [record for record in (yield from self._records()) if self._is_starting(record)]
        known = frozenset[str]().union(*(record.authorisations for record in starting))
        listed = yield from on_network(partial(self.baskets.authorisations, starting[0].basket))
        return tuple(name for name in listed if name not in known)

    def _asks(self, found: Authorisation) -> Script[bool]:
        yield from ()
        return found.state is AuthorisationState.OPEN and bool(found.elsewhere or found.message)

    def _stands(self) -> Script[Authorisation]:
        basket = (yield from self._records())[0].basket
        return (yield from on_network(partial(self.baskets.authorisation, basket, self._authorisation)))

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

    def _now(self, phase: Phase) -> Script[Progress]:
        yield from ()
        return self._shown(phase)

    def _truthful(self, script: Script[Progress], before: Progress) -> Script[Progress]:
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


def _states(records: Sequence[OrderRecord]) -> tuple[object, ...]:
    return tuple((record.state, record.basket, record.attempts, record.signings) for record in records)


_REASONS = {state: state.value for state in DONE}
