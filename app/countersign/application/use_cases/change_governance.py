"""Change who belongs to the workspace, with which keys and under which rules: propose, sign, decline, put in force.

A proposal carries the whole next state and the proposer's signature over it; others add theirs. Whoever proposed puts
the change in force once enough have signed: one device only, since two of them would make two children of one epoch.
A change that touches nobody else's right needs no proposal: where the proposer's signature is enough, it holds at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from countersign.application.failpoints import failpoint
from countersign.application.ports.vault import VaultTransaction
from countersign.application.ports.workspace import WorkspaceVault
from countersign.domain.canonical import Fields, Json, JsonObject
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.authority import endorsers, missing_signatures
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.epoch_checks import check_epoch
from countersign.domain.ledger.event import Event, EventDraft
from countersign.domain.ledger.governance import Device, Governance, Member, change_message
from countersign.domain.ledger.rules import Rules
from countersign.domain.policy import Policy

REASON_LIMIT = 500


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A change that waits for signatures.

    Attributes:
        change: Its name: 64 hex digits, what is signed.
        event: The proposal.
        device: Whose proposal it is; that device puts it in force.
        member: The person behind it.
        at: When it was proposed, by that device's clock.
        parents: The epoch that it follows, or the rivals that it settles.
        state: The epoch that it proposes.
        signatures: (device, signature in hex) that hold.
        signed: The persons behind them.
        declined: (person, reason) of those who are against it.
        may_sign: Persons who may still sign.
        missing: How many more must; 0 where it is carried.
    """

    change: str
    event: str
    device: str
    member: str
    at: int
    parents: tuple[str, ...]
    state: Governance
    signatures: tuple[tuple[str, str], ...]
    signed: frozenset[str]
    declined: tuple[tuple[str, str], ...]
    may_sign: frozenset[str]
    missing: int


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
        epoch=state.epoch + (2 if rules.contested else 1),
        members=state.members if members is None else tuple(members),
        devices=state.devices if devices is None else tuple(devices),
        policy=policy or state.policy,
    )


def with_member(rules: Rules, member: Member) -> Governance:
    """Return the next epoch with one member as given: roles, groups, evidence or access changed."""
    found = [member if item.member == member.member else item for item in rules.governance.members]
    return next_state(rules, members=found)


def without_member(vault: WorkspaceVault, member: str) -> Governance:
    """Return the next epoch without a person: no role is left, and all their devices are closed where they are now."""
    rules = vault.rules
    members = [replace(item, roles=()) if item.member == member else item for item in rules.governance.members]
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
    parents = _parents(rules)
    message = change_message(parents, state)
    known = next((item for item in open_changes(vault, verify) if item.change == message.hex()), None)
    if known is not None:  # the same was proposed already
        endorse_change(vault, verify, known.change)
        return Proposed(known.change, vault.rules.governance.epoch == state.epoch)
    signature = vault.sign(_Statement(message)).hex()
    device = vault.identity.device
    failpoint("workspace.propose.before")
    with vault.transaction() as change:
        if missing_signatures(rules.governance, state, {vault.identity.member}, change.now_ms) == 0:
            _put_in_force(change, vault.identity.workspace, parents, state, [(device, signature)])
            carried = True
        else:
            body: dict[str, Json] = {
                "change": message.hex(),
                "parents": list[Json](parents),
                "state": state.canonical(),
                "signature": signature,
            }
            change.append(EventDraft(kinds.GOVERNANCE_PROPOSED, vault.identity.workspace, body, refs=parents))
            carried = False
    failpoint("workspace.propose.after")
    return Proposed(message.hex(), carried)


def endorse_change(vault: WorkspaceVault, verify: Verify, change: str) -> None:
    """Sign a proposed change.

    Raises:
        UserFacingError: ``change.not_open``: it is in force, overtaken or withdrawn; ``change.may_not_sign``.
    """
    found = _open(vault, verify, change)
    if vault.identity.member in found.signed:
        return
    if vault.identity.member not in found.may_sign:
        raise UserFacingError("change.may_not_sign")
    signature = vault.sign(_Statement(bytes.fromhex(change))).hex()
    failpoint("workspace.endorse.before")
    with vault.transaction() as transaction:
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
        mine = item.device == vault.identity.device
        if item.missing == 0 and (mine or item.change == gone) and _parents(vault.rules) == item.parents:
            failpoint("workspace.settle.before")
            if _settled(vault, item):
                done.append(item.change)
            failpoint("workspace.settle.after")
    return tuple(done)


def _settled(vault: WorkspaceVault, item: OpenChange) -> bool:
    """Put a change in force; what can't hold stays a proposal."""
    try:
        with vault.transaction() as change:
            _put_in_force(change, vault.identity.workspace, item.parents, item.state, item.signatures)
    except SecurityError as error:
        if not error.code.startswith(("governance.", "policy.")):
            raise
        return False
    return True


def open_changes(vault: WorkspaceVault, verify: Verify, now_ms: int = 0) -> tuple[OpenChange, ...]:
    """List the changes that could still come into force, oldest first.

    A change that names another epoch than the one in force is none of them, nor is one that was taken back.

    Args:
        vault: The unlocked vault.
        verify: Checks an Ed25519 signature.
        now_ms: Whose access has lapsed by then doesn't count among those who signed.
    """
    rules = vault.rules
    events = [item for item in vault.events_of(vault.identity.workspace) if item.body is not None]
    parents = _parents(rules)
    found: dict[str, OpenChange] = {}
    for event in events:
        if event.kind == kinds.GOVERNANCE_PROPOSED:
            proposal = _proposal(event, rules, parents, verify)
            if proposal is not None:
                found.setdefault(proposal.change, proposal)
        elif event.kind in {kinds.GOVERNANCE_ENDORSED, kinds.GOVERNANCE_DECLINED}:
            _hear(found, event, rules, verify)
    return tuple(_counted(item, rules, now_ms) for item in found.values())


def is_contested(vault: WorkspaceVault) -> bool:
    """Tell whether two changes followed one epoch: neither holds until a majority settles it (LEDGER rule 8)."""
    return bool(vault.rules.contested)


def rival_states(vault: WorkspaceVault) -> tuple[tuple[str, Governance], ...]:
    """Return the states that rival epochs propose, each with its event: what a settlement has to choose from."""
    events = [vault.event(item) for item in vault.rules.contested]
    return tuple((item.id, Governance.read(item.says()["state"])) for item in events if item is not None)


def _parents(rules: Rules) -> tuple[str, ...]:
    return rules.contested or (rules.epochs[-1].event,)


def _require_administrator(vault: WorkspaceVault, rules: Rules) -> None:
    if vault.identity.member not in rules.governance.administrators:
        raise UserFacingError("change.not_administrator")


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
) -> None:
    body: dict[str, Json] = {
        "parents": list[Json](parents),
        "state": state.canonical(),
        "signatures": [{"device": device, "signature": signature} for device, signature in sorted(signatures)],
    }
    change.append(EventDraft(kinds.GOVERNANCE_CHANGED, workspace, body, refs=tuple(sorted(parents))))


def _proposal(event: Event, rules: Rules, parents: tuple[str, ...], verify: Verify) -> OpenChange | None:
    """Read a proposal; None where it is none that could follow ``parents``."""
    member = rules.governance.member_of(event.header.device)
    try:
        fields = Fields(event.says(), event.kind)
        change = fields.text("change")
        if fields.texts("parents") != parents:  # most of them came into force long ago
            return None
        state, signature = Governance.read(fields.mapping("state")), fields.text("signature")
        fields.end()
    except SecurityError:
        return None
    if member is None or change != change_message(parents, state).hex():
        return None
    if member.member not in rules.governance.administrators:
        return None
    device = event.header.device
    own = ((device, signature),) if _holds(rules, device, signature, change, verify) else ()
    at = event.header.at
    return OpenChange(
        change, event.id, device, member.member, at, parents, state, own, frozenset(), (), frozenset(), missing=0
    )


def _hear(found: dict[str, OpenChange], event: Event, rules: Rules, verify: Verify) -> None:
    try:
        body: JsonObject = event.says()
    except SecurityError:
        return
    item = found.get(str(body.get("change", "")))
    member = rules.governance.member_of(event.header.device)
    if item is None or member is None:
        return
    device = event.header.device
    if event.kind == kinds.GOVERNANCE_DECLINED:
        if member.member == item.member:  # taken back
            del found[item.change]
            return
        declined = (*item.declined, (member.member, str(body.get("reason", ""))[:REASON_LIMIT]))
        found[item.change] = replace(item, declined=declined)
        return
    signature = str(body.get("signature", ""))
    if _holds(rules, device, signature, item.change, verify):
        found[item.change] = replace(item, signatures=(*item.signatures, (device, signature)))


def _holds(rules: Rules, device: str, signature: str, change: str, verify: Verify) -> bool:
    known = rules.governance.device(device)
    try:
        signed, message = bytes.fromhex(signature), bytes.fromhex(change)
    except ValueError:
        return False
    return known is not None and not known.closed and verify(bytes.fromhex(known.signing_public_key), signed, message)


def _counted(item: OpenChange, rules: Rules, now_ms: int) -> OpenChange:
    state = rules.governance
    devices = [state.device(device) for device, _ in item.signatures]
    persons = frozenset(found.member for found in devices if found is not None and found.holds_at(now_ms))
    against = {member for member, _ in item.declined}
    return replace(
        item,
        signed=persons,
        may_sign=endorsers(state) - persons - against,
        missing=missing_signatures(state, item.state, persons, now_ms),
    )
