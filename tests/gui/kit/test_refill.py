"""What comes to a page that is on screen comes at once: the page is laid out once, not for each piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.ui.widgets.labels import PlainLabel
from countersign.ui.widgets.page import ScrollPage
from countersign.ui.widgets.refill import refill

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class Asked(QWidget):
    """Counts how often a layout asks for its size."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def sizeHint(self) -> QSize:
        self.times += 1
        return QSize(40, 20)


def test_a_layout_holds_the_new_widgets_in_place_of_the_old(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    body = QVBoxLayout(page)
    old, first, second = PlainLabel("old"), PlainLabel("first"), PlainLabel("second")
    page.show()
    refill(body, [old])
    assert old.isVisible()
    refill(body, [first, second])
    assert not old.isVisible()
    assert first.isVisible()
    assert second.isVisible()
    qtbot.waitUntil(lambda: 0 < first.geometry().bottom() < second.geometry().top())
    refill(body, [])
    assert body.count() == 0


def test_a_page_is_laid_out_after_the_block_and_not_within_it(qtbot: QtBot) -> None:
    page, asked = ScrollPage("Heading"), Asked()
    qtbot.addWidget(page)
    page.add(asked)
    labels = [PlainLabel(f"line {number}") for number in range(8)]
    for label in labels:
        label.hide()
        page.add(label)
    page.show()
    qtbot.waitUntil(lambda: asked.times > 0 and asked.height() > 0)
    before = asked.times
    with page.laid_out_once():
        for label in labels:
            label.show()
        assert asked.times == before
        assert {label.geometry().top() for label in labels} == {labels[0].geometry().top()}
    qtbot.waitUntil(lambda: len({label.geometry().top() for label in labels}) == len(labels))
