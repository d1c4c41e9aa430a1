"""A small part of the fuzz runs with the suite, and each defect that it must find turns it red."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from tests.security import fuzz_campaign, fuzz_proofs
from tests.security.fuzz_cases import case
from tests.security.fuzz_seeds import DOORS


def run(tmp_path: Path, *arguments: str) -> tuple[int, dict[str, dict[str, int]]]:
    report = tmp_path / "fuzz.json"
    left = fuzz_campaign.main([*arguments, "--report", str(report)])
    return left, orjson.loads(report.read_bytes())


def test_a_sample_of_each_door_holds(tmp_path: Path) -> None:
    left, report = run(tmp_path, "--cases", "60")
    assert left == 0, report
    assert {door: figures["cases"] for door, figures in report.items()} == dict.fromkeys(DOORS, 60)
    assert all(figures["read"] for figures in report.values()), "not all of it may be refused at the door"


@pytest.mark.parametrize(
    ("plant", "kind"), [("crash", "crashes"), ("slow", "slow"), ("fat", "fat"), ("open", "let_in")]
)
def test_a_planted_defect_is_found(tmp_path: Path, plant: str, kind: str) -> None:
    left, report = run(tmp_path, "--door", "camt", "--cases", "25", "--plant", plant)
    assert left == 1
    assert report["camt"][kind] >= 1
    assert report["camt"]["cases"] == 25, "the others are tried all the same"


@pytest.mark.parametrize("door", fuzz_proofs.DOORS)
@pytest.mark.parametrize("plant", ["open", "unsealed"])
def test_who_believes_what_nobody_signed_is_found(tmp_path: Path, door: str, plant: str) -> None:
    left, report = run(tmp_path, "--door", door, "--cases", "300", "--plant", plant)
    assert left == 1
    assert report[door]["let_in"] >= 1


@pytest.mark.parametrize("door", DOORS)
def test_a_number_makes_the_same_case_for_ever(door: str) -> None:
    assert [case(door, number).data for number in range(30)] == [case(door, number).data for number in range(30)]
    assert len({case(door, number).data for number in range(30)}) > 20
