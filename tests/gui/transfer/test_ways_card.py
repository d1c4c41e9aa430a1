"""Which way to pay, by hand: a later day, another way, and who pays the fees."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from countersign.domain.payment import ChargeBearer, PaymentProduct
from countersign.testing import fakes
from countersign.testing.page_walk import walk
from countersign.ui.views.transfer.amount_page import AmountPage
from countersign.ui.widgets import DateField, SelectField
from countersign.ui.widgets.recovery_card import RecoveryCard
from tests.gui.transfer.transfer_window import TransferWindow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

OpenTransfer = Callable[..., TransferWindow]
TURKISH = "TR330006100519786457841326"


def to_amount(window: TransferWindow) -> None:
    window.press("transfer.payee.known.0")
    window.press("transfer.payee.continue")
    window.press("transfer.name_check.continue")
    window.fill("transfer.amount.amount", "6000.00")
    window.pick(f"transfer.amount.account.{fakes.MAIN}")


def test_a_later_day_and_another_way_are_what_is_paid(open_transfer: OpenTransfer) -> None:
    window = open_transfer(height=2000)
    to_amount(window)
    day = window.find("transfer.amount.date", DateField)
    assert day.minimumDate() == QDate(2026, 11, 22)
    day.setDate(QDate(2026, 12, 1))
    assert not window.has(f"transfer.amount.product.{PaymentProduct.SEPA_INSTANT}")
    window.pick(f"transfer.amount.product.{PaymentProduct.TARGET}")
    window.press("transfer.amount.continue")
    if window.has("transfer.risk.continue"):
        window.press("transfer.risk.continue")
    payment = window.world.reader.orders_in_flight()[0].content.payment
    assert (payment.product, payment.requested_execution_date) == (PaymentProduct.TARGET, "2026-12-01")
    assert window.find("transfer.review.recovery", RecoveryCard).isVisible()


def test_lists_come_when_they_are_wanted_and_tab_goes_through_them(open_transfer: OpenTransfer, qtbot: QtBot) -> None:
    window = open_transfer(height=2000)
    to_amount(window)
    ways = window.presenter.amount.ways
    assert window.has("transfer.amount.purpose")
    assert not window.has("transfer.amount.charge_bearer")
    desk = ways._desk  # noqa: SLF001 - an account that no letter of the practice world names
    desk.change(type(desk.draft).read({**desk.draft.canonical(), "account": TURKISH}))
    ways.choose(PaymentProduct.CROSS_BORDER)
    bearer = window.find("transfer.amount.charge_bearer", SelectField)
    window.page.activateWindow()
    qtbot.waitUntil(window.page.isActiveWindow)
    bearer.setFocus()
    QTest.keyClick(bearer, Qt.Key.Key_Down)
    assert desk.draft.charge_bearer is ChargeBearer.DEBTOR
    QTest.keyClick(bearer, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is window.find("transfer.amount.purpose", SelectField)
    page = window.find("transfer.amount", AmountPage)
    assert page.ways.last_field() is window.find("transfer.amount.purpose", SelectField)
    assert walk(window.page) == []
    assert ways.state().bearer == "DEBT"
