"""What outsiders read of whoever signed: whether they had opened it, and how it stood with who they are."""

from __future__ import annotations

from dataclasses import replace

from countersign.application.use_cases.approve_batch import ShownOrder, approve_batch
from countersign.application.use_cases.change_governance import (
    endorse_change,
    next_state,
    propose_change,
    settle_changes,
)
from countersign.application.use_cases.look_at_order import look_at_list, look_at_order
from countersign.domain.batch_digest import batch_digest
from countersign.domain.ledger.governance import Evidence
from countersign.domain.order import OrderContent
from countersign.domain.quorum import Quorum, quorum_of
from countersign.testing.fake_workspace import fake_verify
from tests.unit.domain.test_shared_proof import Office

YEAR_MS = 365 * 86_400_000


def quorum_at(office: Office, place: int, order: str) -> Quorum:
    vault = office.vault(place)
    record = vault.order(order)
    assert record is not None
    with vault.transaction() as change:
        now = change.now_ms
    return quorum_of(record, vault.rules, vault.events_of(order), now)


def sign_from_a_list(office: Office, place: int, content: OrderContent) -> None:
    digest = batch_digest([content.digest])
    look_at_list(office.vault(place), "", digest, [content.order])
    approve_batch(office.vault(place), [ShownOrder(content.order, content.payment, content.digest)], digest)


def test_who_signed_from_a_list_had_opened_the_order_before_or_not() -> None:
    office = Office()
    content = office.asked(1)
    look_at_order(office.vault(1), content.order, content.digest)
    office.share()
    sign_from_a_list(office, 1, content)
    sign_from_a_list(office, 2, content)
    office.share()
    look_at_order(office.vault(2), content.order, content.digest)  # afterwards: that says nothing of the signature
    office.share()
    found = quorum_at(office, 0, content.order)
    assert [(item.name, item.listed, item.unopened) for item in found.approvals] == [
        ("device 1", True, False),
        ("device 2", True, True),
    ]
    alone = quorum_at(office, 0, office.approved(2).order)
    assert [(item.listed, item.unopened) for item in alone.approvals] == [(False, False)] * 2


def test_how_it_stood_with_who_somebody_is_when_they_signed() -> None:
    office = Office()
    vault = office.vault(0)
    first, second, third = vault.rules.governance.members
    with vault.transaction() as change:
        now = change.now_ms
    seen = Evidence("Passport seen in person", second.member, now - 9, 0)
    members = (
        replace(first, evidence=seen),
        replace(second, evidence=replace(seen, until=now - 5)),
        replace(third, evidence=replace(seen, at=now + YEAR_MS)),
    )
    name = propose_change(vault, fake_verify, next_state(vault.rules, members=members)).change
    office.share()
    endorse_change(office.vault(1), fake_verify, name)
    office.share()
    settle_changes(vault, fake_verify)
    office.share()
    found = quorum_at(office, 0, office.approved(1).order)
    assert found.requester.identity == "checked"
    assert {item.name: item.identity for item in found.approvals} == {"device 1": "lapsed", "device 2": ""}
    assert found.sender.identity == ""  # a device that only sends says nothing of a person
