"""The page of the guided transfer in a window, driven by the names of its widgets."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from countersign.presentation.transfer import TransferPresenter
from countersign.testing import fakes
from countersign.ui.views.transfer import TransferPage
from countersign.ui.widgets import KitButton, TextField
from tests.gui.let_turns_pass import let_turns_pass
from tests.unit.presentation.transfer_pages import WORDS, Sent

W = TypeVar("W", bound=QWidget)


class TransferWindow:
    """A world, a page in it, and hands."""

    def __init__(self, world: fakes.World | None = None, draft: str = "") -> None:
        self.world = world or fakes.make_world()
        self.sent = Sent()
        self.page = TransferPage()
        self.presenter = TransferPresenter(self.world.session, self.sent, self.page, WORDS)
        self._draft = draft

    def open(self) -> None:
        self.page.attach(self.presenter, self._draft)

    def find(self, name: str, kind: type[W]) -> W:
        let_turns_pass()  # what a layout has just taken in is shown by a posted event
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
        field.setFocus()
        field.clear()
        QTest.keyClicks(field, text)

    def enter(self, name: str) -> None:
        QTest.keyClick(self.find(name, QWidget), Qt.Key.Key_Return)

    def pick(self, name: str) -> None:
        QTest.mouseClick(self.find(name, QWidget), Qt.MouseButton.LeftButton)

    # — the usual way —

    def to_review(self, amount: str = "6000.00") -> None:
        self.press("transfer.payee.known.0")
        self.press("transfer.payee.continue")
        self.press("transfer.name_check.continue")
        self.fill("transfer.amount.amount", amount)
        self.pick(f"transfer.amount.account.{fakes.MAIN}")
        self.fill("transfer.amount.remittance", "Rent December")
        self.press("transfer.amount.continue")
        if self.has("transfer.risk.continue"):
            self.press("transfer.risk.continue")

    def to_code(self) -> None:
        self.to_review()
        self.fill("transfer.review.digits", fakes.LANDLORD[1][-4:])
        self.press("transfer.review.right")
        self.fill("transfer.confirm.password", fakes.PASSWORD)
        self.press("transfer.confirm.sign_in")
        self.pick("transfer.confirm.method.sms-1")
        self.press("transfer.confirm.choose")
