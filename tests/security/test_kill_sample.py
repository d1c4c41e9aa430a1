"""A few cells of the kill campaign in every run; ``make kill`` runs them all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import orjson
import pytest

from tests.security.kill_baskets import PLANTED as TOGETHER_PLANTED
from tests.security.kill_baskets import cells
from tests.security.kill_campaign import COUNTED
from tests.security.kill_carried import PLANTED as CARRIED_PLANTED
from tests.security.kill_judge import order_kept
from tests.security.kill_points import CELLS, PLANTED, POINTS, Behaviour, Moment, sample

SAMPLE: Final = 20

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


@pytest.mark.timeout(600)
def test_nothing_is_lost_or_doubled_by_a_kill(project_root: Path, tmp_path: Path) -> None:
    report = tmp_path / "kill.json"
    command = [sys.executable, "-m", "tests.security.kill_campaign", "--sample", str(SAMPLE), "--report", str(report)]
    run = subprocess.run(command, cwd=project_root, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    told = orjson.loads(report.read_bytes())
    assert told["fired"] == told["struck"] == told["cells"] == 3 * SAMPLE  # sent, carried by hand, and signed together
    assert told["carried"]["cells"] == told["together"]["cells"] == SAMPLE
    assert [told[name] for name in COUNTED] == [0] * len(COUNTED)
    assert told["planted_caught"] == len(PLANTED) + len(CARRIED_PLANTED) + len(TOGETHER_PLANTED)


def test_every_point_has_every_moment_and_behaviour() -> None:
    assert len(POINTS) >= 30
    assert len({point.name for point in POINTS}) == len(POINTS)
    assert len({cell.name for cell in CELLS}) == len(CELLS) == len(POINTS) * len(Moment) * len(Behaviour)


def test_what_is_signed_together_is_killed_everywhere_too() -> None:
    found = cells()
    assert len({cell.name for cell in found}) == len(found) > 150
    assert {cell.behaviour for cell in found if cell.in_flight} == set(Behaviour)
    assert {cell.point.name for cell in found} >= {
        "tie.send",
        "code.send",
        "tied.commit",
        "answer.anchor",
        "method.send",
    }


def test_the_sample_is_always_the_same_and_spread_out() -> None:
    chosen = sample(SAMPLE)
    assert chosen == sample(SAMPLE)
    assert {cell.behaviour for cell in chosen} == set(Behaviour)
    assert {cell.moment for cell in chosen} == set(Moment)


@pytest.mark.parametrize(
    ("trace", "kept"),
    [
        ("vault.commit.after vault.anchor.after bank.initiate.send.before", True),
        ("vault.commit.after bank.initiate.send.before vault.anchor.after", False),
        ("bank.profile.send.before vault.commit.after", True),
    ],
)
def test_sending_between_a_commit_and_its_anchor_is_seen(trace: str, kept: bool) -> None:
    assert order_kept(trace.split()) is kept
