"""A payment by file and one by hand, from the form of the account to *settled*, with a real vault and a real bank."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from countersign.testing.plugin import control_of, wait_for
from countersign.testing.window import Window
from countersign.ui.start import Running
from countersign.ui.widgets import CheckField
from tests.gui.own_bank.hands import Desk, add_account, make_vault, own_account

PAYEE, PAYEE_ACCOUNT = "Jürgen Groß", "DE28999700200532013000"


def pay(window: Window, qtbot: QtBot, account: str) -> None:
    window.press("shell.transfer")
    wait_for(qtbot, window.showing("transfer.payee.name"))
    window.type("transfer.payee.name", PAYEE)
    window.type("transfer.payee.account", PAYEE_ACCOUNT)
    window.choose("transfer.payee.source", "contract")
    window.press("transfer.payee.continue")
    wait_for(qtbot, window.showing("transfer.name_check.continue"))
    window.find_as("transfer.name_check.call_back", CheckField).click()  # nobody can be asked about names from here
    window.press("transfer.name_check.continue")
    wait_for(qtbot, window.showing("transfer.amount.amount"))
    window.choose("transfer.amount.account", account)
    window.type("transfer.amount.amount", "600.00")
    window.type("transfer.amount.remittance", "Rent December")
    window.press("transfer.amount.continue")
    qtbot.waitUntil(
        lambda: window.shows("transfer.risk.continue") or window.shows("transfer.review.digits"), timeout=60_000
    )
    if window.shows("transfer.risk.continue"):
        window.press("transfer.risk.continue")
    wait_for(qtbot, window.showing("transfer.review.digits"))
    window.type("transfer.review.digits", PAYEE_ACCOUNT[-4:])
    window.press("transfer.review.right")


def settle(window: Window, qtbot: QtBot, desk: Desk, program: Running) -> None:
    """Download the statement, bring it in, and see the order settled."""
    wait_for(qtbot, window.showing("carry.practice.statement"))
    control_of(program).set_clock({"advance_ms": 4 * 86_400_000})  # past any weekend: by then it is booked
    window.press("carry.practice.statement")
    qtbot.waitUntil((desk.folder / "statement.xml").exists, timeout=60_000)
    wait_for(qtbot, window.showing("carry.bring"))
    window.press("carry.bring")
    wait_for(qtbot, window.showing("bring.choose"))
    desk.next = desk.folder / "statement.xml"
    window.press("bring.choose")
    wait_for(qtbot, window.showing("bring.news.0"))
    window.press("bring.order.0")
    wait_for(qtbot, window.showing("order.state"))
    assert window.text("order.state") == "Settled"


@pytest.mark.timeout(240)
def test_a_payment_by_file_from_the_account_to_settled(
    program: Running, window: Window, qtbot: QtBot, desk: Desk
) -> None:
    make_vault(window, qtbot)
    account = own_account(program)
    add_account(window, qtbot, account, "files")
    window.press("own.test.write")
    wait_for(qtbot, window.showing("own.test.result.0"))
    assert [path.suffix for path in (desk.folder / "payments" / "test").iterdir()] == [".xml"]
    pay(window, qtbot, account)
    wait_for(qtbot, window.showing("carry.practice.upload"))
    window.press("carry.practice.upload")
    wait_for(qtbot, window.showing("carry.practice.release"))
    window.press("carry.practice.release")
    wait_for(qtbot, window.showing("carry.practice.report"))
    window.press("carry.handed_over")
    settle(window, qtbot, desk, program)


@pytest.mark.timeout(240)
def test_a_payment_by_hand_from_the_account_to_settled(
    program: Running, window: Window, qtbot: QtBot, desk: Desk
) -> None:
    make_vault(window, qtbot)
    account = own_account(program)
    add_account(window, qtbot, account, "manual")
    pay(window, qtbot, account)
    wait_for(qtbot, window.showing("carry.practice.type"))
    window.press("carry.practice.type")
    wait_for(qtbot, window.showing("carry.practice.confirm"))
    for key, value in {"name": "same", "from": "same", "amount": "same", "date": "same", "warning": "none"}.items():
        window.choose(f"carry.question.{key}", value)
    window.press("carry.practice.confirm")
    wait_for(qtbot, window.showing("carry.practice.reference"))
    window.type("carry.reference", window.text("carry.practice.reference"))
    window.press("carry.handed_over")
    settle(window, qtbot, desk, program)
