"""Governance: who belongs to the workspace, with which keys and under which policy (LEDGER rules 8, 9, 17).

Each epoch carries the whole state, so that reading one is enough. Epoch 0 is the genesis; epoch n + 1 names n and
carries signatures of a strict majority of epoch n's administrators, counted by person, and of a second person as soon
as there is one (see ``authority``). A member's recovery key, whose private half is only in the recovery kit, may add a
device of that member or close one, and nothing else.

What is proposed to others ends at a time that they sign with it, so that a signature over what was taken back, or
forgotten, can't be used later. What holds at once needs none, and has the bytes that it always had.

Nobody disappears: who leaves keeps a line without roles, a device that goes is closed and names its last event. What a
recovery key did stands through an epoch that was signed without knowing of it.

Format 1 has no field ``v``; format 2 has it, and is written only where groups, evidence, ends of access or of devices,
or a policy of format 2 need it: one state has one form. Whatever was read once is read the same for ever; what only a
*new* epoch must satisfy is in ``epoch_checks``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from countersign.domain.canonical import Fields, Json, canonical_bytes
from countersign.domain.ledger import kinds
from countersign.domain.ledger.authority import SECOND, able, endorsers, missing_of_rival, needs_second_person
from countersign.domain.ledger.chains import ChainKey, Verify
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.ledger.members import Device, Evidence, GovernanceError, Member, Role
from countersign.domain.policy import Policy

__all__ = ["Device", "Evidence", "Governance", "GovernanceError", "Member", "Role", "World"]

GOVERNANCE_FORMAT: Final = 2

_HEX = re.compile(r"(?:[0-9a-f]{2})*")
_CHANGE_TAG = b"countersign/governance/1\x00"
_RECOVERY_TAG = b"countersign/recovery/1\x00"


class World(StrEnum):
    """Whether money moves. Fixed by the genesis."""

    PRACTICE = "practice"
    REAL = "real"


@dataclass(frozen=True, slots=True)
class Governance:
    """The state of one epoch."""

    epoch: int
    world: World
    members: tuple[Member, ...]
    devices: tuple[Device, ...]
    policy: Policy

    @property
    def v(self) -> int:
        """The format: the least that can say it."""
        added = any(item.is_of_format_2 for item in self.members) or any(item.expires_at for item in self.devices)
        return GOVERNANCE_FORMAT if added or self.policy.v > 1 else 1

    def canonical(self) -> dict[str, Json]:
        """Return the state as a canonical object."""
        version: dict[str, Json] = {"v": self.v} if self.v > 1 else {}
        return {
            **version,
            "epoch": self.epoch,
            "world": self.world.value,
            "members": [member.canonical() for member in self.members],
            "devices": [device.canonical() for device in self.devices],
            "policy": self.policy.canonical(),
        }

    @classmethod
    def read(cls, value: Json) -> Governance:
        """Read a state.

        Raises:
            NotCanonicalError: A field is missing, unknown or of another type.
            GovernanceError: A role, a world or a device's name is not what it must be.
            SecurityError: ``policy.*``.
        """
        fields = Fields(value, "governance")
        stated = fields.has("v")
        version = fields.integer("v") if stated else 1
        world = fields.text("world")
        if world not in World._value2member_map_:
            raise GovernanceError("governance.world")
        found = cls(
            epoch=fields.integer("epoch"),
            world=World(world),
            members=tuple(Member.read(item) for item in fields.items("members")),
            devices=tuple(Device.read(item) for item in fields.items("devices")),
            policy=Policy.read(fields.mapping("policy")),
        )
        fields.end()
        if found.v != version or stated != (version > 1):
            raise GovernanceError("governance.version", version=version)
        names = {member.member for member in found.members}
        if any(device.member not in names for device in found.devices):
            raise GovernanceError("governance.device_without_member")
        if len(names) != len(found.members) or len({item.device for item in found.devices}) != len(found.devices):
            raise GovernanceError("governance.named_twice")
        if not found.administrators:
            raise GovernanceError("governance.no_administrator")
        if found.policy.requester_may_approve and sum(Role.APPROVER in item.roles for item in found.members) > 1:
            raise GovernanceError("governance.own_approval")
        policy = found.policy
        named = {item.member for item in policy.limits} | {item.by for m in found.members if (item := m.evidence)}
        named |= {one for item in policy.delegations for one in (item.from_member, item.to_member)}
        if not named <= names:
            raise GovernanceError("governance.unknown_member")
        return found

    def device(self, device: str) -> Device | None:
        """Find a device."""
        return next((item for item in self.devices if item.device == device), None)

    def member(self, member: str) -> Member | None:
        """Find a member by their identifier."""
        return next((item for item in self.members if item.member == member), None)

    def may_approve(self, member: str) -> bool:
        """Tell whether a person has the authority to approve."""
        return any(item.member == member and Role.APPROVER in item.roles for item in self.members)

    @property
    def approves_own(self) -> bool:
        """Whether a requester's own approval counts: the policy says so, and nobody else could sign anything."""
        return self.policy.requester_may_approve and sum(item.signs for item in self.members) == 1

    @property
    def persons(self) -> Mapping[str, str]:
        """Member to person: members who share a recovery key or a signing key are one."""
        keys = [(item.recovery_public_key, item.member) for item in self.members]
        keys += [(item.signing_public_key, item.member) for item in self.devices]
        person = {item.member: item.member for item in self.members}
        if len(dict(keys)) == len(keys):
            return person
        holder: dict[str, str] = {}
        for key, member in keys:
            first, other = person[holder.setdefault(key, member)], person[member]
            if first != other:
                person = {item: min(first, other) if who in {first, other} else who for item, who in person.items()}
        return person

    def member_of(self, device: str) -> Member | None:
        """Find the person behind a device."""
        found = self.device(device)
        return next((item for item in self.members if found and item.member == found.member), None)

    def hears(self, device: str, at: int) -> bool:
        """Tell whether a device is sent anything: it is open, its keys hold, and its member has a role (LEDGER 21)."""
        found, member = self.device(device), self.member_of(device)
        return found is not None and found.holds_at(at) and member is not None and bool(member.roles)

    @property
    def administrators(self) -> frozenset[str]:
        """The persons who may change governance."""
        return frozenset(member.member for member in self.members if Role.ADMINISTRATOR in member.roles)

    @property
    def closings(self) -> Mapping[ChainKey, str]:
        """For each chain of a closed device its last accepted event; empty text where none is (LEDGER rule 9)."""
        closed = [device for device in self.devices if device.closed]
        shared: dict[ChainKey, str] = {(device.device, Chain.SHARED): device.last_shared for device in closed}
        return shared | {(device.device, Chain.PRIVATE): device.last_private for device in closed}


def change_message(parents: Sequence[str], state: Governance, expires_at: int = 0) -> bytes:
    """Return the 32 bytes that an administrator signs to move from the epoch of event ``parents`` to ``state``.

    Args:
        parents: The event of the epoch that is followed; where it has rival successors, all of them, sorted.
        state: The new epoch.
        expires_at: From when on it can't come into force (milliseconds since the epoch); 0 is never, and isn't written.
    """
    end: dict[str, Json] = {"expires_at": expires_at} if expires_at else {}
    content = canonical_bytes({"parents": list(parents), "state": state.canonical(), **end})
    return hashlib.sha256(_CHANGE_TAG + content).digest()


def recovery_message(workspace: str, device: Device) -> bytes:
    """Return the 32 bytes that a recovery key signs to add a device, or to close one."""
    content = canonical_bytes({"workspace": workspace, "device": device.canonical()})
    return hashlib.sha256(_RECOVERY_TAG + content).digest()


def genesis(event: Event) -> Governance:
    """Read epoch 0.

    Raises:
        GovernanceError: The event is not a genesis, or its device is not an open one of its own devices.
    """
    if event.kind != kinds.WORKSPACE_CREATED:
        raise GovernanceError("governance.genesis")
    state = Governance.read(event.says())
    device = state.device(event.header.device)
    if state.epoch != 0 or event.header.parents or device is None or device.closed:
        raise GovernanceError("governance.genesis")
    return state


def parents_of(event: Event) -> tuple[str, ...]:
    """Return the epochs that a change of governance names."""
    fields = Fields(event.says(), event.kind)
    return fields.texts("parents")


def state_of(event: Event) -> Governance:
    """Return the epoch that a change of governance leads to."""
    return Governance.read(Fields(event.says(), event.kind).mapping("state"))


def expiry_in(fields: Fields) -> int:
    """Take from when on a change, or a proposal, doesn't count any more; 0 where it never ends.

    Raises:
        GovernanceError: ``governance.change_form``.
    """
    if not fields.has("expires_at"):
        return 0
    found = fields.integer("expires_at")
    if found <= 0:  # one way to write what never ends
        raise GovernanceError("governance.change_form")
    return found


def expiry_of(event: Event) -> int:
    """Return from when on a change doesn't count any more; 0 where it never ends."""
    return expiry_in(Fields(event.says(), event.kind))


def advance(state: Governance, event: Event, verify: Verify, *, steps: int = 1) -> Governance:
    """Apply one change of governance to ``state``, which the event must follow.

    Args:
        state: The epoch in force.
        event: The change.
        verify: Checks an Ed25519 signature.
        steps: How many epochs the change is ahead: 2 or more where it settles a dispute about the next one.

    Raises:
        GovernanceError: The event does not follow, lacks the signatures it needs, or they are over.
    """
    fields = Fields(event.says(), event.kind)
    following = Governance.read(fields.mapping("state"))
    parents, signatures = fields.texts("parents"), fields.items("signatures")
    expires_at = expiry_in(fields)
    fields.end()
    if 0 < expires_at <= event.header.at:
        raise GovernanceError("governance.change_expired")
    if following.epoch != state.epoch + steps or following.world != state.world:
        raise GovernanceError("governance.not_next")
    message = change_message(parents, following, expires_at)
    signers = _signers(state, message, signatures, verify, event.header.at)
    at, persons, everyone = event.header.at, state.persons, state.administrators
    majority = len(everyone) // 2 + 1
    # Who shares a key with another counts once among signers, and twice among those to be outvoted.
    if len({persons[item] for item in signers & able(state, everyone, majority, at)}) < majority:
        raise GovernanceError("governance.no_majority")
    seconding = signers & able(state, endorsers(state), SECOND, at)
    if needs_second_person(state, following) and len({persons[item] for item in seconding}) < SECOND:
        raise GovernanceError("governance.no_second_person")
    return following


def require_second_of(rival: Governance, state: Governance, event: Event, verify: Verify) -> None:
    """Refuse a settlement that one person signed alone where, by a rival that it settles, somebody else has a say.

    A device of an administrator that was stolen, or that nobody used since the beginning, can always make a rival to
    what followed, however long ago that was; those who came since have a say in whether it holds.

    Args:
        rival: The epoch that a rival leads to.
        state: The epoch that the rivals follow. A device that only a rival closes signs all the same.
        event: The settlement.
        verify: Checks an Ed25519 signature.

    Raises:
        GovernanceError: ``governance.no_second_person``.
    """
    fields = Fields(event.says(), event.kind)
    following = Governance.read(fields.mapping("state"))
    message = change_message(fields.texts("parents"), following, expiry_in(fields))
    signatures, at = fields.items("signatures"), event.header.at
    signers = {one for each in (rival, state) for one in _signers(each, message, signatures, verify, at)}
    if missing_of_rival(rival, signers):
        raise GovernanceError("governance.no_second_person")


def follow(given: Governance, carried: Governance, following: Governance) -> Governance:
    """Keep through an epoch what its signers could not drop.

    Args:
        given: The epoch before, as its own event has it.
        carried: The same with what recovery keys did since.
        following: The new epoch, as signed.

    Raises:
        GovernanceError: A member or a device disappeared, or a closed device was opened again.
    """
    members = {item.member for item in following.members}
    devices = {item.device: item for item in following.devices}
    for known in given.devices:
        found = devices.get(known.device)
        named = (found.member, found.exchange_public_key) if found else ()
        if named != (known.member, known.exchange_public_key) or (known.closed and found != known):
            raise GovernanceError("governance.device_changed")
    if any(item.member not in members for item in given.members):
        raise GovernanceError("governance.member_dropped")
    for device in carried.devices:
        if device not in given.devices and (device.closed or device.device not in devices):
            devices[device.device] = device
    return replace(following, devices=tuple(devices.values()))


def recover(state: Governance, event: Event, verify: Verify) -> Governance:
    """Add or close one device by the signature of its member's recovery key (LEDGER rule 17).

    Raises:
        GovernanceError: The signature is not the member's, or the device is not as it must be.
    """
    device, signature = _recovered_device(event)
    if not _holds_recovery_key(state, device, signature, event, verify):
        raise GovernanceError("governance.recovery_signature")
    known = state.device(device.device)
    if event.kind == kinds.DEVICE_ADDED:
        if known is not None or device.closed:
            raise GovernanceError("governance.device_known")
        if any(item.recovery_public_key == device.signing_public_key for item in state.members):
            raise GovernanceError("governance.key_twice")
        return replace(state, devices=(*state.devices, device))
    closing = replace(device, closed=False, last_shared="", last_private="")
    if known is None or known.closed or not device.closed or closing != known:  # another member's device is not theirs
        raise GovernanceError("governance.device_not_open")
    return replace(state, devices=tuple(device if item == known else item for item in state.devices))


def signed_by_recovery_key(state: Governance, event: Event, verify: Verify) -> bool:
    """Tell whether an addition or a closing is signed by the recovery key that the device's member has in an epoch."""
    return _holds_recovery_key(state, *_recovered_device(event), event, verify)


def close_again(state: Governance, event: Event) -> Governance:
    """Close a device as its member's recovery key did in another epoch, whatever else that said of the device.

    Raises:
        GovernanceError: The device isn't there, is closed already, or another member's.
    """
    closed, _signature = _recovered_device(event)
    known = state.device(closed.device)
    if known is None or known.closed or known.member != closed.member:
        raise GovernanceError("governance.device_not_open")
    ended = replace(known, closed=True, last_shared=closed.last_shared, last_private=closed.last_private)
    return replace(state, devices=tuple(ended if item == known else item for item in state.devices))


def _recovered_device(event: Event) -> tuple[Device, bytes]:
    fields = Fields(event.says(), event.kind)
    device = Device.read(fields.mapping("device"))
    signature = _bytes(fields.text("recovery_signature"))
    fields.end()
    return device, signature


def _holds_recovery_key(state: Governance, device: Device, signature: bytes, event: Event, verify: Verify) -> bool:
    member, message = state.member(device.member), recovery_message(event.header.workspace, device)
    return member is not None and verify(bytes.fromhex(member.recovery_public_key), signature, message)


def _bytes(text: str) -> bytes:
    if not _HEX.fullmatch(text):
        raise GovernanceError("governance.hex")
    return bytes.fromhex(text)


def _signers(state: Governance, message: bytes, signatures: Iterable[Json], verify: Verify, at: int) -> frozenset[str]:
    members = set()
    for item in signatures:
        fields = Fields(item, "signature")
        device, signature = state.device(fields.text("device")), _bytes(fields.text("signature"))
        fields.end()
        if device and device.holds_at(at) and verify(bytes.fromhex(device.signing_public_key), signature, message):
            members.add(device.member)
    return frozenset(members)
