"""What a person does to get a vault and an account of one's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from countersign.testing.conductor import Until
from countersign.testing.plugin import wait_for
from countersign.testing.window import Window
from countersign.ui.start import Running
from countersign.ui.views.add_account import AddAccountPage
from countersign.ui.views.new_vault import NewVaultPage


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


def make_vault(window: Window, qtbot: QtBot) -> None:
    """Make a vault, and write down its words."""
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
    """Add an account that is reached by payment files, or by hand."""
    window.press("setup.account")
    wait_for(qtbot, window.showing("own.add.number"))
    wait_for(qtbot, Until(lambda: window.find_as("own.page", AddAccountPage).file_card is not None, "all of the page"))
    window.type("own.add.number", number)
    window.type("own.add.name", "Household")
    window.type("own.add.bank", "Alder Practice Bank")
    window.choose("own.add.reach", reach)
    if reach == "files":
        window.press("own.add.choose_folder")
    window.press("own.add.add")
    wait_for(qtbot, window.showing("own.added.home"))


def own_account(program: Running) -> str:
    """Name an account in euro of the practice bank's customer."""
    practice = program.program.presenter.practice
    assert practice is not None
    return next(item.account for item in practice.downloads() if item.account.startswith("LU"))
