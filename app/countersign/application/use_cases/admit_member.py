"""Admit whoever answered an invitation, once both sides have read the same phrase to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.change_governance import Proposed, next_state, propose_change, with_ends
from countersign.application.use_cases.invite_member import Asking, Stage, keep_asking, kept_asking, withdraw_invitation
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.governance import Evidence, Governance, Member
from countersign.domain.ledger.rules import Rules


def admit_member(
    vault: WorkspaceVault,
    verify: Verify,
    invitation: str,
    shown_digest: str,
    *,
    evidence: Evidence | None = None,
    access_until: int = 0,
) -> Proposed:
    """Propose the workspace with the new member, or the known member's new device.

    Where nobody else has to sign it is in force at once. The welcome goes out by the exchange as soon as it is.

    Args:
        vault: The unlocked vault.
        verify: Checks an Ed25519 signature.
        invitation: Its name.
        shown_digest: What the phrase on screen was made from: the person says that both sides read the same words.
        evidence: What was checked of the person's identity.
        access_until: When access lapses unless it is confirmed anew, milliseconds since the epoch; 0 for no end. Who
            joins gets it, and so does everybody whose access has no end yet.

    Raises:
        UserFacingError: ``joining.not_open``: nobody asks, or it was settled already; ``change.*``.
        SecurityError: ``joining.phrase``: the screen showed the phrase of another request.
    """
    with vault.transaction() as change:
        asking = kept_asking(change, invitation)
    if asking is None or asking.request is None or asking.stage not in {Stage.ASKED, Stage.PROPOSED}:
        raise UserFacingError("joining.not_open")
    if shown_digest != asking.phrase_digest:
        raise SecurityError("joining.phrase")
    proposed = propose_change(vault, verify, state_with(vault.rules, asking, evidence, access_until))
    with vault.transaction() as change:
        keep_asking(change, replace(asking, stage=Stage.PROPOSED))
    return proposed


def refuse_request(vault: WorkspaceVault, invitation: str) -> None:
    """Refuse who answered an invitation: it has ended."""
    withdraw_invitation(vault, invitation, "refused")


def state_with(rules: Rules, asking: Asking, evidence: Evidence | None = None, access_until: int = 0) -> Governance:
    """Return the next epoch with who asked.

    A second person who signs ends that anybody approves their own requests, and that anybody's access has no end, the
    founder's included: what is confirmed anew each quarter is confirmed by others. Nobody is locked out by that: where
    too few are left whose access stands, those whose access lapsed sign changes all the same (``authority.able``). A
    known member gets the new device, and the recovery key of the kit that goes with it.

    Raises:
        UserFacingError: ``joining.not_open``: nobody asked.
        SecurityError: ``joining.device_known``: a device of that name belongs here already.
    """
    request, invitation = asking.request, asking.invitation
    if request is None:
        raise UserFacingError("joining.not_open")
    state = rules.governance
    if state.device(request.device.device) is not None:
        raise SecurityError("joining.device_known")
    known = next((item for item in state.members if item.member == request.member), None)
    if known is None:
        member = Member(
            member=request.member,
            name=request.name,
            roles=invitation.roles,
            recovery_public_key=request.recovery_public_key,
            groups=invitation.groups,
            evidence=evidence,
            access_until=access_until,
        )
        members: Sequence[Member] = with_ends((*state.members, member), access_until)
    else:
        renewed = replace(known, recovery_public_key=request.recovery_public_key)
        members = [renewed if item == known else item for item in state.members]
    policy = state.policy
    if sum(item.signs for item in members) > 1:
        policy = replace(policy, requester_may_approve=False)
    return next_state(rules, members=members, devices=(*state.devices, request.device), policy=policy)
