"""What the page shows on which several payments are signed at the bank by one code, and the card that leads there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from countersign.application.flows.basket_run import Shown
from countersign.presentation.inbox_state import Fact
from countersign.presentation.transfer_confirm import Bound, ScaState
from countersign.presentation.transfer_desk import Problem


@dataclass(frozen=True, slots=True)
class BoundTogether(Bound):
    """What the panel shows of several orders, and what that was made from.

    Attributes:
        together: The fields and digests of all of them: a code counts for these and nothing else.
    """

    together: Shown


@dataclass(frozen=True, slots=True)
class TogetherRow:
    """One payment.

    Attributes:
        chip: Where it stands, with ``tone``.
        note: What the bank says of it, such as whose signature is missing; or empty.
        marked: Whether it is to be signed with the others.
        choosable: Whether that can be changed.
    """

    order: str
    payee: str
    account: str
    amount: str
    chip: str
    tone: str
    note: str = ""
    marked: bool = False
    choosable: bool = False


@dataclass(frozen=True, slots=True)
class TiedGroup:
    """Payments that the bank ties together already: one of their orders, and a sentence about them."""

    order: str
    text: str


@dataclass(frozen=True, slots=True)
class TogetherState:
    """What the page shows.

    Attributes:
        groups: What is tied already; shown while others are chosen.
        totals: Of what is marked, one for each currency.
        sentence: Where they stand, or what pressing the button does.
        steps: Who signed and whose signature is missing, as far as the bank says.
        action: The verb of the button that begins or goes on; empty where there is nothing to begin.
        blocked: Why it can't act now; empty where it can.
        asks_person: Whether somebody signs further, under their own name.
        sca: The bank's questions, where it asks any.
        look_ms: After how many milliseconds ``look`` is called, since the bank's own app may decide while no question
            is shown; 0: never.
        busy: What is under way; or empty.
    """

    loaded: bool
    rows: tuple[TogetherRow, ...] = ()
    groups: tuple[TiedGroup, ...] = ()
    totals: tuple[Fact, ...] = ()
    sentence: str = ""
    steps: tuple[str, ...] = ()
    action: str = ""
    blocked: str = ""
    asks_person: bool = False
    may_untie: bool = False
    may_check: bool = False
    sca: ScaState | None = None
    look_ms: int = 0
    busy: str = ""
    problem: Problem = field(default_factory=Problem)


class TogetherView(Protocol):
    """The page."""

    def show_state(self, state: TogetherState) -> None:
        """Show the state."""


class OfferView(Protocol):
    """The card that leads to the page."""

    def show_offer(self, text: str) -> None:
        """Say what can be signed together; hidden where the text is empty."""
