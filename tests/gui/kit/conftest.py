"""Dress the application for tests of the kit, and undress it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget

from countersign.ui.theme.look import Look
from countersign.ui.theme.style import apply_theme
from countersign.ui.theme.tokens import Theme

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

Show = Callable[..., QWidget]
Dress = Callable[..., Look]


@pytest.fixture
def dress(qapp: QApplication) -> Iterator[Dress]:
    """Give a function that puts on a look; the plain light one comes back afterwards."""

    def put_on(theme: Theme = Theme.LIGHT, language: str = "en", percent: int = 100) -> Look:
        return apply_theme(qapp, theme, language, percent, motion=False)

    put_on()
    yield put_on
    put_on()


@pytest.fixture
def show(qtbot: QtBot, dress: Dress) -> Show:
    """Give a function that shows a widget at a size and waits until it is there."""
    kept: list[QWidget] = []

    def shown(widget: QWidget, width: int = 480, height: int = 320) -> QWidget:
        kept.append(widget)  # a page nobody holds would be gone before it is looked at
        qtbot.addWidget(widget)
        widget.resize(QSize(width, height))
        with qtbot.waitActive(widget):
            widget.show()
            widget.activateWindow()
        QApplication.sendPostedEvents()
        return widget

    return shown
