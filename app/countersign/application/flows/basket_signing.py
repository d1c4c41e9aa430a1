"""A further signature on several orders at once: somebody signs, under their own name, the basket that another tied.

It can do nothing else: it has no way to hand in, to tie or to dissolve. What it signs is all that still waits in the
basket, so every order of it must be known here, and the bank must agree on which of them wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from countersign.application.flows.basket_run import BasketRun, Shown
from countersign.application.flows.progress import Phase, Progress
from countersign.application.flows.script import Script, on_network, on_vault
from countersign.application.ports.bank import RawReply
from countersign.application.use_cases import record_basket_signing as record
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import BindingError
from countersign.domain.order_state import TransactionStatus

_WAITING = frozenset({TransactionStatus.RCVD, TransactionStatus.PATC})


@dataclass(slots=True, kw_only=True)
class BasketSigning(BasketRun):
    """One person's further signature on what waits in a basket."""

    _signs: tuple[str, ...] = ()

    def begin(self, person: str) -> None:
        """Open an authorisation for somebody, by their name at the bank."""
        if self.progress.phase in {Phase.IDLE, Phase.CONTINUE}:
            self._run(self._begin(person), "authorisation")

    def _begin(self, person: str) -> Script[Progress]:
        if not person:
            raise UserFacingError("signing.person_missing")
        records = yield from self._records()
        basket, payments = records[0].basket, records[0].tied
        if not basket or sorted(found.payment_id for found in records) != sorted(payments):
            raise UserFacingError("basket.not_all_known")
        self._signs = tuple(found.content.order for found in records if found.awaits_signature)
        yield from on_vault(self._permit)
        refused = yield from self._agree(records)
        if refused is not None:
            return refused
        try:
            held = yield from on_network(partial(self.baskets.basket, basket, payments))
        except BindingError as error:
            return (yield from self._refused_reply("authorisation", error))
        if not held.handle:
            return (yield from self._reconcile())
        return (yield from self._start(partial(self.bank.start_authorisation, held.handle, person)))

    def _agree(self, records: Sequence[OrderRecord]) -> Script[Progress | None]:
        """Have the bank read every payment back that may be signed, and say which wait: those that the ledger says."""
        for found in records:
            if found.final:
                continue
            payment, order = found.content.payment, found.content.order
            try:
                held = yield from on_network(
                    partial(self.bank.recall_initiation, found.payment_id, payment.product, payment)
                )
            except BindingError as error:
                return (yield from self._refused_reply("authorisation", error, (order,)))
            if (held.status in _WAITING) is not (order in self._signs):
                yield from self._reconcile()
                raise UserFacingError("basket.changed")
        return None

    def _read_once_more(self) -> Script[Progress | None]:
        records = yield from self._records()
        return (yield from self._agree(records)) or (yield from self._read_basket(records, _WAITING))

    # — what a further signature is —

    def _intend_start(self) -> None:
        self._authorisation = ""
        record.record_signing_start_together(self.vault, self._signs)

    def _note_started(self, authorisation: str, *, asked: bool) -> None:
        known = {order: self.read(order) for order in self.orders}
        orders = [order for order, found in known.items() if self._is_starting(found)]
        basket = known[orders[0]].basket
        record.record_signing_together(self.vault, orders, basket, authorisation, asked=asked)

    def _note_not_started(self, reason: str) -> None:
        record.record_signing_not_started_together(self.vault, self.orders, reason)

    def _permit(self) -> None:
        record.require_may_sign_together(self.vault, self._signs or self.orders)

    def _intend(self, seen: Shown) -> None:
        if set(seen.payments) != set(self._signs):
            raise SecurityError("binding.otp", field="payments")
        args = (self.vault, self.orders, self._authorisation, seen.digests, seen.digest)
        record.record_signing_intent_together(*args, after_asking=self._elsewhere)

    def _note_asked(self) -> None:
        record.record_signing_asked_together(self.vault, self._signs, self._authorisation)

    def _note(self, outcome: str, reason: str, reply: RawReply | None = None) -> None:
        args = (self.vault, self.orders, self._authorisation, outcome, reason, reply)
        record.record_signing_ended_together(*args)

    def _may_be_answered(self, record: OrderRecord) -> bool:
        own = record.signing_of(self.vault.identity.device)
        return own is not None and own.under_way

    def _is_starting(self, record: OrderRecord) -> bool:
        own = record.signing_of(self.vault.identity.device)
        return own is not None and own.starting

    def _authorisation_of(self, records: Sequence[OrderRecord]) -> str:
        own = (found.signing_of(self.vault.identity.device) for found in records if self._may_be_answered(found))
        return next((found.authorisation for found in own if found is not None), "")

    def _phase_of(self, records: Sequence[OrderRecord]) -> Phase:
        if any(self._may_be_answered(found) for found in records):
            return Phase.UNKNOWN
        if any(found.awaits_signature for found in records):
            return Phase.CONTINUE
        return Phase.ENDED if all(found.final for found in records) else Phase.ACCEPTED
