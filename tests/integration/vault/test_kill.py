"""Killed for real, at every place that matters: what was committed stands, and nothing is half there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from countersign.adapters.system.failpoint_trigger import VARIABLE
from countersign.domain.ledger.event import Chain
from countersign.domain.secret import SecretText
from tests.integration.vault.office import Office, written
from tests.integration.vault.story import PASSPHRASE, Place

_COMMITS = 8  # transactions of the story: two of the payee, three up to approval, intent, two of the bank


def killed(place: Place, point: str, nth: int, what: str, project_root: Path) -> None:
    """Run the story in another process until it kills itself; fail where the place was never passed."""
    order = place.home / "failpoint"
    order.write_text(f"{point} {nth}\n", "ascii")
    fired = order.with_name("failpoint.fired")
    fired.unlink(missing_ok=True)
    environment = {**os.environ, VARIABLE: str(order), "PYTHONPATH": str(project_root)}
    command = [sys.executable, "-m", "tests.integration.vault.kill_here", str(place.home), what, f"run {nth}"]
    result = subprocess.run(command, env=environment, cwd=project_root, capture_output=True, check=False, timeout=60)
    assert fired.exists(), result.stderr.decode()
    assert result.returncode == -signal.SIGKILL
    assert fired.read_text("ascii") == point


def recovered(place: Place) -> tuple[int, str]:
    """Unlock after a crash and verify; returns the length of the shared chain, and the anchor's state before."""
    door = place.door()
    vault = door.unlock(SecretText(PASSPHRASE))
    assert vault.may_sign
    session = door._session  # noqa: SLF001 - how the vault stood to its anchor when it was opened
    assert session is not None
    report = door.verify(lambda _done, _total: True)
    assert report.faults == ()
    assert report.projections_equal
    length = len(vault.events(Chain.SHARED))
    door.lock()
    return length, session.vault.anchor_state.value


@pytest.mark.parametrize(
    ("point", "committed", "anchor"),
    [
        ("vault.commit.before", 0, "agrees"),
        ("vault.commit.after", 1, "behind"),
        ("vault.anchor.before", 1, "behind"),
        ("vault.anchor.after", 1, "agrees"),
    ],
)
def test_a_kill_around_commit_and_anchor(
    place: Place, project_root: Path, point: str, committed: int, anchor: str
) -> None:
    door = place.door()
    place.create(door)
    door.lock()
    length, _ = recovered(place)
    for nth in (6, _COMMITS):
        killed(place, point, nth, "transfer", project_root)
        after, state = recovered(place)
        assert (after - length, state) == (nth - 1 + committed, anchor)
        length = after


@pytest.mark.parametrize(
    "point", ["vault.commit.before", "vault.commit.after", "vault.anchor.before", "vault.anchor.after"]
)
def test_a_kill_while_the_vault_is_made_leaves_none(place: Place, project_root: Path, point: str) -> None:
    killed(place, point, 1, "create", project_root)
    assert not place.door().summary().exists
    door = place.door()
    assert place.create(door).may_sign
    door.lock()
    assert recovered(place) == (1, "agrees")


@pytest.mark.parametrize(("point", "exists"), [("vault.header.before", False), ("vault.header.after", True)])
def test_a_kill_around_the_header_leaves_a_whole_vault_or_none(
    place: Place, project_root: Path, point: str, exists: bool
) -> None:
    killed(place, point, 1, "create", project_root)
    assert place.door().summary().exists is exists
    if exists:
        assert recovered(place) == (1, "agrees")


@pytest.mark.parametrize(("point", "counted"), [("vault.attempts.before", 0), ("vault.attempts.after", 1)])
def test_an_attempt_is_counted_before_it_is_made(place: Place, project_root: Path, point: str, counted: int) -> None:
    door = place.door()
    place.create(door)
    door.lock()
    killed(place, point, 1, "wrong", project_root)
    assert place.door().summary().failed_attempts == counted


@pytest.mark.parametrize(
    ("point", "frozen"),
    [
        ("vault.freeze.before", False),
        ("vault.freeze.after", True),
        ("vault.unfreeze.before", True),
        ("vault.unfreeze.after", False),
    ],
)
def test_a_kill_around_the_emergency_stop_errs_on_the_safe_side(
    place: Place, project_root: Path, point: str, frozen: bool
) -> None:
    door = place.door()
    place.create(door)
    door.lock()
    killed(place, point, 1, "freeze", project_root)
    vault = door.unlock(SecretText(PASSPHRASE))
    with vault.transaction() as transaction:
        assert transaction.rules.frozen is frozen
    assert door.frozen() is frozen
    door.lock()


@pytest.mark.parametrize(("point", "there"), [("workspace.take_in.before", False), ("workspace.take_in.after", True)])
def test_a_kill_while_taking_in_what_others_signed(
    tmp_path: Path, project_root: Path, point: str, *, there: bool
) -> None:
    office = Office(tmp_path)
    ada, ben, _ = office.of_three()
    payee, _ = ada.story.payee()
    arriving = [event for event in ada.shared() if event.id not in {item.id for item in ben.all_shared()}]
    (ben.place.home / "events").write_text(written(arriving), "utf-8")
    ben.door.lock()
    killed(ben.place, point, 1, "take", project_root)
    vault = ben.reopen()
    assert (ben.door.projections().payee(payee) is not None, vault.may_sign) == (there, True)
    assert vault.unknown_parcels("folder", ["a" * 64]) == ([] if there else ["a" * 64])
    assert len(vault.take_in(arriving).accepted) == (0 if there else len(arriving))
    assert ben.door.verify(lambda _done, _total: True).faults == ()
    office.close()
