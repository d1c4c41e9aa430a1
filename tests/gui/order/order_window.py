"""The page of one order, driven by the names of its widgets."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from countersign.presentation.order import OrderPresenter
from countersign.presentation.transfer_confirm import ScaState
from countersign.testing import fakes
from countersign.ui.views.order import OrderPage
from countersign.ui.widgets import KitButton, TextField
from tests.gui.let_turns_pass import let_turns_pass
from tests.unit.presentation.transfer_pages import WORDS, Sent, TransferPage

W = TypeVar("W", bound=QWidget)


class OrderWindow:
    """A world, an order's page in it, and hands."""

    def __init__(self, world: fakes.World) -> None:
        self.sent = Sent()
        self.receipts: list[str] = []
        self.page = OrderPage()
        self.presenter = OrderPresenter(world.session, self.sent, self.page, WORDS, self.receipts.append)

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

    def fill(self, name: str, text: str) -> None:
        field = self.find(name, TextField)
        field.clear()
        QTest.keyClicks(field, text)

    def pick(self, name: str) -> None:
        QTest.mouseClick(self.find(name, QWidget), Qt.MouseButton.LeftButton)


def accepted_order(world: fakes.World) -> str:
    """Pay the landlord and return the order."""
    transfer = TransferPage(world)
    transfer.to_code()
    bound = transfer.page(ScaState).bound
    assert bound is not None
    transfer.presenter.confirm.send_code(bound, fakes.CODE)
    transfer.presenter.close()
    return transfer.sent.to[-1].removeprefix("order ")
