"""What leads from an order to its code: on its page, and in the inbox once an answer was signed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Protocol

from countersign.application.flows.script import on_vault
from countersign.application.order_codes import ANSWERS, last_answer, other_devices
from countersign.application.session import Session
from countersign.domain.order_state import OrderState
from countersign.presentation.code_showing import CodeNavigate
from countersign.presentation.messages import _
from countersign.presentation.team_desk import Work


@dataclass(frozen=True, slots=True)
class CodeOfferState:
    """What is offered; nothing where ``text`` is empty.

    Attributes:
        show: Words of the button that shows the code.
        reads: An answer may come: it can be read.
    """

    text: str = ""
    show: str = ""
    reads: bool = False


class CodeOfferView(Protocol):
    """Where it is offered."""

    def show_offer(self, state: CodeOfferState) -> None:
        """Show the offer."""


class CodeOffer:
    """Looks whether an order, or the answer that was signed here last, can be shown to another device."""

    def __init__(self, session: Session, view: CodeOfferView, go: CodeNavigate) -> None:
        self._session, self._view, self._go = session, view, go
        self._work = Work(session, lambda: None)
        self._order = ""

    def start(self, order: str) -> None:
        """Offer the code of an order, where another device could read it."""
        self._order = order
        self._work.run(on_vault(partial(self._of_order, order)), "", self._view.show_offer)

    def answered(self) -> None:
        """Offer the answer that was signed last, where it doesn't travel by itself."""
        self._work.run(on_vault(self._of_answer), "", self._take_answer)

    def close(self) -> None:
        """Show nothing any more."""
        self._work.closed = True

    def show_code(self) -> None:
        """Show it as a code."""
        if self._order:
            self._go.open_page("show_code", self._order)

    def read_code(self, *, any_code: bool = False) -> None:
        """Read the answer to the order, or any code."""
        self._go.open_page("read_code", "" if any_code else self._order)

    # — inside —

    def _of_order(self, order: str) -> CodeOfferState:
        vault = self._session.sharing.vault
        record = vault.order(order)
        if record is None or record.final or not other_devices(vault, self._session.clock.now_ms()):
            return CodeOfferState()
        me = vault.identity.device
        if any(item.kind in ANSWERS and item.header.device == me for item in vault.events_of(order)):
            return CodeOfferState(
                _("Your answer can reach the others without a network, from screen to camera."),
                _("Show my answer as a code"),
                reads=record.state is OrderState.PREPARED,
            )
        return CodeOfferState(
            _("Another device can check and answer it without a network, from screen to camera."),
            _("Show as a code"),
            reads=record.state is OrderState.PREPARED,
        )

    def _of_answer(self) -> tuple[str, CodeOfferState]:
        sharing = self._session.sharing
        order = last_answer(sharing.vault)
        by_itself = sharing.connected and not sharing.error and order not in sharing.by_code
        if by_itself or not order or not other_devices(sharing.vault, self._session.clock.now_ms()):
            return "", CodeOfferState()
        text = _("Your answer can reach the others without a network, from screen to camera.")
        return order, CodeOfferState(text, _("Show my answer as a code"))

    def _take_answer(self, found: tuple[str, CodeOfferState]) -> None:
        self._order = found[0]
        self._view.show_offer(found[1])
