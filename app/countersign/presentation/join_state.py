"""What who joins a workspace sees: an invitation that was read, and waiting to be admitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from countersign.application.ports.parcels import Parcels
    from countersign.application.ports.vault import Vault
    from countersign.application.ports.vault_door import NewVault
    from countersign.domain.ledger.chains import Verify
    from countersign.domain.ledger.joining import Invitation


@dataclass(frozen=True, slots=True)
class JoiningParts:
    """What joining needs before there is a vault.

    Attributes:
        parcels: Reads what people carry.
        verify: Checks an Ed25519 signature.
        make_vault: Makes a vault for an invitation, and its request to join. VAULT lane.
    """

    parcels: Parcels
    verify: Verify
    make_vault: Callable[[NewVault, Invitation], Vault]


@dataclass(frozen=True, slots=True)
class InvitationState:
    """The card of an invitation, where a vault is made.

    Attributes:
        joining: Whether the person said that they were invited.
        name: How the inviter calls the invited: an offer for the person's own name.
        lines: What the invitation says, once it was read: who invites, as what, until when.
        reading: How far a code in several pictures was read.
        warning: What is wrong with the invitation, or what to take care of.
    """

    joining: bool = False
    title: str = ""
    name: str = ""
    lines: tuple[str, ...] = ()
    reading: str = ""
    warning: str = ""
    problem: str = ""


class InvitationView(Protocol):
    """The card."""

    def show_invitation(self, state: InvitationState) -> None:
        """Show the state."""


@dataclass(frozen=True, slots=True)
class WaitingState:
    """The page of a device that isn't admitted yet.

    Attributes:
        frames: The request to join, as texts of QR codes to be shown one after the other.
        phrase: The words to compare; ``phrase_lead`` says with whom.
        status: Where it stands.
        check_blocked: Why the relay can't be asked now; empty where it can.
    """

    heading: str
    lead: str
    frames: tuple[str, ...] = ()
    saved: str = ""
    phrase: str = ""
    phrase_lead: str = ""
    status: str = ""
    by_relay: str = ""
    check_blocked: str = ""
    password_for: str = ""
    reading: str = ""
    busy: str = ""
    problem: str = ""


class WaitingView(Protocol):
    """The page."""

    def show_state(self, state: WaitingState) -> None:
        """Show the state."""
