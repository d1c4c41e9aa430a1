"""Signing baskets: several payments, one authorisation (NextGenPSD2 1.3 §8).

A basket names payments and nothing of their content, so that whoever ties one has had every payment read back before.
What is in it is held to what was tied at every look.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from countersign.adapters.banks.xs2a import authorising
from countersign.adapters.banks.xs2a.channel import Answer, Channel, proves_nothing, require_id
from countersign.adapters.banks.xs2a.handles import BASKET, Handle, read_links
from countersign.application.ports.bank import Authorisation, Basket
from countersign.domain.errors import ConnectorError, FailureKind, SecurityError
from countersign.domain.order import BindingError
from countersign.domain.order_state import TransactionStatus

_EMBEDDED = (("TPP-Redirect-Preferred", "false"), ("TPP-Explicit-Authorisation-Preferred", "true"))
_WAITING = frozenset({TransactionStatus.RCVD, TransactionStatus.PATC})
_ROOT = "/v1/signing-baskets"


class BasketDesk:
    """Ties payments together; the port ``SigningBaskets`` says what each call does and raises."""

    def __init__(self, channel: Channel) -> None:
        """Make it; ``channel`` is the bank's."""
        self._channel = channel

    def tie(self, payments: Sequence[str], request_id: str) -> Basket:
        """Tie payments together, and read the basket back."""
        target = self._channel.entry(_ROOT)
        body = orjson.dumps({"paymentIds": list(payments), "consentIds": []})
        answer = self._channel.call(
            "tie", "POST", target, body=body, headers=_EMBEDDED, request_id=request_id, person=""
        )
        basket_id = authorising.read_identifier(answer.body, "basketId")
        try:
            return self.basket(basket_id, payments)
        except BindingError as error:
            raise type(error)(error.code, **(error.params | {"basket_id": basket_id})) from error
        except ConnectorError as error:  # it is there: whoever asked must be able to dissolve it
            raise ConnectorError(
                FailureKind.UNKNOWN, "bank.basket_not_shown", basket_id=basket_id, cause=error.code
            ) from error

    def basket(self, basket_id: str, payments: Sequence[str]) -> Basket:
        """Ask where a basket stands."""
        target = self._of(basket_id)
        answer = self._look_up("basket", target)
        require_id(answer, "basketId", "basket_id", basket_id)
        listed = answer.body.get("payments")
        told = tuple(str(item) for item in listed) if isinstance(listed, list) else ()
        if sorted(told) != sorted(payments):
            raise BindingError("binding.reply", field="payments", count=1)
        if answer.body.get("consents"):  # we tie none: whoever signs this basket would grant them, too
            raise BindingError("binding.reply", field="consents", count=1)
        status = answer.body.transaction_status()
        links = read_links(answer.body, self._channel.origin, self._channel.url(target), basket_id)
        if status in _WAITING:
            links.setdefault("startAuthorisation", f"{target}/authorisations")
        handle = Handle(BASKET, basket_id, links=links)
        return Basket(basket_id, status, told, handle.write() if handle.start else "", answer.raw)

    def authorisation(self, basket_id: str, authorisation_id: str) -> Authorisation:
        """Ask where an authorisation stands."""
        target = f"{self._of(basket_id)}/authorisations/{_part(authorisation_id)}"
        answer = self._look_up("authorisation", target)
        return authorising.found_again(
            self._channel, answer, target, Handle(BASKET, basket_id, authorisation=authorisation_id)
        )

    def authorisations(self, basket_id: str) -> Sequence[str]:
        """List the authorisations of a basket."""
        return authorising.read_list(self._look_up("authorisations", f"{self._of(basket_id)}/authorisations").body)

    def dissolve(self, basket_id: str, request_id: str) -> None:
        """Untie what nobody has authorised."""
        self._channel.call("dissolve", "DELETE", self._of(basket_id), headers=_EMBEDDED, request_id=request_id)

    def _of(self, basket_id: str) -> str:
        return self._channel.entry(f"{_ROOT}/{_part(basket_id)}")

    def _look_up(self, operation: str, target: str) -> Answer:
        try:
            return self._channel.call(operation, "GET", target, lookup=True)
        except ConnectorError as error:
            raise proves_nothing(error) from error


def _part(text: str) -> str:
    """Refuse what would mean something in a path; raises ``SecurityError`` with ``bank.identifier``."""
    if not authorising.is_identifier(text):
        raise SecurityError("bank.identifier")
    return text
