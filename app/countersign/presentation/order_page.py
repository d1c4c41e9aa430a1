"""What the page of one order shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from countersign.presentation.carry import CarryState
from countersign.presentation.messages import _
from countersign.presentation.order_evidence import Evidence
from countersign.presentation.order_recall import RecallState
from countersign.presentation.order_timeline import TimelineLine
from countersign.presentation.recovery_words import RecoveryState
from countersign.presentation.transfer_confirm import ScaState
from countersign.presentation.transfer_desk import Problem


@dataclass(frozen=True, slots=True)
class OrderPageState:
    """What the page shows.

    Attributes:
        tone: ``ok``, ``warn``, ``danger``, ``info`` or ``neutral``.
        next_steps: What happens next and what the person can do.
        warning: A contradiction between bank facts, or an emergency stop.
        may_cancel: The bank can be asked to take it back.
        asks_to_cancel: The question whether to cancel is shown.
        sca: The bank's questions, while it asks any.
        carry: What the person carries to the bank, and what they said of it; None where nothing is carried.
        poll_after_ms: When to look again; 0 for never.
        go_on: Words of the button that goes on, where others had to approve first; empty for the usual ones.
        may_sign: It waits for this person's approval, or for this device's confirmation.
        sign: Words of the button that leads there; empty for the usual ones.
        may_sign_at_bank: The bank wants another signature, and it can be given here.
        may_repair: It was returned to this person, who can make a new transfer from it.
    """

    order: str
    heading: str
    amount: str
    words: str
    payee: str
    account: str
    chip: str
    tone: str
    sentence: str
    next_steps: tuple[str, ...]
    warning: str
    timeline: tuple[TimelineLine, ...]
    evidence: tuple[Evidence, ...]
    may_cancel: bool
    may_check: bool
    may_go_on: bool
    may_give_up: bool
    may_stop: bool
    may_receipt: bool
    asks_to_cancel: bool
    sca: ScaState | None
    busy: str
    problem: Problem
    poll_after_ms: int
    carry: CarryState | None = None
    recovery: RecoveryState | None = None
    recall: RecallState | None = None
    go_on: str = ""
    may_sign: bool = False
    sign: str = ""
    may_sign_at_bank: bool = False
    may_repair: bool = False


class OrderView(Protocol):
    """The page."""

    def show_state(self, state: OrderPageState) -> None:
        """Show the state."""


def empty_page(order: str, problem: Problem) -> OrderPageState:
    """Return a page that knows nothing of its order yet."""
    return OrderPageState(
        order, _("Payment"), "", "", "", "", "", "neutral", "", (), "", (), (),
        may_cancel=False, may_check=False, may_go_on=False, may_give_up=False, may_stop=False, may_receipt=False,
        asks_to_cancel=False, sca=None, busy="", problem=problem, poll_after_ms=0,
    )  # fmt: skip
