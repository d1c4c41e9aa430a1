"""Join a workspace: read an invitation, make a vault whose device waits to be admitted, ask, and compare the phrase."""

from __future__ import annotations

from dataclasses import dataclass, replace

from countersign.application.ports.clock import Entropy
from countersign.application.ports.relay import EnvelopeSuite
from countersign.application.ports.vault import LocalSpace
from countersign.application.ports.vault_door import JoinTicket
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.seal_envelope import seal_envelope
from countersign.domain.canonical import Json
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.envelope import Purpose
from countersign.domain.ledger.joining import Invitation, JoinRequest, SignedInvitation, phrase_digest
from countersign.domain.ledger.letter import Letter

_KEY = "own"


@dataclass(frozen=True, slots=True)
class Joining:
    """What a joining vault knows of the workspace that it asks to belong to.

    Attributes:
        invitation: As it was handed over.
        request: What was asked.
    """

    invitation: Invitation
    request: JoinRequest

    @property
    def phrase_digest(self) -> str:
        """What both sides' phrase is made from, with ``domain.order.fingerprint_phrase``."""
        return phrase_digest(self.invitation, self.request)


def read_invitation(content: bytes, verify: Verify, now_ms: int) -> SignedInvitation:
    """Read an invitation before a vault is made for it. Any lane.

    Raises:
        JoiningError: ``joining.not_one``, ``joining.form``, ``joining.version``, ``joining.altered``.
        UserFacingError: ``joining.expired``.
    """
    found = SignedInvitation.parse(content, verify)
    if now_ms > found.invitation.expires_at:
        raise UserFacingError("joining.expired")
    return found


def ticket_of(invitation: Invitation) -> JoinTicket:
    """Return what ``VaultDoor.join`` goes by."""
    return JoinTicket(invitation.workspace, invitation.genesis, invitation.world)


def ask_to_join(vault: WorkspaceVault, invitation: Invitation, name: str) -> Joining:
    """Make the one request of a joining vault, and keep it: asked again, it is the same, with the same phrase.

    Args:
        vault: Made for this invitation, and not admitted yet.
        invitation: As it was read.
        name: How the person calls themselves.
    """
    known = joining_of(vault)
    if known is not None:
        return known
    with vault.transaction() as change:
        request = JoinRequest(
            workspace=invitation.workspace,
            invitation=invitation.id,
            member=invitation.member,
            name=name.strip() or invitation.name,
            device=replace(vault.own_device, member=invitation.member),  # who that is, no ledger says yet
            recovery_public_key=vault.recovery_public_key,
            at=change.now_ms,
        ).proven(invitation.secret)
        body: dict[str, Json] = {"invitation": invitation.canonical(), "request": request.content.hex()}
        change.put(LocalSpace.JOINING, _KEY, body)
    return Joining(invitation, request)


def joining_of(vault: WorkspaceVault) -> Joining | None:
    """Return what this vault asked for; None where its workspace began here."""
    body = vault.local(LocalSpace.JOINING).get(_KEY)
    if body is None:
        return None
    return Joining(Invitation.read(body["invitation"]), JoinRequest.parse(bytes.fromhex(str(body["request"]))))


def seal_request(vault: WorkspaceVault, suite: EnvelopeSuite, entropy: Entropy, joining: Joining, at: int) -> bytes:
    """Return the request as an envelope for the inviter: for the store, a file or a picture. VAULT lane."""
    letter = Letter(documents=(joining.request.content,))
    return seal_envelope(vault, suite, letter, (joining.invitation.inviter,), Purpose.REQUEST, entropy, at)
