"""A small part of the adversary campaign runs with the suite; ``make adversary`` runs all of it.

The whole of the defects is planted there too: here those that show soonest, and the reading of quorums by hand.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import orjson
import pytest

from countersign.testing.fake_relay import Mischief
from tests.security.adversary_lane import FINDINGS, OPERATIONS, play_world
from tests.security.adversary_planted import DEFECTS

STEPS: Final = 3_000
SOON: Final = ("count_twice", "ignore_rejection", "trust_the_store", "ignore_withheld")


@pytest.mark.timeout(600)
def test_a_sample_of_the_campaign_holds_and_planted_defects_turn_it_red(project_root: Path, tmp_path: Path) -> None:
    report = tmp_path / "adversary.json"
    plants = [part for name in SOON for part in ("--plant", name)]
    command = [sys.executable, "-m", "tests.security.adversary_campaign", "--steps", str(STEPS), *plants]
    run = subprocess.run(
        [*command, "--report", str(report)], cwd=project_root, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    told = orjson.loads(report.read_bytes())
    assert told["steps"] >= STEPS
    assert told["sent"] > 0
    assert [told[name] for name in FINDINGS] == [0] * len(FINDINGS)
    assert told["planted_caught"] == len(SOON)


def test_a_number_makes_the_same_world_for_ever() -> None:
    one, other = (play_world(7, 60) for _ in range(2))
    assert one[1:] == other[1:]
    assert list(one[0].world.truth.facts) == list(other[0].world.truth.facts)


def test_every_operation_has_a_weight_and_every_defect_a_finding() -> None:
    assert all(weight > 0 for weight, _ in OPERATIONS.values())
    assert {defect.shows for defect in DEFECTS.values()} <= set(FINDINGS)
    assert {f"store.{what.value}" for what in Mischief} <= set(OPERATIONS)
