"""What the approvals inbox asks of a real vault: who is there, what was paid before, and whose event it was."""

from __future__ import annotations

import pytest

from countersign.adapters.vault.door import FileVaultDoor
from countersign.application.use_cases.confirm_person import confirm_person
from countersign.application.use_cases.look_at_order import record_call_back
from countersign.application.use_cases.reject_order import reject_order
from countersign.domain.canonical import Json
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain
from countersign.domain.order_state import OrderState
from countersign.domain.secret import SecretText
from countersign.testing.fakes import MAIN, SOLICITORS, SUPPLIER
from tests.integration.vault.story import PASSPHRASE, Place, Story


def test_the_passphrase_is_asked_again_without_opening_anything_anew(door: FileVaultDoor, story: Story) -> None:
    before = story.vault
    confirm_person(door, SecretText(PASSPHRASE))
    with pytest.raises(UserFacingError) as wrong:
        confirm_person(door, SecretText("not the passphrase"))
    assert wrong.value.code == "vault.passphrase_wrong"
    assert wrong.value.params["attempts"] == 1
    confirm_person(door, SecretText(PASSPHRASE))
    assert door.summary().failed_attempts == 0
    story.add(kinds.INCIDENT_RAISED, story.identifier(), {"kind": "drill"})
    assert story.vault is before


def test_a_wrong_passphrase_meanwhile_is_recorded_at_the_next_unlock(place: Place) -> None:
    door = place.door()
    place.create(door)
    with pytest.raises(UserFacingError):
        door.confirm(SecretText("not the passphrase"))
    door.lock()
    again = place.door()
    vault = again.unlock(SecretText(PASSPHRASE))
    kinds_there = [event.kind for event in vault.events(Chain.PRIVATE)]
    assert kinds.UNLOCK_FAILED in kinds_there
    again.lock()


def test_a_locked_vault_confirms_nobody(place: Place) -> None:
    door = place.door()
    place.create(door)
    door.lock()
    with pytest.raises(UserFacingError) as locked:
        door.confirm(SecretText(PASSPHRASE))
    assert locked.value.code == "vault.locked"


def test_payments_to_an_account_are_listed_newest_first(door: FileVaultDoor, story: Story) -> None:
    content = story.approved()
    story.intent(content)
    story.settled(content)
    asked = door.projections()
    (row,) = asked.payments_to([SOLICITORS[1], SOLICITORS[1]])
    assert (row.order, row.counterparty_account, row.account) == (content.order, SOLICITORS[1], MAIN)
    assert asked.payments_to([SUPPLIER[1]]) == ()
    assert asked.payments_to([]) == ()
    assert asked.rules().governance.approves_own


def test_whose_event_it_was_is_told(door: FileVaultDoor, story: Story) -> None:
    content = story.approved()
    entries = door.projections().timeline(content.order)
    assert {entry.device for entry in entries} == {story.vault.identity.device}


def test_a_call_back_and_a_rejection_are_kept(door: FileVaultDoor, story: Story) -> None:
    payee, version = story.payee()
    content = story.content(payee, version, "CS000000000001")
    body: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
    story.add(kinds.ORDER_FROZEN, content.order, body, (version,))
    record_call_back(story.vault, content.order, content.digest, "in_person")
    reject_order(story.vault, content.order, content.digest, "repair.amount", "It is less.")
    record = door.projections().order(content.order)
    assert record is not None
    assert (record.state, record.reason) == (OrderState.STOPPED, "repair.amount")
    assert record.interventions == (("call_back", "in_person", "continue"),)
    last = door.projections().timeline(content.order)[-1]
    assert (last.body or {})["note"] == "It is less."
