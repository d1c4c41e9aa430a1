"""A transfer page in a shown window, plainly dressed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

from countersign.testing import fakes
from countersign.ui.theme.style import apply_theme
from countersign.ui.theme.tokens import Theme
from tests.gui.let_turns_pass import let_turns_pass
from tests.gui.transfer.transfer_window import TransferWindow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

OpenTransfer = Callable[..., TransferWindow]


@pytest.fixture
def open_transfer(qtbot: QtBot, qapp: QApplication) -> Iterator[OpenTransfer]:
    """Give a function that opens the page in a world, at a size and a text size."""
    apply_theme(qapp, Theme.LIGHT, "en", 100, motion=False)
    opened: list[TransferWindow] = []

    def shown(
        world: fakes.World | None = None, *, draft: str = "", width: int = 1240, height: int = 760, percent: int = 100
    ) -> TransferWindow:
        apply_theme(qapp, Theme.LIGHT, "en", percent, motion=False)
        window = TransferWindow(world, draft)
        opened.append(window)
        qtbot.addWidget(window.page)
        window.page.resize(width, height)
        window.page.show()
        window.open()
        let_turns_pass()
        return window

    yield shown
    for window in opened:
        window.presenter.close()
    apply_theme(qapp, Theme.LIGHT, "en", 100, motion=False)
