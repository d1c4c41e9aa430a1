"""Gather the evidence of an order: what an outsider needs to check it (LEDGER rule 20)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from countersign.application.ports.vault import Vault
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.relied_on import known_in
from countersign.domain.disclosure import Disclosure, headers_between, judge
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint
from countersign.domain.ledger.event import Chain, Event, Header
from countersign.domain.ledger.heads import SignedHead
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState
from countersign.domain.proof import Disclosed, Evidence, SharedPart

BETWEEN_LIMIT: Final = 3_000
"""Headers between an order's beginning and its end: more than weeks of a busy workspace; about 3 MB."""

_ALWAYS = kinds.GOVERNANCE_KINDS | {kinds.WORKSPACE_FROZEN, kinds.WORKSPACE_UNFROZEN}


@dataclass(frozen=True, slots=True)
class _Statement:
    message: bytes


def gather_evidence(vault: Vault, order: str) -> Evidence:
    """Disclose an order, its payee and the workspace's rules, and prove each event under a fresh signed head.

    Where another device had to do with it, what that one signed is disclosed with it, and this device signs the whole.

    Raises:
        UserFacingError: ``order.unknown``; ``evidence.too_long``: too much happened in between.
        EvidenceError: ``evidence.body_absent``: what an event says is not here, or was erased.
    """
    record = known_in(vault, order)
    about = [
        *vault.events(Chain.SHARED, 0, 1),
        *vault.events_of(vault.identity.workspace),
        *vault.events_of(record.content.payee),
        *vault.events_of(order),
    ]
    chosen = {event.id: event for event in about if event.kind in _ALWAYS or _belongs(event.kind)}
    own = [event for event in chosen.values() if event.header.device == vault.identity.device]
    others = sorted((event for event in chosen.values() if event not in own), key=lambda event: event.order_key)
    head = vault.signed_head(Chain.SHARED)
    disclosed = tuple(
        Disclosed(event, vault.inclusion_proof(event.id, head.head.size)[1])
        for event in sorted(own, key=lambda item: item.header.seq)
    )
    if not others:
        return Evidence(order, head, disclosed)
    found = _connected(vault, record, sorted(chosen.values(), key=lambda event: event.order_key))
    # The same object: see ``ports.workspace``.
    return _signed(cast("WorkspaceVault", vault), Evidence(order, head, disclosed), others, found, head)


def _signed(
    vault: WorkspaceVault, evidence: Evidence, others: Sequence[Event], found: Disclosure, head: SignedHead
) -> Evidence:
    heads = {device: (reach.size, reach.event) for device, reach in vault.heads().items() if reach.size}
    checkpoint = Checkpoint.of(head.head.workspace, head.head.device, head.head.at, heads)
    part = SharedPart(tuple(others), found.between, found.floor, SignedCheckpoint(checkpoint, vault.sign(checkpoint)))
    whole = replace(evidence, shared=part)
    return replace(whole, shared=replace(part, signature=vault.sign(_Statement(whole.message))))


def _connected(vault: Vault, record: OrderRecord, events: Sequence[Event]) -> Disclosure:
    """Find the headers that show what the sender knew, such that an outsider comes to the same as this vault.

    Where they are too many, it is left open what the sender knew beside what it names.

    Raises:
        UserFacingError: ``evidence.too_long``.
    """
    order = record.content.order
    lamports = {event.id: event.header.lamport for event in events}
    floors = [lamports[record.frozen_event] - 1, 0]
    floors += [lamports[record.intent_event] - 1] if record.intent_event else []
    ends = _ends(vault, events)
    for floor in floors:
        shown = Disclosure(order, tuple(events), ends, floor)
        between = headers_between(shown, lambda name: _header(vault, name), BETWEEN_LIMIT)
        if between is None:
            continue
        connected = {header.id: header for header in (*ends, *between)}
        shown = replace(shown, between=tuple(sorted(connected.values(), key=lambda each: (each.lamport, each.id))))
        judged = judge(shown, lambda _key, _signature, _message: True)  # every signature was checked on arrival
        found = judged.record
        if not judged.faults and found is not None and is_alike(found, record):
            return shown
    raise UserFacingError("evidence.too_long")


def is_alike(found: OrderRecord, record: OrderRecord) -> bool:
    """Tell whether two folds of an order say that it came equally far, upon the same signatures."""
    return _standing_of(found) == _standing_of(record)


def _standing_of(record: OrderRecord) -> tuple[OrderState, str, frozenset[str]]:
    """Return how far an order has come, and which signatures count."""
    confirmed = (item.event for item in record.confirmations if not item.fault)
    return record.state, record.intent_event, frozenset(item.event for item in record.counted).union(confirmed)


def _ends(vault: Vault, events: Iterable[Event]) -> tuple[Header, ...]:
    """Return the last accepted events of closed devices, which what came after them is told from."""
    shown = list(events)
    ids = {event.id for event in shown}
    names = {name for event in shown if event.kind in kinds.GOVERNANCE_KINDS for name in _closings(event)}
    found = (_header(vault, name) for name in sorted(names - ids))
    return tuple(header for header in found if header is not None)


def _closings(event: Event) -> Iterable[str]:
    body = event.says()
    state = body.get("state", body)
    listed = state.get("devices", [body.get("device")]) if isinstance(state, dict) else []
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, dict) and item.get("closed") is True and item.get("last_shared"):
            yield str(item["last_shared"])


def _header(vault: Vault, name: str) -> Header | None:
    event = vault.event(name)
    return event.header if event else None


def _belongs(kind: str) -> bool:
    return kind.startswith(("order.", "payee."))
