"""Evidence under a head that doesn't hold, by a device that doesn't count, under rules that two events contest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.canonical import Json, JsonObject
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.ledger.governance import recovery_message
from countersign.domain.ledger.heads import Head, SignedHead
from countersign.domain.ledger.merkle import MerkleTree
from countersign.domain.proof import Disclosed, Evidence, EvidenceError, check_evidence
from tests.unit.domain.ledger.world import WORKSPACE, OrderDesk, Pen, Workspace, alone, identifier, key_of, verify


def evidence_of(pen: Pen, order: str, **head_changes: object) -> Evidence:
    """Disclose everything that a device wrote."""
    tree = MerkleTree([bytes.fromhex(event.id) for event in pen.shared])
    head = Head(WORKSPACE, pen.device, Chain.SHARED, tree.size, tree.root().hex(), pen.shared[-1].header.at)
    head = replace(head, **head_changes)  # type: ignore[arg-type]  # tests name the fields
    disclosed = tuple(Disclosed(event, tree.inclusion_proof(place)) for place, event in enumerate(pen.shared))
    return Evidence(order, SignedHead(head, pen.key.sign(head.message)), disclosed)


@pytest.fixture
def desk() -> OrderDesk:
    _, found = alone()
    found.ready()
    return found


def faults(evidence: Evidence) -> tuple[str, ...]:
    return check_evidence(evidence, verify).faults


def test_the_control_holds(desk: OrderDesk) -> None:
    assert faults(evidence_of(desk.sender, desk.order)) == ()


def test_a_head_that_nobody_signed(desk: OrderDesk) -> None:
    found = evidence_of(desk.sender, desk.order)
    assert "evidence.head_signature" in faults(replace(found, head=replace(found.head, signature=bytes(64))))


def test_a_head_of_another_workspace(desk: OrderDesk) -> None:
    assert "evidence.other_workspace" in faults(evidence_of(desk.sender, desk.order, workspace="0" * 32))


def test_a_withheld_body_is_not_written_out(desk: OrderDesk) -> None:
    found = evidence_of(desk.sender, desk.order)
    bare = replace(found.disclosed[-1], event=replace(found.disclosed[-1].event, body=None))
    with pytest.raises(EvidenceError):
        replace(found, disclosed=(*found.disclosed[:-1], bare)).content()


def test_a_closed_device_proves_nothing(desk: OrderDesk) -> None:
    pen = desk.sender
    closed = replace(pen.entry, closed=True, last_shared=pen.shared[-1].id)
    signature = key_of(f"recovery {pen.member}").sign(recovery_message(WORKSPACE, closed)).hex()
    body: dict[str, Json] = {"device": closed.canonical(), "recovery_signature": signature}
    pen.write(kinds.DEVICE_CLOSED, identifier("workspace"), body)
    assert "evidence.closed_device" in faults(evidence_of(pen, desk.order))


def test_contested_rules_prove_nothing(desk: OrderDesk) -> None:
    workspace, pen = desk.workspace, desk.sender
    for seconds in (1, 2):
        state = workspace.state(epoch=1, policy=replace(workspace.policy, wait_seconds=seconds))
        _change(workspace, pen, workspace.change([workspace.genesis.id], state, [pen]))
    assert "evidence.contested" in faults(evidence_of(pen, desk.order))


def _change(workspace: Workspace, pen: Pen, body: JsonObject) -> Event:
    return pen.write(kinds.GOVERNANCE_CHANGED, identifier("workspace"), body, refs=(workspace.genesis.id,))
