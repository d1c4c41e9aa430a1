"""A code in several pictures: its pace, holding it, stepping by hand, and how it looks to a camera in every theme."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from countersign.adapters.relays.qr_frames import GreyPicture, frames_of, read_codes
from countersign.ui.pictures import grey_map
from countersign.ui.theme.look import board, look
from countersign.ui.theme.tokens import Theme
from countersign.ui.widgets.code_player import SPEEDS_MS, USUAL, CodePlayer

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.gui.kit.conftest import Dress, Show

FRAMES = frames_of(os.urandom(300 * 12))


def moving() -> None:
    board().put(replace(look(), motion=True))


def seen(player: CodePlayer) -> tuple[str, ...]:
    """Read what is on the code, from a picture of the whole widget."""
    return tuple(read_codes(GreyPicture.of_pgm(grey_map(player.grab().toImage()))))


@pytest.mark.parametrize("theme", list(Theme))
def test_a_camera_reads_every_picture_in_every_theme(show: Show, dress: Dress, theme: Theme) -> None:
    dress(theme)
    player = CodePlayer("code")
    show(player, 700, 700)
    player.set_frames(FRAMES)
    for place, text in enumerate(FRAMES):
        assert seen(player) == (text,)
        assert player.part.text() == f"Picture {place + 1} of 12"
        player.following.click()
    assert seen(player) == FRAMES[:1]
    player.before.click()
    assert seen(player) == FRAMES[-1:]


def test_it_goes_round_by_itself_and_can_be_held(show: Show, dress: Dress, qtbot: QtBot) -> None:
    moving()
    player = CodePlayer("code")
    show(player, 700, 700)
    player.set_frames(FRAMES)
    assert player.round.text() == "One round takes 5 seconds; then it begins anew."
    qtbot.waitUntil(lambda: player.part.text() == "Picture 3 of 12", timeout=10_000)
    player.hold.click()
    assert (player.moving, player.hold.text()) == (False, "Go on")
    player.hold.click()
    assert (player.moving, player.hold.text()) == (True, "Pause")
    shown = player.part.text()
    qtbot.waitUntil(lambda: player.part.text() != shown, timeout=10_000)


def test_it_gets_slower_and_faster_within_bounds_and_says_where_they_are(show: Show, dress: Dress) -> None:
    moving()
    player = CodePlayer("code")
    show(player, 700, 700)
    player.set_frames(FRAMES)
    for _ in range(USUAL):
        player.slower.click()
    assert player.round.text() == "One round takes 12 seconds; then it begins anew."
    assert player.slower.blocked_reason()
    for _ in range(len(SPEEDS_MS) - 1):
        player.faster.click()
    assert player.round.text() == "One round takes 2 seconds; then it begins anew."
    assert player.faster.blocked_reason()
    assert player.moving


def test_where_less_motion_is_wanted_nothing_moves_by_itself(show: Show, dress: Dress) -> None:
    player = CodePlayer("code")
    show(player, 700, 700)
    player.set_frames(FRAMES)
    assert not player.moving
    assert player.round.text().startswith("Nothing moves by itself")
    assert not player.hold.isVisible()
    player.following.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(player, Qt.Key.Key_Right)
    assert player.part.text() == "Picture 2 of 12"
    QTest.keyClick(player, Qt.Key.Key_Left)
    assert player.part.text() == "Picture 1 of 12"


def test_one_picture_has_no_pace(show: Show, dress: Dress) -> None:
    moving()
    player = CodePlayer("code")
    show(player, 700, 700)
    player.set_frames(FRAMES[:1])
    assert not player.moving
    assert player.part.text() == "One picture, and that is all of it."
    assert not player.following.isVisible()
    QTest.keyClick(player, Qt.Key.Key_Right)
    player.set_frames(())
    assert player.part.text() == ""
