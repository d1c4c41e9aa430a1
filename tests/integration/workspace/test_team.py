"""Three people with three vaults: from a request over two approvals to the intent, by a folder and by files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.change_governance import propose_change, without_device
from countersign.application.use_cases.watch_relay import incident_subject
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import Role
from countersign.domain.order_state import OrderState
from countersign.domain.secret import SecretText
from countersign.testing.fakes import FakeEntropy
from tests.integration.vault.story import PASSPHRASE, Place
from tests.integration.workspace.team import Person, Team
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


@pytest.mark.parametrize("files", [False, True])
def test_who_closes_their_own_device_is_heard_once_more(team: Team, *, files: bool) -> None:
    team.join("Tom", files=files)
    (team.by_files if files else team.rounds)(2)
    gone = team[0].device
    state = without_device(team[0].vault, gone)
    assert propose_change(team[0].vault, verify_ed25519, state).in_force
    team[0].reopen()
    assert not team[0].vault.admitted
    (team.by_files if files else team.rounds)(2)
    found = team[1].vault.rules.governance.device(gone)
    assert found is not None
    assert found.closed


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


def test_payroll_reaches_only_those_who_need_it(team: Team) -> None:
    tom = team.join("Tom")
    cho = team.join("Cho", (Role.REQUESTER,))
    request(team[0], purpose="SALA")
    team.rounds(2)
    approve(tom)
    team.rounds(2)
    intend(team[0])
    team.rounds(2)
    assert team.agree
    assert known(tom).state is OrderState.INTENDED
    assert cho.vault.order(ORDER) is None
    assert all(item.body is None for item in cho.vault.events_of(ORDER))
    cho.reopen()
    report = cho.door.verify(lambda _done, _total: True)
    assert (report.faults, report.projections_equal) == ((), True)


def test_a_copied_vault_is_found_out_and_put_on_record(team: Team) -> None:
    tom = team.join("Tom")
    team.join("Cho")
    tom.door.lock()
    shutil.copytree(tom.place.home, team.home / "copy")
    tom.reopen()
    copy = Place(team.home / "copy", team.clock, FakeEntropy("copy"), team.stretch)
    door = copy.door()
    twin = Person("copy", copy, door, cast("WorkspaceVault", door.unlock(SecretText(PASSPHRASE))), tom.tools)
    signed = []
    for person in (tom, twin):
        with person.vault.transaction() as change:
            signed.append(change.append(EventDraft(kinds.INCIDENT_RAISED, "77" * 16, {"by": person.name})))
        person.round(team.relay())
    door.lock()
    team.rounds(6)
    for person in (team[0], team[2]):
        (fork,) = person.round(team.relay()).forks
        assert (fork.device, set(fork.events), fork.proven) == (tom.device, {item.id for item in signed}, True)
        events = person.vault.events_of(incident_subject(tom.device, fork.seq))
        assert [item.kind for item in events] == [kinds.INCIDENT_RAISED]
    assert not tom.vault.may_sign  # its own key signed elsewhere: it reads, and signs no more
