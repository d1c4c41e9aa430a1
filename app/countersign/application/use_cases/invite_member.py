"""Invite somebody, or another device of a member: an invitation that works once, until it expires or is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import LocalSpace, VaultTransaction
from countersign.application.ports.workspace import WorkspaceVault
from countersign.domain.canonical import Json, JsonObject
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger.governance import Governance, Role
from countersign.domain.ledger.joining import (
    NAME_LIMIT,
    SECRET_BYTES,
    Invitation,
    JoinRequest,
    SignedInvitation,
    phrase_digest,
)

INVITATION_LIFETIME_MS: Final = 7 * 24 * 3_600_000
RIVALS_LIMIT: Final = 20

_PREFIX: Final = "invitation."


class Stage(StrEnum):
    """Where an invitation stands."""

    OUT = "out"  # nobody has answered yet
    ASKED = "asked"  # somebody asks to join: compare the phrase
    PROPOSED = "proposed"  # compared; others may still have to sign, and the welcome goes out then
    JOINED = "joined"  # the welcome went out, or they are heard of
    ENDED = "ended"  # expired, taken back or refused


@dataclass(frozen=True)
class Asking:
    """An invitation of this device, and who answered it.

    Attributes:
        invitation: As it was handed over.
        content: Its bytes, for handing it over once more.
        stage: Where it stands.
        request: The first request that held its secret.
        rivals: How many other requests used the same secret: somebody else got hold of the invitation.
        reason: Why it ended: ``expired``, ``withdrawn``, ``refused``.
    """

    invitation: Invitation
    content: bytes
    stage: Stage
    request: JoinRequest | None = None
    rivals: int = 0
    reason: str = ""

    @property
    def phrase_digest(self) -> str:
        """What both sides' phrase is made from, with ``domain.order.fingerprint_phrase``; empty before a request."""
        return phrase_digest(self.invitation, self.request) if self.request else ""


def invite_member(
    vault: WorkspaceVault,
    entropy: Entropy,
    *,
    name: str,
    roles: Sequence[Role] = (),
    groups: Sequence[str] = (),
    relay: JsonObject | None = None,
    member: str = "",
    lifetime_ms: int = INVITATION_LIFETIME_MS,
) -> SignedInvitation:
    """Make an invitation. Whoever answers it still has to be admitted.

    Args:
        vault: The unlocked vault.
        entropy: For the secret and for a new member's identifier.
        name: Who is invited.
        roles: What they shall do.
        groups: To which groups they shall belong.
        relay: How the store is reached, without passwords; nothing where messages travel as files.
        member: A known member, for another device of theirs; ``roles`` and ``groups`` are as they are then.
        lifetime_ms: How long it can be answered.

    Raises:
        UserFacingError: ``joining.not_administrator``; ``joining.name``; ``joining.no_role``; ``joining.no_member``.
    """
    governance = vault.rules.governance
    if member != vault.identity.member:  # another device of one's own can be added with the recovery kit
        _require_administrator(vault, governance)
    known = next((item for item in governance.members if item.member == member and item.roles), None)
    if member and known is None:
        raise UserFacingError("joining.no_member")
    called = known.name if known else name.strip()
    if not 0 < len(called) <= NAME_LIMIT:
        raise UserFacingError("joining.name")
    if known is None and not roles:
        raise UserFacingError("joining.no_role")
    with vault.transaction() as change:
        invitation = Invitation(
            workspace=vault.identity.workspace,
            genesis=vault.rules.epochs[0].event,
            world=vault.identity.world,
            inviter=vault.own_device,
            inviter_name=vault.identity.member_name,
            member=member or new_identifier(entropy),
            name=called,
            roles=() if known else tuple(dict.fromkeys(roles)),
            groups=() if known else tuple(dict.fromkeys(groups)),
            secret=entropy.token_bytes(SECRET_BYTES).hex(),
            expires_at=change.now_ms + lifetime_ms,
            relay=dict(relay or {}),
        )
        signed = SignedInvitation(invitation, vault.sign(invitation))
        keep_asking(change, Asking(invitation, signed.content, Stage.OUT))
    return signed


def withdraw_invitation(vault: WorkspaceVault, invitation: str, reason: str = "withdrawn") -> None:
    """Take an invitation back, or refuse who answered it; nothing happens to one that has ended or was admitted."""
    with vault.transaction() as change:
        found = kept_asking(change, invitation)
        if found is not None and found.stage in {Stage.OUT, Stage.ASKED}:
            keep_asking(change, replace(found, stage=Stage.ENDED, reason=reason))


def askings(vault: WorkspaceVault, now_ms: int) -> tuple[Asking, ...]:
    """List this device's invitations, those that expire first in front; what nobody answered in time has ended."""
    found = [_read(body) for key, body in vault.local(LocalSpace.JOINING).items() if key.startswith(_PREFIX)]
    shown = [_at(item, now_ms) for item in found]
    return tuple(sorted(shown, key=lambda item: (item.invitation.expires_at, item.invitation.id)))


def take_request(vault: WorkspaceVault, request: JoinRequest, now_ms: int, *, heard: bool = False) -> str:
    """Keep a request to join that this device's invitation asked for; an administrator decides.

    Args:
        vault: The unlocked vault.
        request: Signed by the device that it names.
        now_ms: Milliseconds since the epoch.
        heard: Whether that device ever said how far it knows. As long as it asks instead, its welcome was lost.

    Returns:
        Empty where it was kept, or is kept already; otherwise why not: ``joining.unknown_invitation``,
        ``joining.proof``, ``joining.expired``, ``joining.used``. Nothing of a refused request is shown as a person.
    """
    with vault.transaction() as change:
        found = kept_asking(change, request.invitation)
        if found is None or request.workspace != vault.identity.workspace:
            return "joining.unknown_invitation"
        if not request.holds(found.invitation.secret) or request.member != found.invitation.member:
            return "joining.proof"
        if found.request == request:
            if found.stage is Stage.JOINED and not heard:
                keep_asking(change, replace(found, stage=Stage.PROPOSED))
            return ""
        if found.request is not None or found.stage is not Stage.OUT:
            keep_asking(change, replace(found, rivals=min(found.rivals + 1, RIVALS_LIMIT)))
            return "joining.used"
        if now_ms > found.invitation.expires_at:
            return "joining.expired"
        keep_asking(change, replace(found, stage=Stage.ASKED, request=request))
    return ""


def note_joined(vault: WorkspaceVault, device: str) -> None:
    """Note that whoever was admitted is there: their device said how far it knows."""
    for key in [key for key in vault.local(LocalSpace.JOINING) if key.startswith(_PREFIX)]:
        with vault.transaction() as change:
            found = kept_asking(change, key.removeprefix(_PREFIX))
            request = found.request if found is not None else None
            if found and request and found.stage is Stage.PROPOSED and request.device.device == device:
                keep_asking(change, replace(found, stage=Stage.JOINED))


def keep_asking(change: VaultTransaction, asking: Asking) -> None:
    """Keep where an invitation stands."""
    body: dict[str, Json] = {
        "invitation": asking.invitation.canonical(),
        "content": asking.content.hex(),
        "stage": asking.stage.value,
        "request": asking.request.content.hex() if asking.request else "",
        "rivals": asking.rivals,
        "reason": asking.reason,
    }
    change.put(LocalSpace.JOINING, _PREFIX + asking.invitation.id, body)


def kept_asking(change: VaultTransaction, invitation: str) -> Asking | None:
    """Read where an invitation stands."""
    body = change.get(LocalSpace.JOINING, _PREFIX + invitation)
    return None if body is None else _read(body)


def _read(body: JsonObject) -> Asking:
    request, rivals = bytes.fromhex(str(body["request"])), body["rivals"]
    return Asking(
        Invitation.read(body["invitation"]),
        bytes.fromhex(str(body["content"])),
        Stage(str(body["stage"])),
        JoinRequest.parse(request) if request else None,
        rivals if isinstance(rivals, int) else 0,
        str(body["reason"]),
    )


def _at(asking: Asking, now_ms: int) -> Asking:
    if asking.stage is Stage.OUT and now_ms > asking.invitation.expires_at:
        return replace(asking, stage=Stage.ENDED, reason="expired")
    return asking


def _require_administrator(vault: WorkspaceVault, governance: Governance) -> None:
    if vault.identity.member not in governance.administrators:
        raise UserFacingError("joining.not_administrator")
