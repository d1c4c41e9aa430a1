"""The signing baskets of a scripted bank: payments tied together, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from countersign.application.ports.bank import Authorisation, Basket, RawReply
from countersign.domain.errors import ConnectorError, FailureKind
from countersign.domain.order import BindingError
from countersign.domain.order_state import TransactionStatus

if TYPE_CHECKING:
    from countersign.testing.fake_bank import ScriptedBank

_WAITING = frozenset({TransactionStatus.RCVD, TransactionStatus.PATC})


@dataclass(slots=True)
class HeldBasket:
    """A basket that the bank holds."""

    payments: tuple[str, ...]
    status: TransactionStatus = TransactionStatus.RCVD

    @property
    def open(self) -> bool:
        """Whether it can be signed."""
        return self.status in _WAITING


@dataclass(slots=True)
class FakeBaskets:
    """Implements the ``SigningBaskets`` port for a scripted bank.

    Attributes:
        listed: What the bank claims to have tied, as a faulty or hostile bank would; None for the truth.
    """

    bank: ScriptedBank
    listed: tuple[str, ...] | None = None

    def tie(self, payments: Sequence[str], request_id: str) -> Basket:
        """Tie payments that nobody has signed, once each."""
        self.bank.called("tie")
        taken = {one for held in self.bank.held_baskets.values() if held.open for one in held.payments}
        if any(self.bank.held[one].status is not TransactionStatus.RCVD or one in taken for one in payments):
            raise ConnectorError(FailureKind.TERMINAL, "bank.tpp.reference_status_invalid", text="Signed or tied.")
        basket = f"basket-{len(self.bank.held_baskets) + 1}"
        self.bank.held_baskets[basket] = HeldBasket(tuple(payments))
        self.bank.may_lose("tie")
        try:
            return self._shown(basket, payments, request_id)
        except BindingError as error:
            raise BindingError(error.code, **(error.params | {"basket_id": basket})) from error

    def basket(self, basket_id: str, payments: Sequence[str]) -> Basket:
        """Say where a basket stands."""
        self.bank.called("basket")
        return self._shown(basket_id, payments, f"basket-{basket_id}")

    def authorisation(self, basket_id: str, authorisation_id: str) -> Authorisation:
        """Say where an authorisation of a basket stands."""
        self.bank.called("basket_authorisation")
        if self.bank.opened[authorisation_id].payment_id != basket_id:
            raise ConnectorError(FailureKind.RETRYABLE, "bank.not_found_proves_nothing")
        return self.bank.authorisation_now(authorisation_id)

    def authorisations(self, basket_id: str) -> Sequence[str]:
        """List the authorisations of a basket."""
        self.bank.called("basket_authorisations")
        return self.bank.opened_for(basket_id, "basket")

    def dissolve(self, basket_id: str, request_id: str) -> None:
        """Untie what nobody has authorised."""
        del request_id
        self.bank.called("dissolve")
        held = self.bank.held_baskets[basket_id]
        if held.status is not TransactionStatus.RCVD:
            raise ConnectorError(FailureKind.TERMINAL, "bank.tpp.status_invalid", text="The basket is signed.")
        held.status = TransactionStatus.CANC
        self.bank.may_lose("dissolve")

    def sign(self, basket_id: str, person: str) -> None:
        """Sign all that waits in a basket: the bank's side."""
        held = self.bank.held_baskets[basket_id]
        waiting = [one for one in held.payments if self.bank.held[one].status in _WAITING]
        for one in waiting:
            self.bank.sign(one, person)
        partly = any(self.bank.held[one].status in _WAITING for one in waiting)
        held.status = TransactionStatus.PATC if partly else TransactionStatus.ACTC

    def _shown(self, basket: str, payments: Sequence[str], request_id: str) -> Basket:
        held = self.bank.held_baskets[basket]
        told = held.payments if self.listed is None else self.listed
        if sorted(told) != sorted(payments):
            raise BindingError("binding.reply", field="payments", count=1)
        reply = RawReply(200, request_id, b"{}", self.bank.clock.now_ms())
        return Basket(basket, held.status, told, f"{basket}#basket" if held.open else "", reply)
