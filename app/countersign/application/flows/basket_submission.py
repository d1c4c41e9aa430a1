"""The sender's own signature on several orders at once: hand in → tie → one code → ask.

Each order has its own intent and its own initiation, exactly as alone (``Submission``): a basket adds no way to begin a
payment. Tying has an intent of its own. Where the reply to it is lost, the basket's name is lost too, and no bank can
be asked for it: those orders are never tied again, and are signed one by one, or given up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from countersign.application.flows.basket_run import BasketRun, Shown
from countersign.application.flows.progress import Phase, Progress
from countersign.application.flows.script import Script, on_network, on_vault
from countersign.application.flows.submission import Submission
from countersign.application.ports.bank import Basket, CommitPoint, RawReply
from countersign.application.use_cases import record_basket as record
from countersign.domain.errors import ConnectorError, FailureKind, SecurityError, UserFacingError
from countersign.domain.ledger.order_baskets import MOST_TIED, may_be_untied
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import BindingError
from countersign.domain.order_state import OrderState, TransactionStatus

_HELD = frozenset({OrderState.INITIATED, OrderState.AUTHORISING})
_NOT_YET = frozenset({OrderState.APPROVED, OrderState.INTENDED})
_UNKNOWN = frozenset({OrderState.ANSWERING, OrderState.UNKNOWN})
_UNSENT = frozenset({Phase.IDLE, Phase.CONTINUE, Phase.PASSWORD, Phase.METHOD, Phase.CODE})
_SIGNABLE = frozenset({TransactionStatus.RCVD})
_GONE = frozenset({TransactionStatus.RJCT, TransactionStatus.CANC})


@dataclass(slots=True, kw_only=True)
class BasketSubmission(BasketRun):
    """Several orders of this device, signed by one code.

    Attributes:
        submission: Returns the one submission of an order.
    """

    submission: Callable[[str], Submission]

    def begin(self) -> None:
        """Hand in what is not there yet, tie all together, and open one authorisation; or go on with that."""
        if self.progress.phase in {Phase.IDLE, Phase.CONTINUE, Phase.NOT_SENT}:
            self._run(self._begin(), "initiation")

    def untie(self) -> None:
        """Dissolve the basket, also while the bank asks: no code has gone out. The payments stay there, unsigned."""
        if self.progress.phase in _UNSENT:
            self._run(self._untie(), "status")

    # — handing in and tying —

    def _begin(self) -> Script[Progress]:
        records = yield from self._records()
        self._require_fit(records)
        profile = yield from on_network(self.bank.profile)
        if not profile.never_executes_unauthorised or profile.commit_point is not CommitPoint.SCA_ANSWER:
            raise UserFacingError("basket.not_offered")  # what is handed in might be carried out alone, or in parts
        left = (yield from self._hand_in(records)) or (yield from self._keep_held())
        if left is not None:
            return left
        records = yield from self._records()
        left = yield from self._read_back(records)
        if left is not None:
            return left
        basket = yield from (self._look(records) if records[0].basket else self._tie(records))
        if isinstance(basket, Progress):
            return basket
        if not basket.handle:  # the bank wants no authorisation of it any more
            return (yield from self._reconcile())
        return (yield from self._open(basket))

    def _hand_in(self, records: Sequence[OrderRecord]) -> Script[Progress | None]:
        """Hand in what the bank doesn't hold yet, one after the other, each as it would be alone."""
        for found in records:
            if found.state not in _NOT_YET:
                continue
            progress = yield from self.submission(found.content.order).hand_in()
            if progress.phase in {Phase.IDLE, Phase.NOT_SENT}:  # nothing went out: it may be tried again
                stopped = self._shown(Phase.NOT_SENT)
                return replace(stopped, error=progress.error, error_params=progress.error_params)
        return None

    def _keep_held(self) -> Script[Progress | None]:
        """Go on only if the bank holds all of them alike; what is signed is else looked at anew: its total is another.

        Raises:
            UserFacingError: ``basket.*``.
        """
        records = yield from self._records()
        held = tuple(found.content.order for found in records if found.state in _HELD)
        tied = {found.basket for found in records}
        if len(held) < len(records):
            if tied != {""}:
                raise UserFacingError("basket.changed")
            self.orders = held or self.orders
            return self._shown(self._phase_of((yield from self._records())), UserFacingError("basket.fewer"))
        if any(found.by_hand or not found.never_executes_unauthorised for found in records):
            raise UserFacingError("basket.not_offered")
        if len(tied) != 1:
            raise UserFacingError("basket.mixed")
        return None

    def _require_fit(self, records: Sequence[OrderRecord]) -> None:
        if len(records) > MOST_TIED:
            raise UserFacingError("basket.too_many", count=MOST_TIED)
        if any(found.sender != self.vault.identity.device for found in records):
            raise SecurityError("intent.not_the_sender")
        if any(self.submission(order).busy for order in self.orders):  # its reply would be of no use once it is tied
            raise UserFacingError("basket.busy")
        self.baskets  # noqa: B018 - raises where the bank offers none

    def _look(self, records: Sequence[OrderRecord]) -> Script[Basket | Progress]:
        """Ask for the basket that they are in, and hold it to what was tied."""
        try:
            return (yield from on_network(partial(self.baskets.basket, records[0].basket, _payments(records))))
        except BindingError as error:
            return (yield from self._refused_reply("basket", error))

    def _read_back(self, records: Sequence[OrderRecord]) -> Script[Progress | None]:
        """Have the bank read every payment back, since a basket names them and says nothing of their content."""
        for found in records:
            payment = found.content.payment
            recall = partial(self.bank.recall_initiation, found.payment_id, payment.product, payment)
            try:
                held = yield from on_network(recall)
            except BindingError as error:
                return (yield from self._refused_reply("basket", error, (found.content.order,)))
            if held.status is not TransactionStatus.RCVD:
                yield from self._reconcile()
                raise UserFacingError("basket.changed")
        return None

    def _read_once_more(self) -> Script[Progress | None]:
        records = yield from self._records()
        return (yield from self._read_back(records)) or (yield from self._read_basket(records, _SIGNABLE))

    def _tie(self, records: Sequence[OrderRecord]) -> Script[Basket | Progress]:
        request_id = self.new_request_id()
        yield from on_vault(partial(record.record_tying_intent, self.vault, self.orders, request_id))
        try:
            basket = yield from on_network(partial(self.baskets.tie, _payments(records), request_id))
        except BindingError as error:
            yield from self._keep_name(error.params.get("basket_id"))
            return (yield from self._refused_reply("basket", error))
        except ConnectorError as error:
            yield from self._keep_name(error.params.get("basket_id"))
            if error.kind is not FailureKind.UNKNOWN:  # it is known that nothing was tied
                yield from on_vault(partial(record.record_untied, self.vault, self.orders, "", error.code))
            return self._shown(Phase.CONTINUE, error)
        try:
            yield from on_vault(partial(record.record_tied, self.vault, self.orders, basket))
        except SecurityError:  # one of them moved on meanwhile: the others must not be tied under a lost name
            yield from self._keep_name(basket.basket_id)
            raise
        return basket

    def _keep_name(self, basket: object) -> Script[None]:
        if isinstance(basket, str) and basket:
            yield from on_vault(partial(record.record_tied_unseen, self.vault, self.orders, basket))

    def _open(self, basket: Basket) -> Script[Progress]:
        yield from on_vault(self._permit)
        return (yield from self._start(partial(self.bank.start_authorisation, basket.handle)))

    # — dissolving —

    def _untie(self) -> Script[Progress]:
        records = yield from self._records()
        if any(self._may_be_answered(found) for found in records):  # the bank's own app may decide, or a code is out
            return (yield from self._reconcile())
        basket, request_id = next((found.basket for found in records if found.basket), ""), self.new_request_id()
        if basket:
            yield from on_network(partial(self.baskets.dissolve, basket, request_id))
            yield from on_vault(partial(record.record_untied, self.vault, self.orders, basket, "dissolved"))
        return self._shown(self._phase_of((yield from self._records())))

    # — what a first signature is —

    def _intend_start(self) -> None:
        record.record_start_together(self.vault, self.orders)

    def _note_started(self, authorisation: str, *, asked: bool) -> None:
        basket = self.read(self.orders[0]).basket
        record.record_together(self.vault, self.orders, basket, authorisation, asked=asked)

    def _note_not_started(self, reason: str) -> None:
        record.record_not_started_together(self.vault, self.orders, reason)

    def _permit(self) -> None:
        record.require_open(self.vault)

    def _intend(self, seen: Shown) -> None:
        found = self.read(self.orders[0])
        if set(seen.payments) != set(self.orders):
            raise SecurityError("binding.otp", field="payments")
        args = (self.vault, found.basket, self._authorisation, seen.digests, seen.digest)
        record.record_answer_together(*args, after_asking=self._elsewhere)

    def _note_asked(self) -> None:
        record.record_asked_together(self.vault, self.orders, self._authorisation)

    def _note(self, outcome: str, reason: str, reply: RawReply | None = None) -> None:
        args = (self.vault, self.orders, self._authorisation, outcome, reason, reply)
        record.record_outcome_together(*args)

    def _may_be_answered(self, record: OrderRecord) -> bool:
        return bool(record.basket) and record.state in _UNKNOWN

    def _is_starting(self, record: OrderRecord) -> bool:
        return bool(record.basket and record.starting) and record.state in _UNKNOWN

    def _was_refused(self, record: OrderRecord) -> bool:
        return bool(record.basket) and record.state is OrderState.AUTHORISING and record.answered

    def _authorisation_of(self, records: Sequence[OrderRecord]) -> str:
        asked = (found for found in records if self._may_be_answered(found) or self._was_refused(found))
        return next((found.authorisation_id for found in asked), "")

    def _ask_basket(self, records: Sequence[OrderRecord]) -> Script[None]:
        tied = [found for found in records if found.basket and may_be_untied(found)]
        if not tied:
            return
        basket, payments = tied[0].basket, tied[0].tied
        now = yield from on_network(partial(self.baskets.basket, basket, payments))
        if now.status in _GONE:
            yield from on_vault(partial(record.record_untied, self.vault, self.orders, basket, now.status.value))

    def _phase_of(self, records: Sequence[OrderRecord]) -> Phase:
        states = {found.state for found in records}
        if states & (_UNKNOWN | {OrderState.CANCELLING}):
            return Phase.UNKNOWN
        if states & (_HELD | _NOT_YET):
            return Phase.CONTINUE
        return Phase.ENDED if all(found.final for found in records) else Phase.ACCEPTED


def _payments(records: Sequence[OrderRecord]) -> tuple[str, ...]:
    return tuple(found.payment_id for found in records)
