"""Three people with three vaults: from a request over two approvals to the intent, by a folder and by files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order_state import OrderState
from tests.integration.workspace.team import Team
from tests.unit.application.workspace.payments import ORDER, approve, faults, intend, known, request


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = Team(tmp_path)
    made.begin("Mei")
    yield made
    made.close()


@pytest.mark.parametrize("files", [False, True])
def test_a_payment_goes_from_the_request_to_the_intent(team: Team, *, files: bool) -> None:
    exchange = team.by_files if files else team.rounds
    team.join("Tom", files=files)
    team.join("Cho", files=files)
    team.need_two(files=files)
    assert team.agree
    request(team[1])
    exchange(2)
    assert faults(team[1]) != ()
    for place in (0, 2):
        approve(team[place])
        exchange(2)
    intend(team[1])
    exchange(3)
    assert team.agree
    for person in team.people:
        assert known(person).state is OrderState.INTENDED
        person.reopen()
        assert known(person).state is OrderState.INTENDED
        report = person.door.verify(lambda _done, _total: True)
        assert (report.faults, report.projections_equal) == ((), True)
        assert list(person.vault.two_faced()) == []
    assert {item.header.device for item in team[0].vault.events_of(ORDER)} == {item.device for item in team.people}


def test_what_a_store_lost_is_sent_again_between_real_vaults(team: Team) -> None:
    team.join("Tom")
    for place in range(150):
        with team[0].vault.transaction() as change:
            change.append(EventDraft(kinds.INCIDENT_RAISED, "77" * 16, {"place": place}))
    relay = team.relay()
    team[0].round(relay)
    for path in sorted(team.folder.rglob("*")):
        if path.is_file():
            path.unlink()
    relay.close()
    for person in team.people:
        person.memory.listed_at = -1
    team.clock.advance(300_000)
    team.rounds(6)
    assert team.agree
