"""Buttons act once, say why they can't, and keep their shape in focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.ui import widgets as kit
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Theme, contrast
from tests.gui.kit.hands import click, press

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from countersign.ui.widgets.buttons import KitButton
    from tests.gui.kit.conftest import Dress, Show

ALL: list[Callable[[str], KitButton]] = [
    kit.PrimaryButton,
    kit.SafeButton,
    kit.QuietButton,
    kit.DangerButton,
    kit.LinkButton,
    kit.ArmingButton,
]


class Heard:
    """Count what a button signals."""

    def __init__(self, button: KitButton) -> None:
        self.acted = 0
        self.reasons: list[str] = []
        button.activated.connect(self._act)
        button.refused.connect(self.reasons.append)

    def _act(self) -> None:
        self.acted += 1


@pytest.mark.parametrize("make", ALL)
def test_mouse_and_space_press(qtbot: QtBot, show: Show, make: Callable[[str], KitButton]) -> None:
    button = make("Go on")
    show(button)
    heard = Heard(button)
    click(button)
    press(button, Qt.Key.Key_Space)
    assert heard.acted == 2


@pytest.mark.parametrize("make", ALL)
@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_presses_only_what_it_may(
    qtbot: QtBot, show: Show, make: Callable[[str], KitButton], key: Qt.Key
) -> None:
    button = make("Go on")
    show(button)
    heard = Heard(button)
    press(button, key)
    never = isinstance(button, kit.DangerButton | kit.ArmingButton)
    assert heard.acted == (0 if never else 1)


@pytest.mark.parametrize("make", ALL)
def test_a_blocked_button_stays_reachable_and_says_why(
    qtbot: QtBot, show: Show, make: Callable[[str], KitButton]
) -> None:
    page = QWidget()
    body = QVBoxLayout(page)
    reason, button = kit.PlainLabel(), make("Approve")
    body.addWidget(reason)
    body.addWidget(button)
    button.show_reason_in(reason)
    button.set_blocked("You requested this; ask Mei or Tom.")
    show(page)
    heard = Heard(button)
    assert button.isEnabled()
    assert button.accessibleDescription() == "You requested this; ask Mei or Tom."
    assert not reason.isVisible()
    click(button)
    interface = QAccessible.queryAccessibleInterface(button).actionInterface()
    interface.doAction("Press")
    qtbot.waitUntil(lambda: len(heard.reasons) == 2)
    assert (heard.acted, reason.isVisible(), reason.text()) == (0, True, heard.reasons[0])
    button.set_blocked(None)
    assert not reason.isVisible()
    click(button)
    assert heard.acted == 1


def test_arming_holds_back_every_press_until_it_is_over(qtbot: QtBot, show: Show) -> None:
    button = kit.ArmingButton("Send GBP 250,000.00")
    show(button)
    heard = Heard(button)
    with qtbot.waitSignal(button.armed, timeout=5000):
        button.arm_after(200)
        assert not button.is_armed()
        button.click()
        assert heard.reasons == ["Read the details once more. This button works in 1 second."]
        assert button.accessibleDescription() == heard.reasons[0]
    button.click()
    assert heard.acted == 1
    assert button.accessibleDescription() == ""


def test_arming_anew_begins_anew(qtbot: QtBot, show: Show) -> None:
    button = kit.ArmingButton("Send")
    show(button)
    button.arm_after(60_000)
    button.arm_after(0)
    assert button.is_armed()
    button.arm_after(60_000)
    assert "60 seconds" in button.waiting_reason()
    button.arm_after(-1)
    assert button.waiting_reason() == ""


def test_partners_are_equally_large(show: Show) -> None:
    page = QWidget()
    row = QHBoxLayout(page)
    safe, primary = kit.SafeButton("Stop"), kit.PrimaryButton("These details are right")
    safe.set_partner(primary)
    for button in (safe, primary):
        row.addWidget(button)
    show(page, 700, 80)
    assert safe.size() == primary.size()


def test_an_ampersand_is_a_character_and_never_a_shortcut(show: Show) -> None:
    button = kit.PrimaryButton("Pay Hartwell & Stone")
    show(button)
    assert button.shortcut().isEmpty()
    assert button.text() == button.accessibleName() == "Pay Hartwell & Stone"
    interface = QAccessible.queryAccessibleInterface(button)
    assert interface.text(QAccessible.Text.Name) == "Pay Hartwell & Stone"
    assert interface.role() == QAccessible.Role.Button


def test_long_words_break_into_lines_instead_of_being_cut(show: Show) -> None:
    button = kit.SafeButton("Something about these details is not right")
    one_line = button.heightForWidth(1000)
    assert button.heightForWidth(180) > one_line
    assert button.minimumSizeHint().width() < button.sizeHint().width()


def ring_colours(button: KitButton, image: QImage) -> set[str]:
    """Return the colours down the middle of the button's left half, from its edge inwards."""
    y = button.height() // 2
    return {image.pixelColor(x, y).name() for x in range(8)}


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("on_side", [False, True])
@pytest.mark.parametrize("make", ALL)
def test_the_focus_ring_shows_and_moves_nothing(
    show: Show, dress: Dress, make: Callable[[str], KitButton], theme: Theme, on_side: bool
) -> None:
    dress(theme)
    page = QWidget()
    row = QHBoxLayout(page)
    other, button = kit.QuietButton("Other"), make("Go on")
    button.set_on_side(on_side)
    row.addWidget(other)
    row.addWidget(button)
    show(page, 500, 90)
    other.setFocus()
    before_box, before = QRect(button.geometry()), button.grab().toImage()
    button.setFocus()
    assert button.hasFocus()
    after_box, after = QRect(button.geometry()), button.grab().toImage()
    assert before_box == after_box
    state = button.paint_state()
    behind = state.fill or (look().palette.side if on_side else look().palette.bg)
    assert contrast(state.ring, behind) >= 3
    ring = QColor(state.ring).name()
    assert ring in ring_colours(button, after)
    middle = button.height() // 2
    assert any(before.pixelColor(x, middle) != after.pixelColor(x, middle) for x in range(8))


def test_an_icon_alone_is_named(show: Show) -> None:
    button = kit.IconButton("copy", "Copy the account number")
    show(button)
    assert button.accessibleName() == "Copy the account number"
    assert "Copy the account number" in button.toolTip()
    assert button.sizeHint().width() >= 24
