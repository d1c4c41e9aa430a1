"""A payment by file and one by hand, from the form of the account to *settled*, with a real vault and a real bank."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from countersign.adapters.practice.world import PracticeBank
from countersign.bootstrap import Ground, session_opener
from countersign.testing.plugin import control_of, wait_for
from countersign.testing.window import Window
from countersign.ui.start import Running
from countersign.ui.views.new_vault import NewVaultPage
from countersign.ui.widgets import CheckField

PAYEE, PAYEE_ACCOUNT = "Jürgen Groß", "DE28999700200532013000"


class Desk:
    """The folder in which the person's files lie, and the one to choose next."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.next = folder

    def save(self, _parent: QWidget, suggested: str, _kinds: str, then: Callable[[Path], None]) -> None:
        then(self.folder / suggested)

    def which(self, _parent: QWidget, _kinds: str, then: Callable[[Path], None]) -> None:
        then(self.next)

    def choose_folder(self, _parent: QWidget, _start: Path | None, then: Callable[[Path], None]) -> None:
        then(self.folder / "payments")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    folder = tmp_path / "desk"
    folder.mkdir()
    return Desk(folder)


@pytest.fixture
def program(ground: Ground, qtbot: QtBot, desk: Desk) -> Iterator[Running]:
    running = Running(ground, partial(session_opener, ground), lambda: None, desk.save, desk.which, desk.choose_folder)
    qtbot.addWidget(running.program.shell, before_close_func=lambda _shell: running.close())
    running.program.show()
    yield running
    practice = running.program.presenter.practice
    if isinstance(practice, PracticeBank):
        practice.close_and_wait(30)


def make_vault(window: Window, qtbot: QtBot) -> None:
    wait_for(qtbot, window.showing("new_vault.name"))
    window.type("new_vault.name", "Mei Chen")
    window.press("new_vault.take_offer")
    window.press("new_vault.next")
    wait_for(qtbot, window.showing("new_vault.save_kit"))
    words = window.find_as("new_vault.page", NewVaultPage).kit_words()
    window.press("new_vault.kept")
    for place in range(2):
        number = int(re.sub(r"\D", "", window.find(f"new_vault.proof{place}").accessibleName()))
        window.type(f"new_vault.proof{place}", words[number - 1])
    window.press("new_vault.make")
    wait_for(qtbot, window.showing("setup.account"))


def add_account(window: Window, qtbot: QtBot, number: str, reach: str) -> None:
    window.press("setup.account")
    wait_for(qtbot, window.showing("own.add.number"))
    window.type("own.add.number", number)
    window.type("own.add.name", "Household")
    window.type("own.add.bank", "Alder Practice Bank")
    window.choose("own.add.reach", reach)
    if reach == "files":
        window.press("own.add.choose_folder")
    window.press("own.add.add")
    wait_for(qtbot, window.showing("own.added.home"))


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


def own_account(program: Running) -> str:
    """Name an account in euro of the practice bank's customer."""
    practice = program.program.presenter.practice
    assert practice is not None
    return next(item.account for item in practice.downloads() if item.account.startswith("LU"))


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
    for key, value in {"name": "same", "amount": "same", "date": "same", "warning": "none"}.items():
        window.choose(f"carry.question.{key}", value)
    window.press("carry.practice.confirm")
    wait_for(qtbot, window.showing("carry.practice.reference"))
    window.type("carry.reference", window.text("carry.practice.reference"))
    window.press("carry.handed_over")
    settle(window, qtbot, desk, program)
