"""The requester's word from another device of theirs, where a rule asks for it.

One device that shows something else than it signs, or that somebody else sits at, is not enough then. A confirmation is
no approval: it fills no need of a rule, carries nobody's authority, and counts for nobody but the person who asked.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from countersign.domain.approval.requirement import Terms
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.authors import acting_member
from countersign.domain.ledger.governance import Governance


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One device's signature over an order's digest, and why it does not count where it does not.

    Attributes:
        epoch: The epoch that the device knew.
        device: The device that signed.
        at: When, by its clock, milliseconds since the epoch; ``expires_at`` likewise.
        terms: What the order required in that epoch.
    """

    event: str
    device: str
    digest: str
    epoch: int
    assessment: str
    expires_at: int
    at: int = 0
    terms: Terms | None = None
    fault: str = ""


def device_fault(governance: Governance, device: str, requester: str, used: Collection[str], at: int) -> str:
    """Return why a device's confirmation does not count: a code; empty if it does.

    A closed device is no matter of this: what it signed up to its last accepted event stands (LEDGER rule 9).

    Args:
        governance: The epoch in force.
        device: Whose signature it is.
        requester: The member who asked for the order. By member and not by person: whoever shares a key with them is
            somebody else until they are shown to be one.
        used: The devices that wrote the order down and that send it: neither is another one.
        at: Milliseconds since the epoch.
    """
    try:
        member = acting_member(governance, device, at)
    except SecurityError as error:
        return error.code
    if member.member != requester:
        return "confirmation.not_the_requester"
    return "confirmation.same_device" if device in used else ""
