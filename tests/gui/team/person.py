"""A person before their own window: what they do to share a workspace."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pytestqt.qtbot import QtBot

from countersign.testing.window import Window
from countersign.ui.start import Running
from countersign.ui.views.new_vault import NewVaultPage
from countersign.ui.widgets import KitButton, PlainLabel, QrView
from tests.gui.own_bank.hands import Desk

SECONDS = 60_000


@dataclass
class Person:
    """Somebody with a program, a desk, and a test to be in.

    Attributes:
        passphrase: Of the vault, once it was made.
    """

    name: str
    running: Running
    desk: Desk
    qtbot: QtBot
    passphrase: str = ""

    @property
    def window(self) -> Window:
        return Window(self.running)

    def see(self, name: str) -> None:
        """Wait until a control is on screen: the exchange goes on beside it, so nothing is ever idle."""
        self.qtbot.waitUntil(lambda: self.window.shows(name), timeout=SECONDS)

    def wait_for_text(self, name: str, text: str) -> None:
        """Wait until a label says something."""
        self.qtbot.waitUntil(lambda: self.window.shows(name) and text in self.window.text(name), timeout=SECONDS)

    def press(self, name: str) -> None:
        """Press a button once it is there and can act."""
        self.see(name)
        self.qtbot.waitUntil(lambda: not self.window.find_as(name, KitButton).blocked_reason(), timeout=SECONDS)
        self.window.press(name)
        self.qtbot.waitUntil(lambda: not self.window.arriving)

    def make_vault(self) -> None:
        """Write down name and passphrase, keep the kit, and have the vault made."""
        self.see("new_vault.name")
        self.window.type("new_vault.name", self.name)
        self.passphrase = self.window.text("new_vault.offer")
        self.press("new_vault.take_offer")
        self.press("new_vault.next")
        self.see("new_vault.save_kit")
        words = self.window.find_as("new_vault.page", NewVaultPage).kit_words()
        self.press("new_vault.kept")
        for place in range(2):
            number = int(re.sub(r"\D", "", self.window.find(f"new_vault.proof{place}").accessibleName()))
            self.window.type(f"new_vault.proof{place}", words[number - 1])
        self.press("new_vault.make")

    def share_folder(self, folder: Path) -> None:
        """Choose how messages travel: by a folder that others reach, too."""
        self.press("shell.team")
        self.press("team.relay")
        self.see("relay.kind")
        self.window.choose("relay.kind", "folder")
        self.window.type("relay.folder", str(folder))
        self.press("relay.test")
        self.wait_for_text("relay.tested", "It answers")
        self.press("relay.save")
        self.see("relay.said")
        self.press("relay.back")

    def invite(self, name: str, *roles: str, groups: str = "") -> Path:
        """Invite somebody, and put the invitation on the desk."""
        self.press("team.invite")
        self.see("invite.name")
        self.window.type("invite.name", name)
        if "approver" not in roles:
            self.window.tick("invite.role.approver")
        for role in roles:
            if role != "approver":
                self.window.tick(f"invite.role.{role}")
        self.window.type("invite.groups", groups)
        self.press("invite.go_on")
        self.see("invite.parcel.save")
        self.press("invite.parcel.save")
        written = self.desk.folder / "invitation.countersign"
        self.qtbot.waitUntil(written.exists, timeout=SECONDS)
        return written

    def join(self, invitation: Path) -> None:
        """Read an invitation, and make the vault that asks to be admitted."""
        self.see("new_vault.way")
        self.window.choose("new_vault.way", "join")
        self.desk.next = invitation
        self.press("new_vault.invitation.read")
        self.see("new_vault.invited_by")
        self.make_vault()
        self.see("join.phrase")

    def admit(self) -> None:
        """Compare, and sign who asks."""
        self.window.tick("invite.same")
        self.press("invite.go_on")

    def photograph(self, parcel: str) -> list[Path]:
        """Show a parcel as a code, and take a picture of each of its parts."""
        self.press(f"{parcel}.show")
        taken: list[Path] = []
        count = int(self.window.text(f"{parcel}.part").split()[-1])
        self.press(f"{parcel}.next")  # one is held still from now on
        for number in range(count):
            code = self.window.find_as(f"{parcel}.code", QrView)
            path = self.desk.folder / f"{parcel}.{number}.png"
            assert code.grab().save(str(path))
            taken.append(path)
            self.press(f"{parcel}.next")
        return taken

    def shown_labels(self) -> list[PlainLabel]:
        """Return every label on screen."""
        shell = self.running.program.shell
        return [item for item in shell.findChildren(PlainLabel) if item.isVisibleTo(shell)]
