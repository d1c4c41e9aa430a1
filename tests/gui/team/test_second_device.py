"""One person, two devices, two windows: made on one, confirmed on the other, and only then to be sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from countersign.domain.order_state import OrderState
from countersign.ui import picture_sources
from countersign.ui.views.inbox.cards import CardList
from countersign.ui.widgets import KitButton
from tests.gui.team.person import SECONDS, Person
from tests.gui.team.test_codes import approve as sign
from tests.gui.team.test_codes import drop, in_vault, order_of, pictures, sender
from tests.unit.application.workspace.payments import ORDER, approve, request


def another(person: Callable[[str], Person], desk: Person) -> Person:
    """From one's Team page, invite a device of one's own, and have it ask to be admitted."""
    desk.press("team.member.0.change")
    desk.press("member.add_device")
    desk.press("invite.go_on")
    desk.press("invite.parcel.save")
    invitation = desk.desk.folder / "invitation.countersign"
    desk.qtbot.waitUntil(invitation.exists, timeout=SECONDS)
    phone = person("Mei Chen, elsewhere")
    phone.join(invitation)
    return phone


def by_folder(person: Callable[[str], Person], folder: Path) -> tuple[Person, Person]:
    """Let Mei begin a workspace on one device, and add another by a shared folder."""
    folder.mkdir()
    desk = person("Mei Chen")
    desk.make_vault()
    desk.share_folder(folder)
    phone = another(person, desk)
    desk.see("invite.phrase")
    phone.wait_for_text("join.phrase", desk.window.text("invite.phrase"))
    desk.admit()
    phone.see("team.member.0")
    desk.press("invite.go_on")
    return desk, phone


def ask_for_the_second_device(desk: Person) -> None:
    """Write the rule, and put it in force: who works alone signs it alone."""
    desk.press("shell.team")
    desk.press("team.rules")
    desk.press("rules.add_rule")
    desk.see("rules.rule.above")
    desk.window.type("rules.rule.above", "50000")
    desk.window.choose("rules.rule.count", "1")
    desk.window.tick("rules.rule.second_device")
    assert not desk.window.shows("rules.warning")  # both devices are there
    desk.press("rules.rule.keep")
    desk.press("rules.save")
    desk.press("rules.propose")
    desk.wait_for_text("team.rule.0", "whoever asks confirms on another device of theirs")


@pytest.mark.timeout(300)
def test_a_payment_is_confirmed_in_the_other_window_before_it_can_be_sent(
    person: Callable[[str], Person], tmp_path: Path
) -> None:
    desk, phone = by_folder(person, tmp_path / "shared")
    ask_for_the_second_device(desk)
    in_vault(desk, partial(request, sender(desk)))
    in_vault(desk, partial(approve, sender(desk)))
    record = order_of(desk)
    assert record.state is OrderState.PREPARED
    desk.running.program.presenter.session.sharing.tell_others()
    desk.running.program.presenter.open_order(ORDER)
    desk.wait_for_text("order.sentence", "1 of 1 approvals. Nothing was sent.")
    assert not desk.window.shows("order.go_on")

    phone.press("shell.inbox")
    phone.qtbot.waitUntil(lambda: _rows(phone) == 1, timeout=SECONDS)
    phone.running.program.presenter.open_inbox(ORDER)
    phone.see("inbox.detail")
    assert phone.window.find_as("inbox.primary", KitButton).text().startswith("Confirm ")
    sign(phone, record)
    phone.qtbot.waitUntil(lambda: order_of(phone).state is OrderState.APPROVED, timeout=SECONDS)
    desk.wait_for_text("order.sentence", "Everybody who must has approved it.")
    desk.see("order.go_on")
    assert order_of(desk).state is OrderState.APPROVED
    assert [item.device for item in order_of(desk).confirmations] == [sender(phone).device]


def by_hand(person: Callable[[str], Person]) -> tuple[Person, Person]:
    """The same with nothing between them but files and pictures."""
    desk = person("Mei Chen")
    desk.make_vault()
    desk.press("shell.team")
    phone = another(person, desk)
    desk.see("invite.answer.read")
    for photograph in phone.photograph("join.request"):
        desk.desk.next = photograph
        desk.press("invite.answer.read")
    desk.see("invite.phrase")
    phone.wait_for_text("join.phrase", desk.window.text("invite.phrase"))
    desk.admit()
    desk.press("invite.parcel.save")
    welcome = desk.desk.folder / "welcome.countersign"
    desk.qtbot.waitUntil(welcome.exists, timeout=SECONDS)
    phone.desk.next = welcome
    phone.press("join.answer.read")
    phone.see("team.member.0")
    return desk, phone


@pytest.mark.timeout(300)
def test_it_is_confirmed_by_pictures_without_any_network(
    person: Callable[[str], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order and the rule go over as a code, the confirmation comes back as one."""
    desk, phone = by_hand(person)
    ask_for_the_second_device(desk)
    in_vault(desk, partial(request, sender(desk)))
    in_vault(desk, partial(approve, sender(desk)))
    record = order_of(desk)
    desk.running.program.presenter.open_order(ORDER)
    desk.press("code.show")
    desk.see("show_code.code")
    phone.press("shell.inbox")
    phone.press("inbox.read_code")
    phone.see("read_code.choose")
    drop(phone, pictures(desk))
    phone.see("inbox.detail")
    assert phone.window.find_as("inbox.primary", KitButton).text().startswith("Confirm ")
    sign(phone, record)
    phone.press("code.answer.show")
    phone.see("show_code.code")

    def phone_in_sight(_place: int) -> QImage:
        return phone.running.program.shell.grab().toImage()

    monkeypatch.setattr(picture_sources, "_screens", lambda: 1)
    monkeypatch.setattr(picture_sources, "_grab", phone_in_sight)
    desk.press("show_code.read")
    desk.press("read_code.screen")
    desk.see("order.page")
    assert order_of(desk).state is OrderState.APPROVED
    desk.see("order.go_on")


def _rows(who: Person) -> int:
    if not who.window.shows("inbox.list"):
        return 0
    model = who.window.find_as("inbox.list", CardList).model()
    return model.rowCount() if model is not None else 0
