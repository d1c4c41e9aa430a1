"""The guided transfer by hand: by mouse and keys, on what is on screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from countersign.application.use_cases.save_draft import saved_drafts
from countersign.domain.order_state import OrderState
from countersign.testing import fakes
from countersign.testing.page_walk import walk
from countersign.ui.widgets import (
    AccountField,
    ArmingButton,
    PhonePanel,
    PlainLabel,
    PrimaryButton,
    SafeButton,
    TextField,
)
from tests.gui.let_turns_pass import let_turns_pass
from tests.gui.transfer.transfer_window import TransferWindow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

OpenTransfer = Callable[..., TransferWindow]


def test_the_whole_way_by_hand_pays_once(open_transfer: OpenTransfer) -> None:
    window = open_transfer()
    window.to_code()
    assert window.find("transfer.confirm.amount", PlainLabel).text() == "EUR 6,000.00"
    window.fill("transfer.confirm.code", fakes.CODE)
    window.press("transfer.confirm.confirm")
    assert window.sent.to[-1].startswith("order ")
    assert len(window.world.bank.executions) == 1


def test_enter_neither_approves_nor_sends(open_transfer: OpenTransfer) -> None:
    window = open_transfer()
    window.to_review()
    window.fill("transfer.review.digits", fakes.LANDLORD[1][-4:])
    for name in ("transfer.review.digits", "transfer.review.right"):
        window.enter(name)
    record = window.world.reader.orders_in_flight()[0]
    assert record.state is OrderState.PREPARED
    window.press("transfer.review.right")
    window.fill("transfer.confirm.password", fakes.PASSWORD)
    window.press("transfer.confirm.sign_in")
    window.pick("transfer.confirm.method.sms-1")
    window.press("transfer.confirm.choose")
    window.fill("transfer.confirm.code", fakes.CODE)
    for name in ("transfer.confirm.code", "transfer.confirm.confirm"):
        window.enter(name)
    assert "answer" not in window.world.bank.calls


def test_a_large_amount_waits_before_the_last_button_acts(open_transfer: OpenTransfer, qtbot: QtBot) -> None:
    window = open_transfer()
    window.to_review("60000")
    window.fill("transfer.review.digits", fakes.LANDLORD[1][-4:])
    right = window.find("transfer.review.right", ArmingButton)
    assert not right.is_armed()
    window.press("transfer.review.right")
    assert window.world.reader.orders_in_flight()[0].state is OrderState.PREPARED
    qtbot.waitUntil(right.is_armed, timeout=5_000)
    window.press("transfer.review.right")
    assert window.world.reader.orders_in_flight()[0].state is not OrderState.PREPARED


def test_both_buttons_of_the_review_are_equally_large(open_transfer: OpenTransfer) -> None:
    window = open_transfer()
    window.to_review()
    let_turns_pass()
    safe = window.find("transfer.review.not_right", SafeButton)
    assert safe.size() == window.find("transfer.review.right", ArmingButton).size()


def test_wrong_digits_are_told_beside_the_field_which_takes_the_focus(open_transfer: OpenTransfer) -> None:
    window = open_transfer()
    window.to_review()
    window.fill("transfer.review.digits", "0000")
    window.press("transfer.review.right")
    field = window.find("transfer.review.digits", TextField)
    assert "not the last four" in field.accessibleDescription()


def test_after_no_match_the_primary_button_is_the_safe_one_and_nothing_goes_on(open_transfer: OpenTransfer) -> None:
    window = open_transfer()
    window.press("transfer.payee.letter.letter-1")
    account = window.find("transfer.payee.account", AccountField)
    assert account.value() == fakes.STRANGER_ACCOUNT
    window.press("transfer.payee.continue")
    assert isinstance(window.find("transfer.name_check.stop", PrimaryButton), PrimaryButton)
    assert not window.has("transfer.name_check.continue")
    window.press("transfer.name_check.stop")
    window.press("transfer.name_check.change")
    assert window.has("transfer.payee.name")


def test_nobody_goes_on_before_the_bank_has_answered_about_the_name(open_transfer: OpenTransfer) -> None:
    tasks = fakes.ManualTasks()
    window = open_transfer(fakes.make_world(tasks=tasks))
    tasks.finish()
    window.press("transfer.payee.known.0")
    tasks.finish()
    window.press("transfer.payee.continue")
    tasks.step()  # the draft is saved, the bank not yet asked
    go_on = window.find("transfer.name_check.continue", PrimaryButton)
    assert go_on.blocked_reason() == "The bank has not answered about this name yet."
    go_on.click()
    tasks.finish()
    assert not window.has("transfer.amount.continue")
    assert go_on.blocked_reason() is None
    window.press("transfer.name_check.continue")
    tasks.finish()
    assert window.has("transfer.amount.continue")


def test_a_question_interrupts_and_its_primary_button_is_the_safe_one(open_transfer: OpenTransfer) -> None:
    world = fakes.make_world()
    world.bank.name_checks.clear()
    window = open_transfer(world)
    window.press("transfer.payee.letter.letter-1")
    window.press("transfer.payee.continue")
    window.press("transfer.name_check.continue")
    window.pick(f"transfer.amount.account.{fakes.MAIN}")
    window.press("transfer.amount.continue")
    assert isinstance(window.find("transfer.risk.safe", PrimaryButton), PrimaryButton)
    assert not window.has("transfer.risk.continue")
    window.pick("transfer.risk.answer.they_wrote_it")
    window.press("transfer.risk.answer")
    window.press("transfer.risk.again")
    window.pick("transfer.risk.answer.called_known_number")
    window.press("transfer.risk.answer")
    assert window.has("transfer.risk.continue")


def test_the_code_comes_to_the_practice_phone_and_is_copied_only_on_request(open_transfer: OpenTransfer) -> None:
    window = open_transfer()
    QGuiApplication.clipboard().setText("before")
    window.to_code()
    phone = window.find("transfer.confirm.phone", PhonePanel)
    assert fakes.CODE in phone.messages()[-1].text
    assert QGuiApplication.clipboard().text() == "before"
    window.press("transfer.confirm.copy_code")
    assert QGuiApplication.clipboard().text() == fakes.CODE
    QGuiApplication.clipboard().clear()


def test_a_code_follows_the_banks_rules(open_transfer: OpenTransfer) -> None:
    world = fakes.make_world()
    world.bank.otp_format, world.bank.otp_max_length = "characters", 4
    window = open_transfer(world)
    window.to_code()
    window.fill("transfer.confirm.code", "ab12cd")
    assert window.find("transfer.confirm.code", TextField).text() == "ab12"


def test_what_is_typed_is_saved_when_the_hands_rest(open_transfer: OpenTransfer, qtbot: QtBot) -> None:
    window = open_transfer()
    window.fill("transfer.payee.name", "Anna Steiner")
    qtbot.waitUntil(lambda: [draft.name for draft in saved_drafts(window.world.vault)] == ["Anna Steiner"])


def test_the_focus_goes_from_one_question_of_the_bank_to_the_next(open_transfer: OpenTransfer, qtbot: QtBot) -> None:
    window = open_transfer()
    window.page.activateWindow()
    qtbot.waitUntil(window.page.isActiveWindow)
    window.to_review()
    window.fill("transfer.review.digits", fakes.LANDLORD[1][-4:])
    window.press("transfer.review.right")
    assert window.find("transfer.confirm.password", QWidget).hasFocus()
    window.fill("transfer.confirm.password", fakes.PASSWORD)
    window.press("transfer.confirm.sign_in")
    assert window.find("transfer.confirm.method.sms-1", QWidget).hasFocus()
    window.pick("transfer.confirm.method.sms-1")
    window.press("transfer.confirm.choose")
    assert window.find("transfer.confirm.code", QWidget).hasFocus()


def test_alt_left_goes_back_and_loses_nothing(open_transfer: OpenTransfer, qtbot: QtBot) -> None:
    window = open_transfer()
    window.to_review()
    window.page.activateWindow()
    qtbot.waitUntil(window.page.isActiveWindow)
    for _ in range(3):
        QTest.keyClick(window.page, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    if window.has("transfer.amount.remittance"):
        QTest.keyClick(window.page, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        QTest.keyClick(window.page, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.has("transfer.payee.search")
    assert saved_drafts(window.world.vault)[0].remittance == "Rent December"


def test_a_saved_draft_opens_at_its_step(open_transfer: OpenTransfer) -> None:
    first = open_transfer()
    first.to_review()
    draft = saved_drafts(first.world.vault)[0].draft
    again = open_transfer(first.world, draft=draft)
    assert again.has("transfer.review.digits")


@pytest.mark.parametrize(("width", "height", "percent"), [(1240, 800, 100), (812, 620, 100), (1028, 720, 200)])
def test_nothing_is_cut_covered_or_nameless_on_any_step(
    open_transfer: OpenTransfer, width: int, height: int, percent: int
) -> None:
    window = open_transfer(width=width, height=height, percent=percent)

    def looked_at() -> None:
        let_turns_pass()
        assert walk(window.page) == []

    looked_at()
    window.press("transfer.payee.letter.letter-2")
    looked_at()
    window.press("transfer.payee.continue")
    looked_at()
    window.press("transfer.name_check.use_name")
    window.press("transfer.name_check.continue")
    looked_at()
    window.pick(f"transfer.amount.account.{fakes.MAIN}")
    window.press("transfer.amount.continue")
    looked_at()
    while not window.has("transfer.risk.continue"):
        known = window.has("transfer.risk.interruption.invoice_redirection")
        window.presenter.risk.pick("called_known_number" if known else "nobody_my_own_decision")
        window.press("transfer.risk.answer")
        looked_at()
    window.press("transfer.risk.continue")
    looked_at()
