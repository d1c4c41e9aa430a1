"""The page on which payments are signed together, in a shown window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

from countersign.testing import fakes
from countersign.ui.theme.style import apply_theme
from countersign.ui.theme.tokens import Theme
from tests.gui.let_turns_pass import let_turns_pass
from tests.gui.together.together_window import TogetherWindow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

OpenTogether = Callable[..., TogetherWindow]


@pytest.fixture
def open_together(qtbot: QtBot, qapp: QApplication) -> Iterator[OpenTogether]:
    """Give a function that opens the page in a world."""
    opened: list[TogetherWindow] = []

    def shown(world: fakes.World, order: str = "") -> TogetherWindow:
        apply_theme(qapp, Theme.LIGHT, "en", 100, motion=False)
        window = TogetherWindow(world)
        opened.append(window)
        qtbot.addWidget(window.page)
        window.page.resize(1240, 900)
        window.page.show()
        window.page.attach(window.presenter, order)
        let_turns_pass()
        return window

    yield shown
    for window in opened:
        window.presenter.close()
