"""Change who belongs to the workspace, with which keys and under which rules: propose, sign, decline, put in force.

A proposal carries the whole next state and the proposer's signature over it; others add theirs. Whoever proposed puts
the change in force once enough have signed, and an administrator's device in its place where it hears nothing: one
device only, since two of them would make two children of one epoch.
A change that touches nobody else's right needs no proposal: where the proposer's signature is enough, it holds at once.

A proposal ends after two weeks, and that end is signed with it: what nobody carried by then, or was taken back, can't
be put in force later with signatures that were given for another day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from countersign.application.failpoints import failpoint
from countersign.application.ports.vault import VaultTransaction
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.open_changes import REASON_LIMIT, OpenChange, open_changes
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.authority import endorsers, missing_of_rival, missing_signatures
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.epoch_checks import check_epoch
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import Device, Governance, Member, change_message
from countersign.domain.ledger.rules import Rules
from countersign.domain.policy import Policy

__all__ = [
    "OPEN_FOR_MS",
    "OpenChange",
    "Proposed",
    "carrier_of",
    "closed",
    "decline_change",
    "endorse_change",
    "is_contested",
    "missing_alone",
    "next_state",
    "open_changes",
    "propose_change",
    "rival_states",
    "settle_changes",
    "signable_from",
    "with_device_end",
    "with_ends",
    "with_member",
    "without_device",
    "without_member",
]

OPEN_FOR_MS: Final = 14 * 86_400_000
"""How long a proposal waits for signatures."""
_CLOCKS_MS: Final = 86_400_000
"""How far ahead of ours the clock of who proposes may be."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """What came of a proposal: its name, and whether it is in force already."""

    change: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class _Statement:
    message: bytes


def next_state(
    rules: Rules,
    *,
    members: Sequence[Member] | None = None,
    devices: Sequence[Device] | None = None,
    policy: Policy | None = None,
) -> Governance:
    """Return the epoch that would follow, with what changes put in; what isn't given stays.

    Where the next epoch is contested, the one after settles it.
    """
    state = rules.governance
    return replace(
        state,
        epoch=rules.next_epoch,
        members=state.members if members is None else tuple(members),
        devices=state.devices if devices is None else tuple(devices),
        policy=policy or state.policy,
    )


def with_member(rules: Rules, member: Member) -> Governance:
    """Return the next epoch with one member as given: roles, groups, evidence or access changed."""
    found = [member if item.member == member.member else item for item in rules.governance.members]
    return next_state(rules, members=found)


def with_ends(members: Sequence[Member], access_until: int) -> tuple[Member, ...]:
    """Return members so that access ends where several sign, and has no end where one is left alone.

    Args:
        members: Of the next epoch.
        access_until: Where several sign, the end of whose access has none yet; 0 leaves it so.
    """
    several = sum(item.signs for item in members) > 1

    def settled(item: Member) -> Member:
        if not several:
            return replace(item, access_until=0) if item.signs else item
        return replace(item, access_until=item.access_until or access_until) if item.roles else item

    return tuple(settled(item) for item in members)


def without_member(vault: WorkspaceVault, member: str) -> Governance:
    """Return the next epoch without a person: no role is left, and all their devices are closed where they are now.

    The access of whoever is left alone has no end any more: nobody could confirm it.
    """
    rules = vault.rules
    members = [replace(item, roles=()) if item.member == member else item for item in rules.governance.members]
    members = [*with_ends(members, 0)]
    devices = [closed(vault, item) if item.member == member else item for item in rules.governance.devices]
    return next_state(rules, members=members, devices=devices)


def without_device(vault: WorkspaceVault, device: str) -> Governance:
    """Return the next epoch with one device closed, which names the last of its events that is known here."""
    devices = [closed(vault, item) if item.device == device else item for item in vault.rules.governance.devices]
    return next_state(vault.rules, devices=devices)


def with_device_end(rules: Rules, device: str, expires_at: int) -> Governance:
    """Return the next epoch in which a device's keys hold until ``expires_at`` (milliseconds since the epoch)."""
    known = rules.governance.devices
    return next_state(
        rules, devices=[replace(item, expires_at=expires_at) if item.device == device else item for item in known]
    )


def closed(vault: WorkspaceVault, device: Device) -> Device:
    """Return a device as closed; nothing that it signed after its last event known here will count (LEDGER 9)."""
    if device.closed:
        return device
    head = vault.heads().get(device.device)
    return replace(device, closed=True, last_shared=head.event if head else "")


def missing_alone(rules: Rules, state: Governance, member: str, now_ms: int) -> int:
    """Return how many more persons must sign a change, beside one; 0 where that one may make it alone.

    Where it settles rivals, those who have a say by each of them count, too.
    """
    signed = frozenset({member})
    by_rivals = (missing_of_rival(rival, signed) for _event, rival in rules.rivals)
    return max(missing_signatures(rules.governance, state, signed, now_ms), *by_rivals, 0)


def signable_from(expires_at: int) -> int:
    """Return from when on others sign a proposal with that end: none that would hold for longer than about two weeks.

    Later than now it is where the chain of the device that proposed it once ran ahead by more than a day.
    """
    return expires_at - OPEN_FOR_MS - _CLOCKS_MS


def propose_change(vault: WorkspaceVault, verify: Verify, state: Governance) -> Proposed:
    """Propose the next epoch; where no more signatures are needed, it is in force when this returns.

    Args:
        vault: The unlocked vault.
        verify: Checks an Ed25519 signature.
        state: From ``next_state`` and its kin, made from the rules that are in force now.

    Raises:
        UserFacingError: ``change.not_administrator``; ``change.nothing``: nothing would change; ``change.overtaken``:
            another epoch came into force meanwhile.
        SecurityError: ``governance.*``: no such state can be.
    """
    rules = vault.rules
    _require_administrator(vault, rules)
    if state.epoch != next_state(rules).epoch:
        raise UserFacingError("change.overtaken")
    if state == next_state(rules) and not rules.contested:
        raise UserFacingError("change.nothing")
    Governance.read(state.canonical())  # what nobody could read, or nobody could follow, must not be signed
    check_epoch(state, (item.state for item in rules.epochs))
    parents = rules.next_parents
    now_ms = _now(vault)
    same = (item for item in open_changes(vault, verify, now_ms) if item.state == state and item.expires_at)
    known = next((item for item in same if signable_from(item.expires_at) <= now_ms), None)
    if known is not None:  # the same was proposed already
        endorse_change(vault, verify, known.change)
        return Proposed(known.change, vault.rules.governance.epoch == state.epoch)
    alone = missing_alone(rules, state, vault.identity.member, now_ms) == 0
    expires_at = 0 if alone else now_ms + OPEN_FOR_MS
    message = change_message(parents, state, expires_at)
    signature = vault.sign(_Statement(message)).hex()
    device = vault.identity.device
    failpoint("workspace.propose.before")
    with vault.transaction() as change:
        if alone:
            _put_in_force(change, vault.identity.workspace, parents, state, [(device, signature)])
            carried = True
        else:
            body: dict[str, Json] = {
                "change": message.hex(),
                "parents": list[Json](parents),
                "state": state.canonical(),
                "signature": signature,
                "expires_at": expires_at,
            }
            change.append(EventDraft(kinds.GOVERNANCE_PROPOSED, vault.identity.workspace, body, refs=parents))
            carried = False
    failpoint("workspace.propose.after")
    return Proposed(message.hex(), carried)


def endorse_change(vault: WorkspaceVault, verify: Verify, change: str) -> None:
    """Sign a proposed change.

    Raises:
        UserFacingError: ``change.not_open``: it is in force, overtaken or withdrawn; ``change.over``: its time is;
            ``change.may_not_sign``; ``change.no_end``: a signature over it would hold for ever, or for too long.
    """
    found = _open(vault, verify, change)
    if vault.identity.member in found.signed:
        return
    if vault.identity.member not in found.may_sign:
        raise UserFacingError("change.may_not_sign")
    signature = vault.sign(_Statement(bytes.fromhex(change))).hex()
    failpoint("workspace.endorse.before")
    with vault.transaction() as transaction:
        if 0 < found.expires_at <= transaction.now_ms:
            raise UserFacingError("change.over")
        if found.expires_at == 0 or transaction.now_ms < signable_from(found.expires_at):
            raise UserFacingError("change.no_end")
        body = {"change": change, "signature": signature}
        draft = EventDraft(kinds.GOVERNANCE_ENDORSED, vault.identity.workspace, body, refs=(found.event,))
        transaction.append(draft)
    failpoint("workspace.endorse.after")
    settle_changes(vault, verify)


def decline_change(vault: WorkspaceVault, verify: Verify, change: str, reason: str = "") -> None:
    """Say no to a proposed change; whoever proposed it takes it back by that.

    Raises:
        UserFacingError: ``change.not_open``; ``change.may_not_sign``: neither has this person a say.
    """
    found = _open(vault, verify, change)
    if vault.identity.member not in endorsers(vault.rules.governance) | {found.member}:
        raise UserFacingError("change.may_not_sign")
    body = {"change": change, "reason": reason[:REASON_LIMIT]}
    with vault.transaction() as transaction:
        draft = EventDraft(kinds.GOVERNANCE_DECLINED, vault.identity.workspace, body, refs=(found.event,))
        transaction.append(draft)


def settle_changes(vault: WorkspaceVault, verify: Verify, *, gone: str = "") -> tuple[str, ...]:
    """Put in force what enough persons have signed, and return the names of those changes.

    One device does that, see ``carrier_of``: two of them would make two children of one epoch.

    Args:
        vault: The unlocked vault.
        verify: Checks an Ed25519 signature.
        gone: Also this change, though another device proposed it: for an administrator who sees that it is gone for
            good. If it comes back and puts the change in force, too, the two rival each other.
    """
    if not vault.may_sign:
        return ()
    done: list[str] = []
    for item in open_changes(vault, verify):
        carried = item.missing == 0 and vault.rules.next_parents == item.parents
        ours = item.change == gone or (carried and carrier_of(vault.rules, item) == vault.identity.device)
        if carried and ours:
            failpoint("workspace.settle.before")
            if _settled(vault, item):
                done.append(item.change)
            failpoint("workspace.settle.after")
    return tuple(done)


def carrier_of(rules: Rules, change: OpenChange) -> str:
    """Return the device that puts a change in force: the one that proposed it, as long as it is sent anything.

    While rivals contest one another, one of them may have closed it. Then the first of the administrators' does.
    """
    governance = rules.governance
    others = (item.device for item in governance.devices if item.member in governance.administrators)
    hearing = [item for item in (change.device, *sorted(others)) if rules.hears(item)]
    return next(iter(hearing), change.device)


def _settled(vault: WorkspaceVault, item: OpenChange) -> bool:
    """Put a change in force; what can't hold stays a proposal."""
    try:
        with vault.transaction() as change:
            _put_in_force(change, vault.identity.workspace, item.parents, item.state, item.signatures, item.expires_at)
    except SecurityError as error:
        if not error.code.startswith(("governance.", "policy.")):
            raise
        return False
    return True


def is_contested(vault: WorkspaceVault) -> bool:
    """Tell whether two changes followed one epoch: neither holds until a majority settles it (LEDGER rule 8)."""
    return bool(vault.rules.contested)


def rival_states(vault: WorkspaceVault) -> tuple[tuple[str, Governance], ...]:
    """Return the states that rival epochs propose, each with its event: what a settlement has to choose from."""
    events = [vault.event(item) for item in vault.rules.contested]
    return tuple((item.id, Governance.read(item.says()["state"])) for item in events if item is not None)


def _require_administrator(vault: WorkspaceVault, rules: Rules) -> None:
    if vault.identity.member not in rules.governance.administrators:
        raise UserFacingError("change.not_administrator")


def _now(vault: WorkspaceVault) -> int:
    """Return the time that this device's next event would carry."""
    with vault.transaction() as change:
        return change.now_ms


def _open(vault: WorkspaceVault, verify: Verify, change: str) -> OpenChange:
    found = next((item for item in open_changes(vault, verify) if item.change == change), None)
    if found is None:
        raise UserFacingError("change.not_open")
    return found


def _put_in_force(
    change: VaultTransaction,
    workspace: str,
    parents: tuple[str, ...],
    state: Governance,
    signatures: Sequence[tuple[str, str]],
    expires_at: int = 0,
) -> None:
    end: dict[str, Json] = {"expires_at": expires_at} if expires_at else {}
    body: dict[str, Json] = {
        "parents": list[Json](parents),
        "state": state.canonical(),
        "signatures": [{"device": device, "signature": signature} for device, signature in sorted(signatures)],
        **end,
    }
    event = change.append(EventDraft(kinds.GOVERNANCE_CHANGED, workspace, body, refs=tuple(sorted(parents))))
    if change.rules.epochs[-1].event != event.id:  # by what this device knows of the time it is too late
        raise SecurityError("governance.change_expired")  # rolls back: it would be said anew each round
