"""A payment from one window to another and the answer back, by nothing but the pictures on their screens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage

from countersign.application.ports.tasks import Lane
from countersign.application.ports.workspace import WorkspaceVault
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import last_digits
from countersign.domain.order_state import OrderState
from countersign.ui import picture_sources
from countersign.ui.views.codes.read import ReadCodePage
from countersign.ui.widgets import ArmingButton
from countersign.ui.widgets.code_player import CodePlayer
from tests.gui.team.person import SECONDS, Person
from tests.unit.application.workspace.payments import ORDER, known, request


@dataclass
class Sender:
    """A vault, as the payments of tests want it."""

    vault: WorkspaceVault

    @property
    def device(self) -> str:
        return self.vault.identity.device


def sender(person: Person) -> Sender:
    return Sender(cast("WorkspaceVault", person.running.program.presenter.session.vault))


def in_vault(person: Person, work: Callable[[], object]) -> object:
    """Do something in the vault's lane, and wait for it."""
    done: list[object] = []

    def failed(error: Exception) -> None:
        raise error

    person.running.tasks.run(Lane.VAULT, work, done.append, failed)
    person.qtbot.waitUntil(lambda: bool(done), timeout=SECONDS)
    return done[0]


def order_of(person: Person) -> OrderRecord:
    found = in_vault(person, partial(known, sender(person)))
    assert isinstance(found, OrderRecord)
    return found


def drop(person: Person, paths: list[Path]) -> None:
    """Drop files on the page that reads."""
    page = person.window.find_as("read_code.page", ReadCodePage)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    page.dropEvent(QDropEvent(QPointF(page.rect().center()), copy, data, left, none))


def pictures(person: Person) -> list[Path]:
    """Step through the code that is shown, and take a picture of the whole window at each."""
    player = person.window.find("show_code.code").parentWidget()
    assert isinstance(player, CodePlayer)
    taken = []
    for place in range(len(player.frames)):
        path = person.desk.folder / f"code {place}.png"
        assert person.running.program.shell.grab().save(str(path))
        taken.append(path)
        person.press("show_code.next")
    return taken


def together(person: Callable[[str], Person]) -> tuple[Person, Person]:
    """Let Mei begin a workspace and Tom join it, by hand."""
    mei = person("Mei Chen")
    mei.make_vault()
    mei.press("shell.team")
    tom = person("Tom Okoro")
    tom.join(mei.invite("Tom Okoro", "approver"))
    mei.see("invite.answer.read")
    for photograph in tom.photograph("join.request"):
        mei.desk.next = photograph
        mei.press("invite.answer.read")
    mei.see("invite.phrase")
    mei.admit()
    mei.press("invite.parcel.save")
    welcome = mei.desk.folder / "welcome.countersign"
    mei.qtbot.waitUntil(welcome.exists, timeout=SECONDS)
    tom.desk.next = welcome
    tom.press("join.answer.read")
    tom.see("team.member.1")
    return mei, tom


def approve(tom: Person, record: OrderRecord) -> None:
    """Sign what the inbox shows."""
    tom.see("inbox.detail")
    tom.press("inbox.primary")
    tom.see("inbox.digits")
    tom.window.type("inbox.digits", last_digits(record.content.payment.creditor_account))
    tom.window.type("inbox.passphrase", tom.passphrase)
    tom.see("inbox.approve.sign")
    tom.qtbot.waitUntil(tom.window.find_as("inbox.approve.sign", ArmingButton).is_armed, timeout=SECONDS)
    tom.press("inbox.approve.sign")


@pytest.mark.timeout(300)
def test_a_payment_and_its_answer_travel_by_pictures_and_from_the_screen(
    person: Callable[[str], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    mei, tom = together(person)
    in_vault(mei, partial(request, sender(mei)))
    record = order_of(mei)
    mei.running.program.presenter.open_order(ORDER)
    mei.press("code.show")
    mei.see("show_code.code")
    shown = [label.text() for label in mei.shown_labels()]

    tom.press("shell.inbox")
    tom.press("inbox.read_code")
    tom.see("read_code.choose")
    taken = pictures(mei)
    assert 5 < len(taken) < 40  # half a minute of them at most
    drop(tom, taken[1:][::-1])
    tom.qtbot.waitUntil(
        lambda: any(f"{len(taken) - 1} of {len(taken)} pictures read." in item.text() for item in tom.shown_labels()),
        timeout=SECONDS,
    )
    drop(tom, taken[:1])
    approve(tom, record)
    tom.press("code.answer.show")
    tom.see("show_code.code")
    assert "Your answer as a code" in [label.text() for label in tom.shown_labels()]
    again = [label.text() for label in tom.shown_labels()]
    words = [text for text in shown if text[:2] in {f"{place} " for place in range(1, 7)}]
    assert len(words) == 6
    assert set(words) <= set(again)  # the same fingerprint, from Tom's own copy of the canonical bytes

    def tom_in_sight(_place: int) -> QImage:
        return tom.running.program.shell.grab().toImage()

    monkeypatch.setattr(picture_sources, "_screens", lambda: 1)
    monkeypatch.setattr(picture_sources, "_grab", tom_in_sight)
    mei.press("show_code.read")
    mei.press("read_code.screen")
    mei.see("order.page")
    assert order_of(mei).state is OrderState.APPROVED
    for one in (mei, tom):
        assert not one.running.program.presenter.session.sharing.connected
