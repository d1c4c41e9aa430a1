"""The page of one order by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QRadioButton

from countersign.application.ports.bank import Reach
from countersign.domain.errors import FailureKind
from countersign.testing import fakes
from countersign.testing.page_walk import walk
from countersign.ui.widgets import Chip, PlainLabel, Timeline
from countersign.ui.widgets.choices import ChoiceCards
from tests.gui.let_turns_pass import let_turns_pass
from tests.gui.order.order_window import OrderWindow, accepted_order
from tests.unit.presentation.own_account import to_carrying

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

OpenOrder = Callable[..., OrderWindow]


@pytest.fixture
def world() -> fakes.World:
    world = fakes.make_world()
    world.bank.settles_after = 99
    return world


def test_it_follows_the_payment_by_itself_until_it_is_settled(
    open_order: OpenOrder, world: fakes.World, qtbot: QtBot
) -> None:
    window = open_order(world, accepted_order(world))
    assert window.find("order.state", Chip).text() == "Accepted"
    world.bank.settles_after = 0
    qtbot.waitUntil(lambda: window.find("order.state", Chip).text() == "Settled", timeout=20_000)
    assert not window.has("order.cancel")
    window.press("order.receipt")
    assert window.receipts


def test_a_cancellation_takes_two_presses_and_a_code(open_order: OpenOrder, world: fakes.World) -> None:
    window = open_order(world, accepted_order(world))
    window.press("order.cancel")
    window.press("order.keep")
    assert "cancel" not in world.bank.calls
    window.press("order.cancel")
    window.press("order.really_cancel")
    window.fill("order.sca.password", fakes.PASSWORD)
    window.press("order.sca.sign_in")
    window.pick("order.sca.method.sms-1")
    window.press("order.sca.choose")
    window.fill("order.sca.code", fakes.CODE)
    window.press("order.sca.confirm")
    assert window.find("order.state", Chip).text() == "Cancelled"
    assert not window.has("order.sca.code")


def test_an_unknown_outcome_can_be_checked_and_never_sent_again(open_order: OpenOrder, world: fakes.World) -> None:
    world.bank.lost_replies.append("answer")
    for call in ("authorisation", "report") * 4:
        world.bank.fail(call, FailureKind.RETRYABLE, "bank.unreachable")
    with pytest.raises(IndexError):
        accepted_order(world)  # it goes nowhere: the outcome is not known
    order = world.reader.orders_in_flight()[0].content.order
    window = open_order(world, order)
    assert window.find("order.state", Chip).text() == "Outcome unknown"
    assert not window.has("order.go_on")
    world.bank.failures.clear()
    window.press("order.check")
    assert window.find("order.state", Chip).text() == "Accepted"
    assert len(world.bank.executions) == 1


def test_evidence_is_copied_on_request(open_order: OpenOrder, world: fakes.World) -> None:
    window = open_order(world, accepted_order(world))
    window.press("order.copy.end_to_end_id")
    assert QGuiApplication.clipboard().text() in world.bank.executions
    QGuiApplication.clipboard().clear()
    shown = window.find("order.evidence.end_to_end_id", PlainLabel).text()
    assert shown in world.bank.executions


def test_the_story_is_told_in_order(open_order: OpenOrder, world: fakes.World) -> None:
    window = open_order(world, accepted_order(world))
    titles = [entry.title for entry in window.find("order.timeline", Timeline).entries()]
    assert titles[0] == "Written down"
    assert titles[-1] == "The bank settles it"


@pytest.mark.parametrize(("width", "height", "percent"), [(1240, 800, 100), (812, 620, 100), (1028, 720, 200)])
def test_nothing_is_cut_covered_or_nameless(
    open_order: OpenOrder, world: fakes.World, width: int, height: int, percent: int
) -> None:
    window = open_order(world, accepted_order(world), width=width, height=height, percent=percent)
    let_turns_pass()
    assert walk(window.page) == []
    window.press("order.cancel")
    let_turns_pass()
    assert walk(window.page) == []
    window.press("order.really_cancel")
    let_turns_pass()
    assert walk(window.page) == []


@pytest.mark.parametrize(("width", "height", "percent"), [(1240, 800, 100), (812, 620, 100), (1028, 720, 200)])
def test_the_money_is_asked_back_by_file(
    open_order: OpenOrder, world: fakes.World, width: int, height: int, percent: int
) -> None:
    to_carrying(world, Reach.FILES)
    order = world.reader.orders_in_flight()[0].content.order
    window = open_order(world, order, width=width, height=height, percent=percent)
    assert not window.has("order.recall")
    window.press("carry.handed_over")
    window.press("order.recall")
    assert not window.has("order.recall")
    window.press("order.recall.leave")
    window.press("order.recall")
    window.press("order.recall.write")
    assert window.has("order.recall.reason"), "nobody has said why"
    let_turns_pass()
    assert walk(window.page) == []
    reasons = window.find("order.recall.reason", ChoiceCards).findChildren(QRadioButton)
    next(card for card in reasons if card.accessibleName() == "Fraud").click()
    window.press("order.recall.write")
    assert window.find("order.recall.file", PlainLabel).text().startswith("RECALL-")
    assert window.find("order.recall.folder", PlainLabel).text()
    assert not window.has("order.recall.reason")
    let_turns_pass()
    assert walk(window.page) == []
    titles = [entry.title for entry in window.find("order.timeline", Timeline).entries()]
    assert "You had a request written to get the money back" in titles
