"""What an order's scripts do where the person carries the payment to the bank: lay out once, find again, listen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from countersign.application.flows.order_run import OrderRun
from countersign.application.flows.progress import Phase, Progress
from countersign.application.flows.script import Script, on_network, on_vault
from countersign.application.ports.bank import Handover
from countersign.application.use_cases import record_by_hand as by_hand
from countersign.application.use_cases import record_submission as record
from countersign.application.use_cases.record_recall import record_recall, require_recallable
from countersign.domain.errors import ConnectorError, SecurityError, UserFacingError
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import BindingError
from countersign.domain.order_state import OrderState

_RECALLED_IN = frozenset({Phase.IDLE, Phase.CARRYING, Phase.ACCEPTED, Phase.ENDED, Phase.UNKNOWN})


@dataclass(slots=True, kw_only=True)
class CarryingRun(OrderRun):
    """An order that may be carried by hand."""

    _pending_initiation: str = ""  # request identification of an initiation that is known not to have gone out

    def handed_over(self, reference: str) -> None:
        """Say that the payment was carried to the bank; ``reference`` is the bank's, or empty."""
        self._say(partial(by_hand.record_handed_over, self.vault, self.order, reference))

    def not_handed_over(self) -> None:
        """Say that the payment was never carried to the bank: what was laid out is taken back, and the order ends."""
        if self.progress.phase is Phase.CARRYING:
            self._run(self._not_handed_over(), "status")

    def prove(self, name: str, data: bytes) -> None:
        """Keep a document of the bank's with the order."""
        self._say(partial(by_hand.record_proof, self.vault, self.order, name, data))

    def recall(self, reason: str) -> None:
        """Write a request to call the payment off, for the person to carry; the ledger says whether that may be."""
        if self.progress.phase in _RECALLED_IN:
            self._run(self._recall(reason), "status")

    def _say(self, work: Callable[[], None]) -> None:
        if self.progress.phase in {Phase.CARRYING, Phase.ACCEPTED, Phase.ENDED, Phase.UNKNOWN}:
            self._run(self._said(work), "status")

    # — inside —

    def _said(self, work: Callable[[], None]) -> Script[Progress]:
        yield from on_vault(work)
        return (yield from self._reconcile())

    def _not_handed_over(self) -> Script[Progress]:
        payment = (yield from self._order()).content.payment
        yield from on_vault(partial(by_hand.require_waiting, self.vault, self.order))
        yield from on_network(partial(self.bank.withdraw, payment))
        return (yield from self._said(partial(by_hand.record_not_handed_over, self.vault, self.order)))

    def _recall(self, reason: str) -> Script[Progress]:
        yield from on_vault(partial(require_recallable, self.vault, self.order))
        payment = (yield from self._order()).content.payment
        written = yield from on_network(partial(self.bank.write_recall, payment, reason))
        found = yield from self._said(partial(record_recall, self.vault, self.order, reason, written))
        return replace(found, recall=written)

    def _find_again(self, known: OrderRecord) -> Script[Progress]:
        """Find what was laid out, or learn that nothing was: then that same initiation may be tried again.

        Nothing is shown to be carried by a copy that may not sign, or while new payments are stopped.
        """
        payment = known.content.payment
        try:
            yield from on_vault(partial(by_hand.require_may_carry, self.vault))
        except (SecurityError, UserFacingError) as error:
            shown = Phase.CARRYING if known.carried_by_hand and error.code == "intent.frozen" else Phase.UNKNOWN
            return self._shown(shown, known.state, error)
        recall = partial(self.bank.recall_initiation, payment.end_to_end_id, payment.product, payment)
        try:
            found = yield from on_network(recall)
        except BindingError as error:
            return (yield from self._refused_reply("status", error))
        except ConnectorError as error:
            if error.code != "bank.nothing_handed_over" or known.state is not OrderState.INTENDED:
                return self._shown(Phase.UNKNOWN, known.state, error)
            self._pending_initiation = known.request_id
            return self._shown(Phase.NOT_SENT, known.state, error)
        if known.state is OrderState.INTENDED:
            yield from on_vault(partial(record.record_initiation, self.vault, self.order, found))
        return self._carrying(found.handover or Handover())

    def _carrying(self, handover: Handover) -> Progress:
        return replace(self._shown(Phase.CARRYING, OrderState.INITIATED), handover=handover)

    def _require_nothing_laid_out(self, known: OrderRecord) -> Script[None]:
        """Ask once more before a payment that is carried by hand is given up: what was laid out may be carried."""
        payment = known.content.payment
        recall = partial(self.bank.recall_initiation, payment.end_to_end_id, payment.product, payment)
        try:
            yield from on_network(recall)
        except ConnectorError as error:
            if error.code == "bank.nothing_handed_over":
                return
            raise
        self._pending_initiation = ""
        raise UserFacingError("bank.already_laid_out")
