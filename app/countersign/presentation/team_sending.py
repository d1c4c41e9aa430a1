"""Who sends an order: handing it over to another device, and what to do where the sender is lost (LEDGER rule 12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from countersign.application.flows.script import Script, on_vault
from countersign.application.session import Session
from countersign.application.use_cases.hand_over_sending import (
    LostSender,
    end_lost_order,
    hand_over_sending,
    lost_sender,
    may_be_doubled,
)
from countersign.domain.ledger.governance import Governance
from countersign.domain.ledger.members import SIGNING_ROLES
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState
from countersign.presentation.messages import _
from countersign.presentation.team_desk import Work
from countersign.presentation.team_words import Option, device_title, moment_text, name_of

_BEFORE_SENDING = frozenset({OrderState.PREPARED, OrderState.APPROVED})


@dataclass(frozen=True, slots=True)
class SendingState:
    """The card of who sends an order; not shown where ``text`` is empty.

    Attributes:
        devices: To which this one can be handed over; none where it can't.
        asks: The question is shown.
        may_end: Whether the order can be ended because its sender was lost; ``end_blocked`` says why not yet.
    """

    text: str = ""
    devices: tuple[Option, ...] = ()
    asks: bool = False
    question: str = ""
    may_end: bool = False
    end_blocked: str = ""
    warning: str = ""
    busy: str = ""
    problem: str = ""


class SendingView(Protocol):
    """The card."""

    def show_state(self, state: SendingState) -> None:
        """Show the state."""


@dataclass(frozen=True, slots=True)
class _Known:
    record: OrderRecord
    governance: Governance
    lost: LostSender | None


class SendingPresenter:
    """Shows who sends an order, and hands that over."""

    def __init__(self, session: Session, view: SendingView, changed: Callable[[], None]) -> None:
        """Make the presenter; ``changed`` is called once something changed on record."""
        self._session, self._view, self._changed = session, view, changed
        self._work = Work(session, self._render)
        self._order = ""
        self._known: _Known | None = None
        self._chosen = ""
        self._asks = False
        self._leave: Callable[[], None] = lambda: None

    def start(self, order: str) -> None:
        """Look at an order, and follow what arrives about it."""
        self._order = order
        self._leave = self._session.sharing.listen(self._refresh)
        self._refresh()

    def close(self) -> None:
        """Show nothing any more."""
        self._work.closed = True
        self._leave()

    def _refresh(self) -> None:
        self._work.run(on_vault(self._read), "", self._was_read)

    def _read(self) -> _Known | None:
        vault = self._session.sharing.vault
        record = vault.order(self._order)
        return _Known(record, vault.rules.governance, lost_sender(vault, self._order)) if record is not None else None

    def _was_read(self, known: _Known | None) -> None:
        self._known = known

    # — what the person does —

    def ask(self, device: str) -> None:
        """Ask whether the other device shall send it."""
        self._chosen, self._asks = device, True
        self._render()

    def keep(self) -> None:
        """Leave it as it is."""
        self._asks = False
        self._render()

    def hand_over(self) -> None:
        """Let the other device send it."""
        self._record(partial(hand_over_sending, self._session.sharing.vault, self._order, self._chosen))

    def end(self) -> None:
        """End an order whose sender was lost."""
        self._record(partial(end_lost_order, self._session.sharing.vault, self._order))

    def _record(self, work: Callable[[], object]) -> None:
        def script() -> Script[_Known | None]:
            yield from on_vault(work)
            self._session.sharing.tell_others()
            return (yield from on_vault(self._read))

        def done(known: _Known | None) -> None:
            self._known, self._asks = known, False
            self._changed()

        self._work.run(script(), _("Recording it"), done)

    # — showing —

    def _render(self) -> None:
        known, work = self._known, self._work
        if known is None or len([item for item in known.governance.devices if not item.closed]) < 2:  # noqa: PLR2004
            self._view.show_state(SendingState(busy=work.busy, problem=work.problem))
            return
        record, state = known.record, known.governance
        sends = record.sender == self._session.sharing.vault.identity.device
        before = record.state in _BEFORE_SENDING
        if may_be_doubled(record):
            self._view.show_state(
                SendingState(
                    text=_("This order was ended because the device that could send it is lost."),
                    warning=_(
                        "It may have been sent all the same. Ask the bank before you pay it anew: the payment could be "
                        "made twice."
                    ),
                )
            )
        elif sends and before:
            self._view.show_state(self._own(state))
        elif known.lost is not None:
            self._view.show_state(self._others(known, known.lost))
        else:
            self._view.show_state(SendingState())

    def _own(self, state: Governance) -> SendingState:
        me = self._session.sharing.vault.identity.device
        able = [item.member for item in state.members if not SIGNING_ROLES.isdisjoint(item.roles)]
        devices = tuple(
            (item.device, _device_name(state, item.device))
            for item in state.devices
            if item.device != me and not item.closed and item.member in able
        )
        question = _("From then on {device} alone can send it, and this one can't any more.").format(
            device=_device_name(state, self._chosen)
        )
        return SendingState(
            text=_("Only this device can send this order."),
            devices=devices,
            asks=self._asks,
            question=question if self._asks else "",
            busy=self._work.busy,
            problem=self._work.problem,
        )

    def _others(self, known: _Known, lost: LostSender) -> SendingState:
        device = _device_name(known.governance, lost.device)
        at = lost.last_heard
        heard = _("It was last heard of {time}.").format(time=moment_text(at, self._session.zone)) if at else ""
        text = _("Only {device} can send this order.").format(device=device)
        if lost.intended:
            return SendingState(
                text=f"{text} {heard}".strip(),
                warning=_("It began to send it: ask the bank what became of it.") if lost.closed else "",
            )
        return SendingState(
            text=f"{text} {heard}".strip(),
            may_end=True,
            end_blocked=""
            if lost.closed
            else _("That device may still send it. Close it first, on the page of its member."),
            warning=_("The device is closed. Whether it sent this order before, only the bank knows: ask it first.")
            if lost.closed
            else "",
            busy=self._work.busy,
            problem=self._work.problem,
        )


def _device_name(state: Governance, device: str) -> str:
    known = state.device(device)
    title = device_title(device)
    if known is None:
        return title
    return _("{name} · {device}").format(name=name_of(state, known.member), device=title)
