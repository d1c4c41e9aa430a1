"""The team's page while two changes rival each other: who has to sign what settles them, and who puts it in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from countersign.application.use_cases.change_governance import (
    endorse_change,
    is_contested,
    next_state,
    open_changes,
    propose_change,
    settle_changes,
    without_device,
)
from countersign.domain.ledger.governance import Role
from countersign.testing.fake_sharing import Colleague, Office
from countersign.testing.fake_workspace import MemoryWorkspace
from countersign.testing.fakes import FakeEntropy
from tests.unit.presentation.team_desk import TeamDesk, four, share


def contested(mei: Colleague, tom: MemoryWorkspace, roles: Mapping[str, tuple[Role, ...]]) -> None:
    """Let Mei put other roles in force, and Tom something else; then Mei proposes how it shall be, and Tom signs."""
    verify, state = mei.sharing.verify, mei.vault.rules.governance
    members = [replace(item, roles=roles.get(item.name, item.roles)) for item in state.members]
    first = propose_change(mei.vault, verify, next_state(mei.vault.rules, members=members)).change
    policy = replace(state.policy, wait_seconds=9)
    second = propose_change(tom, verify, next_state(tom.rules, policy=policy)).change
    share(mei.vault, tom)
    endorse_change(tom, verify, first)
    endorse_change(mei.vault, verify, second)
    mei.vault.take_in(signed := tom.shared_events(tom.identity.device, 0, 99))
    tom.take_in(mei.vault.shared_events(mei.vault.identity.device, 0, 99))
    assert signed
    settle_changes(mei.vault, verify)
    settle_changes(tom, verify)
    share(mei.vault, tom)
    assert is_contested(mei.vault)
    settled = propose_change(mei.vault, verify, next_state(mei.vault.rules)).change
    share(mei.vault, tom)
    endorse_change(tom, verify, settled)
    share(mei.vault, tom)


SIGNS_TOO = (
    "1 more signature is needed: \u2066Ravi Singh\u2069 can sign. "
    "One of those who have a say by a rival change has to sign, too: \u2066Ravi Singh\u2069."
)
CAN_NOT = (
    "A rival change gives \u2066Anna Weiss\u2069 a say, and one of them has to sign, too. "
    "They can't as long as the two rival each other."
)
ONE, NONE = {"Tom Okoro": (Role.REQUESTER,)}, {"Tom Okoro": (Role.REQUESTER,), "Ravi Singh": (Role.REQUESTER,)}


@pytest.mark.parametrize(("roles", "says"), [(ONE, SIGNS_TOO), ({**NONE, "Anna Weiss": (Role.APPROVER,)}, CAN_NOT)])
def test_what_settles_rivals_says_whose_signature_is_missing(roles: dict[str, tuple[Role, ...]], says: str) -> None:
    office = Office()
    mei = four(office)
    contested(mei, office.present(mei, "Tom Okoro"), roles)
    state = TeamDesk(mei).now
    (card,) = state.changes
    assert state.contested
    assert says in card.progress
    assert "Enough have signed" not in card.progress
    assert card.may_settle is None


def test_what_was_proposed_by_a_device_that_a_rival_closes_is_not_waited_for() -> None:
    office = Office()
    mei = four(office)
    verify, tom, ravi = mei.sharing.verify, office.present(mei, "Tom Okoro"), office.present(mei, "Ravi Singh")
    closing = propose_change(tom, verify, without_device(tom, mei.vault.identity.device)).change
    policy = replace(mei.vault.rules.governance.policy, wait_seconds=9)
    other = propose_change(mei.vault, verify, next_state(mei.vault.rules, policy=policy)).change
    share(mei.vault, tom)
    endorse_change(mei.vault, verify, closing)
    endorse_change(tom, verify, other)
    signed = tom.shared_events(tom.identity.device, 0, 99)
    tom.take_in(mei.vault.shared_events(mei.vault.identity.device, 0, 99))
    mei.vault.take_in(signed)
    settle_changes(mei.vault, verify)
    settle_changes(tom, verify)
    share(mei.vault, tom)
    propose_change(mei.vault, verify, next_state(mei.vault.rules))
    share(mei.vault, tom, ravi)
    assert TeamDesk(office.colleague(tom, mei.world.clock, FakeEntropy("tom"))).now.changes[0].may_settle is None
    (settled,) = open_changes(tom, verify)
    endorse_change(tom, verify, settled.change)
    *before, _in_force = tom.shared_events(tom.identity.device, 0, 99)
    ravi.take_in(before)
    (card,) = TeamDesk(office.colleague(ravi, mei.world.clock, FakeEntropy("ravi"))).now.changes
    assert "Enough have signed: it takes effect when an administrator's device hears of that." in card.progress
    share(tom, ravi, mei.vault)
    assert [vault.rules.governance.epoch for vault in (tom, ravi, mei.vault)] == [2, 2, 2]
