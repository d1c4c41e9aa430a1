"""Changes of governance that wait for signatures: what was proposed, who signed it, who is against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from countersign.application.ports.workspace import WorkspaceVault
from countersign.domain.canonical import Fields, JsonObject
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.authority import endorsers, missing_of_rival, missing_signatures
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Governance, change_message, expiry_in
from countersign.domain.ledger.rules import Rules

REASON_LIMIT: Final = 500


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A change that waits for signatures.

    Attributes:
        change: Its name: 64 hex digits, what is signed.
        event: The proposal.
        device: Whose proposal it is; that device puts it in force, as long as it is sent anything.
        member: The person behind it.
        at: When it was proposed, by that device's clock.
        expires_at: From when on it can't be put in force; 0 where it has no end, as in an earlier format.
        parents: The epoch that it follows, or the rivals that it settles.
        state: The epoch that it proposes.
        signatures: (device, signature in hex) that hold.
        signed: The persons behind them.
        declined: (person, reason) of those who are against it.
        may_sign: Persons who may still sign.
        missing: How many more must; 0 where it is carried.
        lacking: For each rival that it settles and that still lacks a second person: who has a say by it and hasn't
            signed.
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
    expires_at: int = 0
    lacking: tuple[frozenset[str], ...] = ()


def open_changes(vault: WorkspaceVault, verify: Verify, now_ms: int = 0) -> tuple[OpenChange, ...]:
    """List the changes that could still come into force, oldest first.

    A change that names another epoch than the one in force is none of them, nor is one that was taken back or is over.

    Args:
        vault: The unlocked vault.
        verify: Checks an Ed25519 signature.
        now_ms: What is over by then is none of them, and whose access has lapsed doesn't count among those who signed.
    """
    rules = vault.rules
    events = [item for item in vault.events_of(vault.identity.workspace) if item.body is not None]
    found: dict[str, OpenChange] = {}
    for event in events:
        if event.kind == kinds.GOVERNANCE_PROPOSED:
            proposal = _proposal(event, rules, verify)
            if proposal is not None and not 0 < proposal.expires_at <= now_ms:
                found.setdefault(proposal.change, proposal)
        elif event.kind in {kinds.GOVERNANCE_ENDORSED, kinds.GOVERNANCE_DECLINED}:
            _hear(found, event, rules, verify)
    return tuple(_counted(item, rules, now_ms) for item in found.values())


def _proposal(event: Event, rules: Rules, verify: Verify) -> OpenChange | None:
    """Read a proposal; None where it is none that could follow now."""
    parents = rules.next_parents
    member = rules.governance.member_of(event.header.device)
    try:
        fields = Fields(event.says(), event.kind)
        change = fields.text("change")
        if fields.texts("parents") != parents:  # most of them came into force long ago
            return None
        state, signature = Governance.read(fields.mapping("state")), fields.text("signature")
        expires_at = expiry_in(fields)
        fields.end()
    except SecurityError:
        return None
    if state.epoch != rules.next_epoch:  # more was built on a rival since
        return None
    if member is None or change != change_message(parents, state, expires_at).hex():
        return None
    if member.member not in rules.governance.administrators:
        return None
    device = event.header.device
    own = ((device, signature),) if _holds(rules, device, signature, change, verify) else ()
    at = event.header.at
    return OpenChange(
        *(change, event.id, device, member.member, at, parents, state, own, frozenset(), (), frozenset()),
        missing=0,
        expires_at=expires_at,
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
    late = 0 < item.expires_at <= event.header.at
    if not late and _holds(rules, device, signature, item.change, verify):
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
    persons = _persons(item, (state,), now_ms)
    against = {member for member, _ in item.declined}
    rivals = [(rival, _persons(item, (state, rival), now_ms)) for _event, rival in rules.rivals]
    wanting = [(missing_of_rival(rival, signed), endorsers(rival) - signed) for rival, signed in rivals]
    return replace(
        item,
        signed=persons,
        may_sign=endorsers(state) - persons - against,
        missing=max(missing_signatures(state, item.state, persons, now_ms), *(count for count, _ in wanting), 0),
        lacking=tuple(dict.fromkeys(others for count, others in wanting if count)),
    )


def _persons(item: OpenChange, states: Sequence[Governance], now_ms: int) -> frozenset[str]:
    """Return who signed, with a device that holds by one of some epochs."""
    devices = [state.device(device) for device, _ in item.signatures for state in states]
    return frozenset(found.member for found in devices if found is not None and found.holds_at(now_ms))
