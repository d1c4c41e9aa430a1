"""Two real vaults of one workspace: one person asks, the other looks, signs, signs many, or sends it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from countersign.adapters.vault.door import FileVaultDoor
from countersign.application.ports.vault_door import JoinTicket, NewVault
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.approve_batch import ShownOrder, approve_batch
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.hand_in_order import hand_in_order
from countersign.application.use_cases.look_at_order import look_at_list, look_at_order, looks_at
from countersign.application.use_cases.reject_order import reject_order
from countersign.domain.batch_digest import batch_digest
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.governance import Member, Role, World, change_message
from countersign.domain.order import OrderContent
from countersign.domain.order_state import OrderState
from countersign.domain.secret import SecretText
from countersign.presentation.home_team import returned_to
from countersign.presentation.inbox_facts import pending, signable
from countersign.presentation.inbox_ground import Ground
from countersign.presentation.order_team import returned_words
from countersign.testing.fake_team import QUIET
from countersign.testing.fakes import SOLICITORS, FakeEntropy
from tests.integration.vault.story import PASSPHRASE, Place, RememberingStretch, Story

BEN = "be" * 16
_STRETCH = RememberingStretch()


@dataclass(frozen=True)
class _Change:
    message: bytes


@dataclass
class Side:
    """One person's vault."""

    place: Place
    door: FileVaultDoor
    vault: WorkspaceVault

    @property
    def story(self) -> Story:
        return Story(self.vault, self.place.entropy)

    @property
    def ground(self) -> Ground:
        rules = self.door.projections().rules()
        return Ground(rules, self.vault.identity, self.place.clock.now_ms(), may_sign=True)

    def hear(self, other: Side) -> None:
        """Take in whatever the other has signed."""
        events = other.vault.shared_events(other.vault.identity.device, 0, 1000)
        taken = self.vault.take_in(events)
        assert (taken.waiting, taken.refused) == ((), ())


@dataclass
class Two:
    """Ada asks, Ben signs."""

    ada: Side
    ben: Side

    def ask(self, number: int = 1) -> OrderContent:
        """Write an order down, without handing it in."""
        payee, version = self.ada.story.payee()
        content = self.ada.story.content(payee, version, f"CS{number:012}")
        body: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
        self.ada.story.add(kinds.ORDER_FROZEN, content.order, body, (version,))
        return content

    def hand_in(self, content: OrderContent) -> None:
        """Read it back and hand it in; the other hears of it."""
        digits = SOLICITORS[1][-4:]
        hand_in_order(self.ada.vault, content.order, content.payment, content.digest, digits, QUIET)
        self.ben.hear(self.ada)


def _place(home: Path, name: str) -> Place:
    (home / name).mkdir()
    return Place(home / name, stretch=_STRETCH, entropy=FakeEntropy(name))


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    ada_place, ben_place = _place(tmp_path, "ada"), _place(tmp_path, "ben")
    ada_door, ben_door = ada_place.door(), ben_place.door()
    ada = ada_place.create(ada_door)
    assert hasattr(ada, "take_in")
    genesis = ada.shared_events(ada.identity.device, 0, 1)[0]  # type: ignore[attr-defined]  # a vault that shares
    ticket = JoinTicket(ada.identity.workspace, genesis.id, World.PRACTICE)
    ben = ben_door.join(NewVault("Ben", World.PRACTICE, SecretText(PASSPHRASE), ben_door.new_kit()), ticket)
    found = Two(Side(ada_place, ada_door, ada), Side(ben_place, ben_door, ben))  # type: ignore[arg-type]  # as above
    _admit(found, genesis.id)
    yield found
    ada_door.lock()
    ben_door.lock()


def _admit(two: Two, genesis: str) -> None:
    ada, ben = two.ada.vault, two.ben.vault
    state = ada.rules.governance
    member = Member(BEN, "Ben", (Role.APPROVER,), ben.recovery_public_key)
    following = replace(
        state,
        epoch=1,
        members=(*state.members, member),
        devices=(*state.devices, replace(ben.own_device, member=BEN)),
        policy=replace(state.policy, requester_may_approve=False),
    )
    signature = ada.sign(_Change(change_message([genesis], following))).hex()
    body: dict[str, Json] = {
        "parents": [genesis],
        "state": following.canonical(),
        "signatures": [{"device": ada.identity.device, "signature": signature}],
    }
    two.ada.story.add(kinds.GOVERNANCE_CHANGED, ada.identity.workspace, body)
    two.ben.hear(two.ada)


def test_what_is_not_handed_in_can_not_be_signed(two: Two) -> None:
    content = two.ask()
    two.ben.hear(two.ada)
    assert pending(two.ben.door.projections(), two.ben.ground, "", None) == ((), None)
    with pytest.raises(SecurityError) as refused:
        approve_order(two.ben.vault, content.order, content.payment, content.digest, SOLICITORS[1][-4:])
    assert refused.value.code.startswith("approval.")


def test_one_asks_and_the_other_signs(two: Two) -> None:
    content = two.ask()
    two.hand_in(content)
    reader = two.ben.door.projections()
    assert signable(reader, two.ben.ground, None) == (frozenset({content.order}), None)
    assert signable(two.ada.door.projections(), two.ada.ground, None) == (frozenset(), None)
    assert look_at_order(two.ben.vault, content.order, content.digest) is not None
    approve_order(two.ben.vault, content.order, content.payment, content.digest, SOLICITORS[1][-4:])
    two.ada.hear(two.ben)
    record = two.ada.door.projections().order(content.order)
    assert record is not None
    assert record.state is OrderState.APPROVED
    assert [member for member, _at in record.opened] == [BEN]
    assert record.sender == two.ada.vault.identity.device
    assert signable(two.ben.door.projections(), two.ben.ground, None) == (frozenset(), None)


def test_that_a_list_was_shown_travels_and_opens_no_order(two: Two) -> None:
    content = two.ask()
    two.hand_in(content)
    digest = batch_digest([content.digest])
    look = look_at_list(two.ben.vault, "", digest, [content.order])
    assert look is not None
    assert look_at_list(two.ben.vault, "", digest, [content.order]) is None
    two.ada.hear(two.ben)
    (heard,) = two.ada.vault.events_of(looks_at("", digest))
    assert (heard.kind, heard.says()["orders"]) == (kinds.BATCH_OPENED, [content.order])
    record = two.ada.door.projections().order(content.order)
    assert record is not None
    assert record.opened == ()


def test_the_requester_signs_nothing_of_their_own(two: Two) -> None:
    content = two.ask()
    two.hand_in(content)
    with pytest.raises(SecurityError) as refused:
        approve_order(two.ada.vault, content.order, content.payment, content.digest, SOLICITORS[1][-4:])
    assert refused.value.code == "approval.own_request"


def test_a_batch_is_signed_in_one_go_and_proves_each(two: Two) -> None:
    contents = [two.ask(number) for number in range(1, 4)]
    for content in contents:
        two.hand_in(content)
    digest = batch_digest(content.digest for content in contents)
    shown = [ShownOrder(content.order, content.payment, content.digest) for content in contents]
    events = approve_batch(two.ben.vault, shown, digest)
    assert {event.says()["batch"] for event in events} == {digest}
    two.ada.hear(two.ben)
    records = [two.ada.door.projections().order(content.order) for content in contents]
    assert [record.state for record in records if record] == [OrderState.APPROVED] * 3


def test_what_is_sent_back_says_who_and_why(two: Two) -> None:
    content = two.ask()
    two.hand_in(content)
    reject_order(two.ben.vault, content.order, content.digest, "repair.reference", "Which flat?")
    two.ada.hear(two.ben)
    reader, ground = two.ada.door.projections(), two.ada.ground
    (found,) = returned_to(reader, ground.me, ground.rules, frozenset())
    words = returned_words(found.record, ground.rules, found.entries)
    assert words == "Ben returned it for repair. The reference: “Which flat?”"
    assert returned_to(reader, ground.me, ground.rules, frozenset({content.order})) == ()
