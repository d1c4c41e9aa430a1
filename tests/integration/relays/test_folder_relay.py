"""Devices that share a folder of the file system: what comes of it when it is deleted while they run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from countersign.adapters.relays.folder import FolderRelay
from countersign.domain.errors import ConnectorError
from tests.unit.application.workspace.several import Several, several

WORKSPACE = "22" * 16


def sharing(path: Path) -> Several:
    """Two devices that have heard of each other through a folder."""
    some = several(2)
    for desk in some.desks:
        desk.relay = FolderRelay(path, WORKSPACE)
        desk.restart()
    some.rounds(4, 30_000)
    assert some.agree
    return some


def test_ours_deleted_from_the_folder_is_made_again_filled_and_told(tmp_path: Path) -> None:
    some = sharing(tmp_path)
    some[0].say("deleted before anybody took it in")
    some[0].round()
    for ours in tmp_path.iterdir():
        shutil.rmtree(ours)
    some.later(300_000)
    assert [item.device for item in some[0].round().went_back] == [""]
    some.rounds(4, 30_000)
    assert some.agree


def test_a_folder_made_anew_is_filled_once_it_is_chosen_again(tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    some = sharing(drive)
    some[0].say("deleted before anybody took it in")
    some[0].round()
    drive.rename(tmp_path / "deleted")
    drive.mkdir()
    some.later(300_000)
    with pytest.raises(ConnectorError, match=r"^relay\.emptied$"):
        some[0].round()
    some[0].relay = FolderRelay(drive, WORKSPACE)
    some[0].restart()
    assert [item.device for item in some[0].round().went_back] == [""]
    some.rounds(4, 30_000)
    assert some.agree
