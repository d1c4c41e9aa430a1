"""Where a submission stands, for whoever shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol

from countersign.application.ports.bank import Authorisation, AuthorisationState, Challenge, Handover, ScaMethod
from countersign.domain.order_state import FINAL, OrderState

LOOK_MS: Final = 3_000
"""After how many milliseconds the bank is asked for the first time what was decided in its own app."""
LOOK_MOST_MS: Final = 60_000
TYPED: Final = frozenset({"SMS_OTP", "CHIP_OTP", "PHOTO_OTP", "SMTP_OTP"})
"""The kinds of which it is known that a code is typed here (NextGenPSD2 1.3 §14.13). The list is open, and of PUSH_OTP
the standard leaves it open whether the app shows a code or asks for the decision."""
DONE: Final = {
    AuthorisationState.FINALISED: "signed",
    AuthorisationState.EXEMPTED: "signed",
    AuthorisationState.FAILED: "failed",
}
"""What an authorisation that has ended is on record as."""


class Phase(StrEnum):
    """What a submission waits for."""

    IDLE = "idle"
    WORKING = "working"
    NOT_SENT = "not_sent"  # the bank could not be reached and nothing went out: this step may be tried again
    CARRYING = "carrying"  # laid out: the person carries it to the bank, and only facts tell what became of it
    CONTINUE = "continue"  # the bank holds it, nothing is authorised: go on, or give up
    PASSWORD = "password"  # noqa: S105 - a phase
    METHOD = "method"
    CODE = "code"
    UNKNOWN = "unknown"  # nobody knows: we ask and never send
    ACCEPTED = "accepted"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a submission stands, for whoever shows it.

    Attributes:
        handover: What is carried, in the phase CARRYING.
        recall: The request to call the payment off that was written just now.
        elsewhere: Whether the bank's own app may be asking the person now. In the phase CODE either decides; ``look``
            asks whether it was decided there.
        look_ms: After how many milliseconds to ask so: longer each time that it brought nothing.
        still: Whether it has been asked so before, and the bank still waits for its app.
        stage: ``initiation``, ``authorisation``, ``answer``, ``status`` or ``cancellation``.
        error: Code of what went wrong last; empty when nothing did.
    """

    phase: Phase = Phase.IDLE
    state: OrderState = OrderState.APPROVED
    stage: str = ""
    methods: tuple[ScaMethod, ...] = ()
    challenge: Challenge | None = None
    message: str = ""
    elsewhere: bool = False
    look_ms: int = 0
    still: bool = False
    handover: Handover | None = None
    recall: Handover | None = None
    error: str = ""
    error_params: Mapping[str, str | int] = field(default_factory=dict)


class OtherRun(Protocol):
    """What one run asks of another."""

    progress: Progress

    @property
    def busy(self) -> bool:
        """Whether a record or an exchange is under way."""


PHASE_OF: Final[Mapping[OrderState, Phase]] = MappingProxyType(
    {
        OrderState.PREPARED: Phase.IDLE,
        OrderState.APPROVED: Phase.IDLE,
        OrderState.INTENDED: Phase.UNKNOWN,  # but where it is known that nothing went out: NOT_SENT
        OrderState.INITIATED: Phase.CONTINUE,
        OrderState.AUTHORISING: Phase.CONTINUE,
        OrderState.ANSWERING: Phase.UNKNOWN,
        OrderState.UNKNOWN: Phase.UNKNOWN,
        OrderState.ACCEPTED: Phase.ACCEPTED,
        OrderState.CANCELLING: Phase.UNKNOWN,
        **dict.fromkeys(FINAL, Phase.ENDED),
    }
)
"""What an order waits for, by its state in the ledger."""


def asking(progress: Progress, authorisation: Authorisation) -> Progress:
    """Return what is shown while an open authorisation wants its next step."""
    if authorisation.challenge is not None:
        phase = Phase.CODE
    else:
        phase = Phase.METHOD if authorisation.methods else Phase.PASSWORD
    return replace(
        progress,
        phase=phase,
        methods=authorisation.methods or progress.methods,
        challenge=authorisation.challenge,
        message=authorisation.message,
    )


def may_commit(methods: Sequence[ScaMethod], method: str) -> bool:
    """Tell whether choosing a method may be all that the bank needs: of every kind but those that want a typed code."""
    return not any(item.method == method and item.kind in TYPED for item in methods)


def weight(authorisation: Authorisation, *, asks: bool) -> int:
    """Return how much an authorisation tells of a payment, more being more: decided, then asking, open, failed."""
    if authorisation.state is AuthorisationState.FAILED:
        return 0
    if authorisation.state is not AuthorisationState.OPEN:
        return 3
    return 2 if asks else 1
