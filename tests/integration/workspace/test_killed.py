"""Killed for real between signing, publishing, importing and sending: nothing is lost, nothing is doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from countersign.adapters.system.failpoint_trigger import VARIABLE
from countersign.domain.ledger import kinds
from countersign.domain.order_state import OrderState
from tests.integration.workspace.team import Person, Team, release
from tests.unit.application.workspace.payments import ORDER, approve, intend, known, request

# What somebody does when they are killed, where, and at which passage of that place. Each process first hears what the
# others left, then acts, then leaves what came of it.
KILLS = (
    ("request", "vault.commit.before", 1),
    ("request", "vault.commit.after", 1),
    ("request", "workspace.seal.before", 1),
    ("request", "workspace.put.after", 1),
    ("request", "workspace.names.after", 1),
    ("approve", "workspace.names.after", 1),
    ("approve", "workspace.get.before", 1),
    ("approve", "workspace.get.after", 1),
    ("approve", "workspace.open.before", 1),
    ("approve", "workspace.take_in.before", 1),
    ("approve", "workspace.take_in.after", 1),
    ("approve", "vault.anchor.after", 1),
    ("approve", "workspace.seal.after", 1),
    ("approve", "workspace.put.before", 1),
    ("approve", "relay.folder.before", 1),
    ("approve", "relay.folder.after", 1),
    ("approve", "workspace.note.before", 1),
    ("approve", "workspace.note.after", 1),
    ("intend", "vault.anchor.before", 1),
    ("intend", "vault.commit.after", 1),
    ("intend", "workspace.put.after", 1),
    ("intend", "workspace.watch.after", 2),
    ("release", "workspace.release.before", 1),
    ("release", "workspace.release.after", 1),
    ("release", "workspace.put.after", 1),
    ("nothing", "workspace.open.after", 1),
    ("nothing", "workspace.watch.before", 1),
)


def test_at_least_twenty_points_are_struck() -> None:
    assert len({point for _what, point, _nth in KILLS}) >= 20


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = Team(tmp_path)
    made.begin("Mei")
    made.join("Tom")
    yield made
    made.close()


def killed(team: Team, person: Person, what: str, point: str, nth: int, root: Path) -> None:
    """Let a person's process do something and kill itself there; fail where the place was never passed."""
    person.door.lock()
    order = team.home / "failpoint"
    order.write_text(f"{point} {nth}\n", "ascii")
    fired = order.with_name("failpoint.fired")
    fired.unlink(missing_ok=True)
    environment = {**os.environ, VARIABLE: str(order), "PYTHONPATH": str(root)}
    now, seed = str(team.clock.now_ms()), f"{point} {what} {nth}"
    command = [sys.executable, "-m", "tests.integration.workspace.kill_here", str(person.place.home)]
    command += [str(team.folder), what, now, seed]
    result = subprocess.run(command, env=environment, cwd=root, capture_output=True, check=False, timeout=120)
    assert fired.exists(), result.stderr.decode()
    assert result.returncode == -signal.SIGKILL
    person.reopen()
    report = person.door.verify(lambda _done, _total: True)
    assert (report.faults, report.projections_equal) == ((), True)


@pytest.mark.parametrize(("what", "point", "nth"), KILLS)
def test_a_kill_loses_and_doubles_nothing(team: Team, project_root: Path, what: str, point: str, nth: int) -> None:
    mei, tom = team.people
    if what == "request":
        killed(team, mei, what, point, nth, project_root)
    if mei.vault.order(ORDER) is None:
        request(mei)
    mei.round(team.relay())
    if what in {"approve", "nothing"}:
        killed(team, tom, what, point, nth, project_root)
    team.rounds(2)
    approve(tom)
    team.rounds(2)
    if what in {"intend", "release"}:
        killed(team, mei, what, point, nth, project_root)
    if what == "release":
        release(mei, tom.device)
        team.rounds(2)
    sender = tom if what == "release" else mei
    intend(sender)
    team.rounds(4)
    assert team.agree
    for person in team.people:
        record = known(person)
        assert (record.state, len(record.counted), record.faults) == (OrderState.INTENDED, 1, ())
        found = Counter(item.kind for item in person.vault.events_of(ORDER))
        assert {found[kind] for kind in (kinds.ORDER_SUBMISSION_INTENDED, kinds.ORDER_APPROVED)} == {1}
        assert found[kinds.ORDER_SENDER_RELEASED] == (what == "release")
