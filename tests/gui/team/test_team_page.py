"""The team on screen: another device, an invitation taken back, a change put in force where its device is gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from countersign.application.use_cases.change_governance import open_changes
from countersign.presentation.messages import set_language
from countersign.testing import fakes
from countersign.testing.fake_door import KIT
from countersign.testing.fake_workspace import fake_verify
from countersign.testing.page_walk import walk
from countersign.ui.theme.style import apply_theme
from countersign.ui.views.team.invite import InvitePage
from countersign.ui.widgets.buttons import KitButton
from tests.gui.pages.stage import Look
from tests.gui.pages.team_scenes import TOM, Floor, second_device


@pytest.fixture(autouse=True)
def plain_look_afterwards(qapp: QApplication) -> Iterator[None]:
    """Speak English in the light theme again."""
    yield
    set_language("en")
    apply_theme(qapp, motion=False)


@pytest.fixture
def floor(qapp: QApplication) -> Iterator[Floor]:
    found = Floor(Look())
    yield found
    found.stage.close()


def test_another_device_is_invited_and_its_invitation_taken_back(floor: Floor) -> None:
    stage = floor.stage
    stage.press("shell.team", "team.member.0.change", "member.add_device")
    assert stage.window.find_as("invite.page", InvitePage).heading.text().startswith("Another device of")
    assert not stage.window.shows("invite.name")
    stage.press("invite.go_on")
    assert stage.window.shows("invite.parcel.save")
    stage.press("invite.back", "team.asking.withdraw")
    assert stage.window.shows("team.said")
    assert not stage.window.shows("team.asking.open")


def test_an_own_device_is_closed_with_the_kit_and_enter_closes_nothing(floor: Floor) -> None:
    stage, vault = floor.stage, floor.who.vault
    other = second_device(floor.who)
    stage.press("shell.team", "team.member.0.change")
    assert not stage.window.shows("member.device.0.kit")  # not the one in use
    stage.press("member.device.1.kit")
    assert not stage.window.shows("member.groups")
    stage.press("member.kit_leave", "member.device.1.kit")
    stage.type("member.kit", "alpha bravo")
    stage.press("member.kit_confirm")
    assert stage.window.shows("member.problem")
    stage.type("member.kit", " ".join(KIT))
    field = stage.window.find("member.kit")
    QTest.keyClick(field, Qt.Key.Key_Return)
    confirm = stage.window.find_as("member.kit_confirm", KitButton)
    confirm.setFocus()
    QTest.keyClick(confirm, Qt.Key.Key_Return)
    stage.settle()
    found = vault.rules.governance.device(other)
    assert found is not None
    assert not found.closed
    stage.press("member.kit_confirm")
    found = vault.rules.governance.device(other)
    assert found is not None
    assert found.closed
    assert stage.window.shows("team.invite")


def test_a_device_gets_an_end_which_is_read_back_before_it_is_proposed(floor: Floor) -> None:
    stage = floor.stage
    stage.press("shell.team", "team.member.1.change", "member.device.0.renew")
    stage.press("member.propose")
    assert stage.window.shows("team.change.decline")
    assert "it ends on" in stage.window.text("team.change.end")
    (change,) = open_changes(floor.who.vault, fake_verify)
    assert [bool(item.expires_at) for item in change.state.devices].count(True) == 2


def test_enter_puts_nothing_in_force_and_closes_no_device(floor: Floor) -> None:
    stage, who = floor.stage, floor.who
    floor.proposed(TOM)
    stage.press("shell.team", "team.change.endorse")
    settle = stage.window.find_as("team.change.settle", KitButton)
    assert settle.blocked_reason()
    who.world.clock.advance(fakes.DAY_MS)
    stage.press("shell.team")
    settle = stage.window.find_as("team.change.settle", KitButton)
    assert settle.blocked_reason() is None
    settle.setFocus()
    QTest.keyClick(settle, Qt.Key.Key_Return)
    stage.settle()
    assert who.vault.rules.governance.epoch == 0
    stage.press("team.change.settle")
    assert who.vault.rules.governance.epoch == 1
    assert not stage.window.shows("team.change.settle")
    stage.press("team.member.1.change")
    close = stage.window.find_as("member.device.0.close", KitButton)
    close.setFocus()
    QTest.keyClick(close, Qt.Key.Key_Return)
    stage.settle()
    assert not stage.window.shows("member.propose")


def test_who_may_change_nothing_reads_and_is_offered_nothing_to_fill_in(floor: Floor) -> None:
    """What can't act is no field: the page says why above, and each button says it when it is pressed."""
    stage = floor.stage
    why = "This copy of the vault can only be read."
    stage.press("shell.team", "team.rules", "rules.add_rule", "rules.rule.keep")
    assert stage.window.shows("rules.rule.0.drop")
    assert stage.window.shows("rules.approvals")
    floor.who.vault.may_sign = False
    stage.press("rules.simulate")
    shown = {name: stage.window.shows(name) for name in ("rules.rule.0", "rules.rule.0.drop", "rules.approvals")}
    assert shown == {"rules.rule.0": True, "rules.rule.0.drop": False, "rules.approvals": False}
    assert stage.window.text("rules.approvals.fixed") == "Approvals by different people: 1 person"
    assert stage.window.find_as("rules.add_rule", KitButton).blocked_reason() == why
    stage.press("rules.back", "team.member.1.change")
    for name in ("member.role.approver", "member.groups", "member.checked", "member.check_note", "member.check_until"):
        assert not stage.window.shows(name), name
    assert "approver, administrator" in stage.window.text("member.roles_said")
    for name in ("member.save_roles", "member.save_evidence", "member.confirm_access"):
        assert stage.window.find_as(name, KitButton).blocked_reason() == why
    assert walk(stage.window.shell) == []


def test_access_without_an_end_is_settled_from_the_teams_page(floor: Floor) -> None:
    stage = floor.stage
    stage.press("shell.team")
    assert "Mei Chen" in stage.window.text("team.endless.text")
    stage.press("team.endless.settle")
    assert not stage.window.shows("team.endless")
    assert stage.window.shows("team.change.endorse")
    assert walk(stage.window.shell) == []
