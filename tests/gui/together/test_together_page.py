"""Payments are chosen, signed by one code and followed: by hand, with a scripted bank and with the practice bank."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from countersign.application.ports.bank import AuthorisationState, ScaMethod
from countersign.domain.errors import FailureKind
from countersign.presentation.together import TogetherOffer
from countersign.testing import fakes
from countersign.testing.fake_bank import SMS
from countersign.ui.views.together.offer import TogetherCard
from countersign.ui.widgets import CheckField, KitButton, PlainLabel
from tests.contract.company import INES, Firm
from tests.contract.practice_fixture import running_practice
from tests.gui.together.together_window import TogetherWindow
from tests.unit.application.baskets import DANIEL, Table

OpenTogether = Callable[..., TogetherWindow]


@pytest.fixture
def table() -> Table:
    return Table()


def sign(window: TogetherWindow, code: str = fakes.CODE) -> None:
    window.fill("together.sca.password", fakes.PASSWORD)
    window.press("together.sca.sign_in")
    window.pick("together.sca.method.sms-1")
    window.press("together.sca.choose")
    window.fill("together.sca.code", code)
    window.press("together.sca.confirm")


def test_chosen_payments_are_signed_by_one_code(open_together: OpenTogether, table: Table) -> None:
    window = open_together(table.world)
    assert "two payments" in (window.find("together.sign", KitButton).blocked_reason() or "")
    window.mark(0, 2)
    assert window.find("together.sign", KitButton).text() == "Sign 2 payments together"
    assert "EUR 2,000.02" in window.texts()
    window.press("together.sign")
    assert "EUR 2,000.02" in window.find("together.sca.amount", PlainLabel).text()
    sign(window)
    assert window.chips(2) == ["Accepted", "Accepted"]
    assert len(table.bank.executions) == 2
    assert not window.has("together.sca.code")
    window.press("together.leave")
    assert window.sent.to[-1] == "home"


@pytest.mark.parametrize("typed", [False, True], ids=["app", "app or code"])
def test_the_page_notices_what_the_banks_app_decided(
    open_together: OpenTogether, table: Table, qtbot: QtBot, *, typed: bool
) -> None:
    table.bank.methods = (SMS, ScaMethod("push-1", "PUSH_OTP", "The bank's app"))
    table.bank.in_app = frozenset() if typed else frozenset({"PUSH_OTP"})
    window = open_together(table.world)
    window.mark(0, 1, 2)
    window.press("together.sign")
    window.fill("together.sca.password", fakes.PASSWORD)
    window.press("together.sca.sign_in")
    window.pick("together.sca.method.push-1")
    window.press("together.sca.choose")
    assert window.has("together.sca.code") is typed
    assert "app" in window.texts()
    opened = list(table.bank.opened.values())[-1]
    opened.state = AuthorisationState.FINALISED
    assert table.bank.ties is not None
    table.bank.ties.sign(opened.payment_id, "")
    for timer in window.page.findChildren(QTimer):
        timer.setInterval(5)
    qtbot.waitUntil(lambda: not window.has("together.sca.code") and window.chips(3) == ["Accepted"] * 3)
    assert "answer" not in table.bank.calls


def test_nothing_goes_out_before_two_are_chosen(open_together: OpenTogether, table: Table) -> None:
    window = open_together(table.world, table.orders[0])
    assert sum(window.find(f"together.mark.{place}", CheckField).isChecked() for place in range(3)) == 1
    window.press("together.sign")
    assert table.bank.calls == []


def test_a_person_whose_signature_is_missing_is_named_and_signs_the_rest(
    open_together: OpenTogether, table: Table
) -> None:
    table.partly_signed()
    table.restart()
    window = open_together(table.world, table.orders[2])
    assert sorted(window.chips(3)) == ["Accepted", "Accepted", "Signature missing"]
    assert "One more signature is needed." in window.texts()
    window.press("together.signing.sign")
    assert window.has("together.problem")
    window.fill("together.signing.person", DANIEL)
    window.press("together.signing.sign")
    sign(window)
    assert window.chips(3) == ["Accepted"] * 3
    assert table.bank.signed["pay-3"] == ["", DANIEL]


def test_the_second_person_signs_on_the_page_where_the_first_one_did(open_together: OpenTogether, table: Table) -> None:
    table.bank.wants["pay-1"] = 2
    window = open_together(table.world)
    window.mark(0, 1)
    window.press("together.sign")
    sign(window)
    assert sorted(window.chips(2)) == ["Accepted", "Signature missing"]
    window.fill("together.signing.person", DANIEL)
    window.press("together.signing.sign")
    sign(window)
    assert window.chips(2) == ["Accepted"] * 2
    assert table.bank.signed["pay-1"] == ["", DANIEL]


def test_while_nobody_knows_only_asking_is_offered(open_together: OpenTogether, table: Table) -> None:
    table.to_code()
    table.bank.lost_replies.append("answer")
    table.bank.fail("basket_authorisation", FailureKind.RETRYABLE, "bank.unreachable")
    table.bank.fail("report", FailureKind.RETRYABLE, "bank.unreachable")
    table.answer()
    window = open_together(table.world, table.orders[0])
    assert set(window.chips(3)) == {"Outcome unknown"}
    assert not window.has("together.sign")
    assert not window.has("together.untie")
    window.press("together.check")
    assert set(window.chips(3)) == {"Accepted"}
    assert table.bank.calls.count("answer") == 1


def test_what_is_tied_is_shown_and_can_be_untied(open_together: OpenTogether, table: Table) -> None:
    table.to_tied()
    window = open_together(table.world)
    assert "3 payments tied at the bank" in window.texts()
    window.press("together.group.0")
    window.press("together.untie")
    assert {record.basket for record in table.records} == {""}
    window.press("together.open.0")
    assert window.sent.to[-1].startswith("order ")


def test_an_empty_list_says_so(open_together: OpenTogether) -> None:
    window = open_together(fakes.make_world())
    assert "Nothing to sign together" in window.texts()
    assert not window.has("together.sign")


def offer(table: Table, order: str = "") -> str:
    card = TogetherCard()
    went: list[str] = []
    presenter = TogetherOffer(table.world.session, card, went.append)
    card.attach(presenter, order)
    card.go.click()
    assert went == [order]
    presenter.close()
    return "" if card.isHidden() else card.text.text()


def test_other_pages_say_what_can_be_signed_together(open_together: OpenTogether, table: Table) -> None:
    assert offer(table).startswith("3 payments")
    assert offer(table, table.orders[0]).startswith("3 payments")
    assert offer(table, "ff" * 16) == ""
    table.to_tied()
    assert "ties together" in offer(table)
    assert "ties this payment" in offer(table, table.orders[0])
    table.bank.ties = None
    assert offer(Table(1)) == ""


@pytest.mark.timeout(120)
def test_ines_signs_two_payments_of_the_company_at_the_practice_bank(
    open_together: OpenTogether, tmp_path: Path
) -> None:
    with running_practice(tmp_path / "world") as practice:
        credentials = practice.bank.enrol_device(INES)
        firm = Firm(type(practice)(practice.bank, credentials), 1_000_000, 6_000_000)
        session = firm.world.session
        session.practice, session.customer = practice.bank, INES
        window = open_together(firm.world)
        window.mark(0, 1)
        assert "EUR 70,000.00" in window.texts()
        window.press("together.sign")
        window.fill("together.sca.password", practice.bank.practice_password(INES))
        window.press("together.sca.sign_in")
        sms = next(item.method for item in firm.world.session.together(firm.orders).progress.methods)
        window.pick(f"together.sca.method.{sms}")
        window.press("together.sca.choose")
        window.presenter.panel.poll_phone()
        window.press("together.sca.copy_code")
        window.fill("together.sca.code", practice.bank.code_for(firm.records[0].authorisation_id, INES))
        window.press("together.sca.confirm")
        assert sorted(window.chips(2)) == ["Accepted", "Signature missing"]
        assert "Who can give it: Daniel Okoye." in window.texts()
        assert sorted(firm.executed) == [0, 1]
        firm.bank.close()
