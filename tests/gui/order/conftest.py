"""The page of one order in a shown window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

from countersign.testing import fakes
from countersign.ui.theme.style import apply_theme
from countersign.ui.theme.tokens import Theme
from tests.gui.let_turns_pass import let_turns_pass
from tests.gui.order.order_window import OrderWindow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

OpenOrder = Callable[..., OrderWindow]


@pytest.fixture
def open_order(qtbot: QtBot, qapp: QApplication) -> Iterator[OpenOrder]:
    """Give a function that opens an order's page in a world, at a size and a text size."""
    opened: list[OrderWindow] = []

    def shown(
        world: fakes.World, order: str, *, width: int = 1240, height: int = 760, percent: int = 100
    ) -> OrderWindow:
        apply_theme(qapp, Theme.LIGHT, "en", percent, motion=False)
        window = OrderWindow(world)
        opened.append(window)
        qtbot.addWidget(window.page)
        window.page.resize(width, height)
        window.page.show()
        window.page.attach(window.presenter, order)
        let_turns_pass()
        return window

    yield shown
    for window in opened:
        window.presenter.close()
    apply_theme(qapp, Theme.LIGHT, "en", 100, motion=False)
