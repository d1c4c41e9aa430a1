"""Invite, join, compare, admit, change a rule, sign it: two programs with real vaults, and a folder between them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from countersign.ui.widgets import KitButton
from tests.gui.team.person import Person


@pytest.mark.timeout(300)
def test_two_people_come_to_share_a_workspace_by_a_folder(person: Callable[[str], Person], tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    mei = person("Mei Chen")
    mei.make_vault()
    mei.share_folder(folder)
    invitation = mei.invite("Tom Okoro", "approver", "administrator", groups="Finance")

    tom = person("Tom Okoro")
    tom.join(invitation)
    mei.see("invite.phrase")  # the request came by the folder
    phrase = mei.window.text("invite.phrase")
    assert len(phrase.split()) == 6
    tom.wait_for_text("join.phrase", phrase)
    assert mei.window.find_as("invite.go_on", KitButton).blocked_reason()  # not without the tick
    mei.admit()
    tom.see("team.member.1")  # the welcome came by the folder
    assert "Tom Okoro" in tom.window.text("team.member.0.name")
    assert tom.window.text("team.member.0.roles").startswith("approver, administrator")

    mei.press("invite.go_on")  # back to the team
    mei.press("team.rules")
    mei.press("rules.add_rule")
    mei.see("rules.rule.above")
    mei.window.type("rules.rule.above", "50000")
    mei.window.choose("rules.rule.count", "1")
    mei.window.choose("rules.rule.group", "Finance")
    mei.press("rules.rule.keep")
    mei.see("rules.rule.0")
    assert "EUR 50,000.00" in mei.window.text("rules.rule.0")
    mei.press("rules.save")
    mei.press("rules.propose")

    tom.see("team.change.endorse")
    tom.press("team.change.endorse")
    mei.wait_for_text("team.rule.0", "EUR 50,000.00")
    tom.wait_for_text("team.rule.0", "EUR 50,000.00")


@pytest.mark.timeout(300)
def test_two_people_come_to_share_a_workspace_by_hand(person: Callable[[str], Person]) -> None:
    """The invitation is a file, the request is photographed from the screen, the welcome is a file."""
    mei = person("Mei Chen")
    mei.make_vault()
    mei.press("shell.team")
    invitation = mei.invite("Tom Okoro", "approver")
    tom = person("Tom Okoro")
    tom.join(invitation)
    tom.wait_for_text("join.status", "by hand")
    assert not tom.window.shows("shell.home")  # nothing is there before somebody has admitted this device
    photographs = tom.photograph("join.request")
    assert len(photographs) > 1
    for photograph in photographs:
        mei.desk.next = photograph
        mei.press("invite.answer.read")
        if photograph != photographs[-1]:
            number = photographs.index(photograph) + 1
            mei.wait_for_text("invite.answer.reading", f"{number} of {len(photographs)}")
    mei.see("invite.phrase")
    tom.wait_for_text("join.phrase", mei.window.text("invite.phrase"))
    mei.admit()
    mei.see("invite.parcel.save")
    mei.press("invite.parcel.save")
    welcome = mei.desk.folder / "welcome.countersign"
    mei.qtbot.waitUntil(welcome.exists, timeout=60_000)
    tom.desk.next = welcome
    tom.press("join.answer.read")
    tom.see("team.member.1")
    assert tom.window.shows("shell.home")

    tom.press("team.relay")  # who asks for a payment and who approves it need no store: messages are carried
    tom.press("relay.make_parcel")
    tom.see("relay.parcel.save")
    tom.press("relay.parcel.save")
    messages = tom.desk.folder / "messages.countersign"
    tom.qtbot.waitUntil(messages.exists, timeout=60_000)
    mei.press("invite.go_on")
    mei.press("team.relay")
    mei.desk.next = messages
    mei.press("relay.taking.read")
    mei.see("relay.said")


@pytest.mark.timeout(300)
def test_a_stop_reaches_the_others_and_says_whose_it_is(person: Callable[[str], Person], tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    mei = person("Mei Chen")
    mei.make_vault()
    mei.share_folder(folder)
    tom = person("Tom Okoro")
    tom.join(mei.invite("Tom Okoro", "approver"))
    mei.see("invite.phrase")
    mei.admit()
    tom.see("team.member.1")
    tom.running.program.presenter.freeze()
    mei.qtbot.waitUntil(lambda: any("Stopped by" in label.text() for label in mei.shown_labels()), timeout=60_000)
    mei.press("shell.lock")
    mei.see("unlock.passphrase")
