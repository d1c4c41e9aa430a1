"""``countersign tour --chapter team``: two others approve, the money leaves once, three vaults say the same of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from PySide6.QtGui import QImage

from tests.end2end.team_campaign import SIGNATURES, is_good, play

SECONDS: Final = 600  # some fifty by each store, on a machine that does nothing else
MEMBERS: Final = {"mei": 2, "anna": 4, "tomas": 4}  # pictures of the inbox: of who asked, and of who approved
STORES: Final = [
    "folder",
    pytest.param("files", marks=pytest.mark.nightly),  # ``make team`` plays them all
    pytest.param("postgres", marks=pytest.mark.nightly),
]
pytestmark = [pytest.mark.serial, pytest.mark.timeout(SECONDS + 60)]


@pytest.mark.parametrize("store", STORES)
def test_three_people_pay_once_and_every_vault_says_the_same(store: str, tmp_path: Path) -> None:
    out = tmp_path / "team"
    found = play(store, out)
    assert is_good(found), found
    the_vaults_agree(found)
    the_inboxes_are_shown(found, out)
    the_bank_agrees(found, out)


def the_vaults_agree(found: dict[str, object]) -> None:
    vaults = found["vaults"]
    assert isinstance(vaults, dict)
    assert set(vaults) == set(MEMBERS)
    assert {vault["signatures"] for vault in vaults.values()} == {SIGNATURES}
    assert {vault["state"] for vault in vaults.values()} == {"settled"}
    assert len({vault["projection"] for vault in vaults.values()}) == 1
    assert all(vault["sound"] for vault in vaults.values())


def the_inboxes_are_shown(found: dict[str, object], out: Path) -> None:
    inboxes = found["inboxes"]
    assert isinstance(inboxes, dict)
    assert {name: len(pictures) for name, pictures in inboxes.items()} == MEMBERS
    for name in (name for pictures in inboxes.values() for name in pictures):
        picture = QImage(str(out / name))
        assert (picture.width(), picture.height()) == (1240, 800), name
        assert len({picture.pixel(x, y) for x in range(0, 1240, 20) for y in range(0, 800, 20)}) > 1, name


def the_bank_agrees(found: dict[str, object], out: Path) -> None:
    dumped = subprocess.run(
        [sys.executable, "-m", "practicebank", "--world", str(out / "world"), "--dump"], check=True, capture_output=True
    )
    journal = json.loads(dumped.stdout)["journal"]
    payment = found["payment"]
    assert isinstance(payment, dict)
    assert len(journal) == 1
    assert str(journal[0]["amount_minor"]) == payment["amount_minor"] == "25000000"
    assert journal[0]["end_to_end_id"] == payment["end_to_end_id"]
    assert (journal[0]["status"], found["status"]) == ("ACSC", "ACSC")


def test_a_tour_that_goes_wrong_says_so(tmp_path: Path) -> None:
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "something else").write_text("", "utf-8")
    found = play("folder", tmp_path / "team")
    assert not is_good(found)
    assert found["exit"] != 0
