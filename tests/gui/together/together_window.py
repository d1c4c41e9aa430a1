"""The page on which payments are signed together, driven by the names of its widgets."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from countersign.presentation.together import TogetherPresenter
from countersign.testing import fakes
from countersign.ui.views.together.page import TogetherPage
from countersign.ui.widgets import CheckField, Chip, KitButton, PlainLabel, TextField
from tests.gui.let_turns_pass import let_turns_pass
from tests.unit.presentation.transfer_pages import Sent

W = TypeVar("W", bound=QWidget)


class TogetherWindow:
    """A world, the page in it, and hands."""

    def __init__(self, world: fakes.World) -> None:
        self.sent = Sent()
        self.page = TogetherPage()
        self.presenter = TogetherPresenter(world.session, self.sent, self.page)

    def find(self, name: str, kind: type[W]) -> W:
        let_turns_pass()
        found = [widget for widget in self.page.findChildren(kind, name) if not widget.isHidden()]
        assert found, f"{name} is not shown"
        return found[-1]

    def has(self, name: str) -> bool:
        let_turns_pass()
        return any(widget.isVisible() for widget in self.page.findChildren(QWidget, name))

    def press(self, name: str) -> None:
        self.find(name, KitButton).click()

    def mark(self, *places: int) -> None:
        for place in places:
            self.find(f"together.mark.{place}", CheckField).click()

    def fill(self, name: str, text: str) -> None:
        field = self.find(name, TextField)
        field.clear()
        QTest.keyClicks(field, text)

    def pick(self, name: str) -> None:
        QTest.mouseClick(self.find(name, QWidget), Qt.MouseButton.LeftButton)

    def chips(self, count: int) -> list[str]:
        return [self.find(f"together.chip.{place}", Chip).text() for place in range(count)]

    def texts(self) -> str:
        let_turns_pass()
        return "\n".join(label.text() for label in self.page.findChildren(PlainLabel) if label.isVisible())
