"""From nothing to connected accounts, through the real windows, with a real vault and a real bank process."""

from __future__ import annotations

import re

import pytest
from pytestqt.qtbot import QtBot

from countersign.testing.conductor import Until
from countersign.testing.plugin import wait_for
from countersign.testing.window import Window
from countersign.ui.start import Running
from countersign.ui.views.new_vault import NewVaultPage
from countersign.ui.widgets import PhonePanel, SelectField


def make_vault(window: Window, qtbot: QtBot) -> str:
    """Make the vault as a person would; returns the passphrase."""
    wait_for(qtbot, window.showing("new_vault.name"))
    window.type("new_vault.name", "Mei Chen")
    offer = window.text("new_vault.offer")
    window.press("new_vault.take_offer")
    window.press("new_vault.next")
    wait_for(qtbot, window.showing("new_vault.save_kit"))
    page = window.find_as("new_vault.page", NewVaultPage)
    words = page.kit_words()
    window.press("new_vault.save_kit")
    window.press("new_vault.kept")
    for place in range(2):
        number = int(re.sub(r"\D", "", window.find(f"new_vault.proof{place}").accessibleName()))
        window.type(f"new_vault.proof{place}", words[number - 1])
    window.press("new_vault.make")
    wait_for(qtbot, window.showing("setup.bank"))
    return offer


@pytest.mark.timeout(120)
def test_from_nothing_to_accounts_lock_and_unlock(program: Running, window: Window, qtbot: QtBot) -> None:
    passphrase = make_vault(window, qtbot)
    practice = program.program.presenter.session.practice
    assert practice is not None
    window.press("setup.bank")
    wait_for(qtbot, window.showing("setup.password"))
    window.type("setup.password", practice.practice_password())
    window.press("setup.sign_in")
    wait_for(qtbot, window.showing("setup.methods"))
    window.press("setup.choose")
    wait_for(qtbot, window.showing("setup.code"))
    window.type("setup.code", re.findall(r"\b\d{6}\b", practice.phone(0)[-1].text)[0])
    window.press("setup.confirm")
    wait_for(qtbot, window.showing("setup.finish"))
    assert len(program.program.presenter.session.reader.accounts()) == 3
    window.press("shell.lock")
    wait_for(qtbot, window.showing("unlock.passphrase"))
    assert not window.shows("shell.home")
    window.type("unlock.passphrase", passphrase)
    window.press("unlock.open")
    wait_for(qtbot, window.showing("shell.home"))
    assert program.program.presenter.unlocked


@pytest.mark.timeout(120)
def test_somebody_of_the_company_connects_with_their_own_password_and_phone(
    program: Running, window: Window, qtbot: QtBot
) -> None:
    make_vault(window, qtbot)
    person = window.find_as("setup.person", SelectField)
    assert person.value() == "mei.hartmann"
    window.choose("setup.person", "daniel.okoye")
    window.press("setup.bank")
    wait_for(qtbot, window.showing("setup.password"))
    practice = program.program.presenter.session.practice
    assert practice is not None
    password = practice.practice_password("daniel.okoye")
    assert password != practice.practice_password()
    window.type("setup.password", password)
    window.press("setup.sign_in")
    wait_for(qtbot, window.showing("setup.methods"))
    window.press("setup.choose")
    wait_for(qtbot, window.showing("setup.code"))
    panel = window.find_as("setup.phone", PhonePanel)
    wait_for(qtbot, Until(lambda: bool(panel.messages()), "the code on Daniel's phone"))
    window.type("setup.code", re.findall(r"\b\d{6}\b", panel.messages()[-1].text)[0])
    window.press("setup.confirm")
    wait_for(qtbot, window.showing("setup.finish"))
    accounts = program.program.presenter.session.reader.accounts()
    assert {row.balance.currency for row in accounts} == {"EUR", "USD", "JPY"}
    assert not window.shows("setup.person")
