"""The inbox on screen: everything by keyboard, Enter signs nothing, marks, and a list that is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from countersign.application.use_cases.reject_order import reject_order
from countersign.application.use_cases.save_draft import saved_drafts
from countersign.domain.order_state import OrderState
from countersign.presentation.inbox_state import ChangeRow, Changes, ChipWords, InboxRow
from countersign.presentation.messages import set_language
from countersign.testing import fakes
from countersign.testing.fake_door import PASSPHRASE
from countersign.testing.fake_team import HARTWELL, RAVI, TOM, Team, TeamVault, busy_team
from countersign.ui.models.inbox_rows import InboxRows
from countersign.ui.theme.style import apply_theme
from countersign.ui.views.inbox.cards import CardList
from countersign.ui.views.inbox.changes import ChangeTable
from countersign.ui.views.inbox.pane import Pane
from countersign.ui.widgets import PlainLabel
from countersign.ui.widgets.buttons import KitButton
from countersign.ui.widgets.scatter import ScatterChart
from tests.gui.pages.inbox_scenes import busy, place_of, show
from tests.gui.pages.stage import Look, Stage


@pytest.fixture(autouse=True)
def plain_look_afterwards(qapp: QApplication) -> Iterator[None]:
    """Speak English in the light theme again."""
    yield
    set_language("en")
    apply_theme(qapp, motion=False)


@pytest.fixture
def stage(qapp: QApplication) -> Iterator[Stage]:
    found = busy(Look())
    yield found
    found.close()


def cards(stage: Stage) -> CardList:
    return stage.window.find_as("inbox.list", CardList)


def focus(widget: QWidget, qtbot: QtBot) -> None:
    widget.window().activateWindow()
    qtbot.waitUntil(widget.window().isActiveWindow)
    widget.setFocus()


def a_row(number: int) -> InboxRow:
    chips = (ChipWords("First payment", "warn"),)
    text = "Requested by Tom Okoro · 0 of 2 approvals"
    return InboxRow(f"{number:032x}", "Somebody", "EUR 1.00", chips, text, True, True, "Somebody", "EUR", 100)


def signed(stage: Stage) -> int:
    return sum(len(record.approvals) for record in stage.world.reader.orders_in_flight())


def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    asked = []
    model = InboxRows(lambda: asked.append(1))
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt's own
    model.set_rows([a_row(number) for number in range(3)], more=True)
    model.set_marked(frozenset({a_row(1).order}))
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt's own
    model.fetchMore(model.index(0, 0).parent())
    assert asked
    model.add_rows([a_row(3)], more=False)
    model.add_rows([], more=False)
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt's own
    assert model.rowCount() == 4
    assert model.place_of(a_row(3).order) == 3
    assert model.place_of("nobody") == -1
    assert str(model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)).endswith("Selected")


def test_ten_thousand_cards_are_drawn_and_not_built(qtbot: QtBot) -> None:
    model = InboxRows(lambda: None)
    view = CardList("Payments")
    qtbot.addWidget(view)
    view.setModel(model)
    view.resize(420, 600)
    model.set_rows([a_row(number) for number in range(10_000)], more=False)
    view.show()
    qtbot.waitExposed(view)
    view.scrollToBottom()
    assert len(view.viewport().findChildren(QWidget)) == 0


def test_arrows_show_space_marks_and_escape_takes_marks_away(stage: Stage, qtbot: QtBot) -> None:
    focus(cards(stage), qtbot)
    first = cards(stage).current_order()
    QTest.keyClick(cards(stage), Qt.Key.Key_Down)
    assert cards(stage).current_order() != first

    def shown() -> bool:
        stage.settle()
        return stage.window.shows("inbox.detail")

    qtbot.waitUntil(shown)
    QTest.keyClick(cards(stage), Qt.Key.Key_Space)
    stage.settle()
    assert "1 selected" in stage.window.text("inbox.selection")
    QTest.keyClick(cards(stage), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    stage.settle()
    assert stage.window.text("inbox.selection").startswith(("6 selected", "7 selected"))
    QTest.keyClick(cards(stage), Qt.Key.Key_Escape)
    stage.settle()
    assert not stage.window.shows("inbox.selection")


def test_enter_goes_to_the_detail_and_signs_nothing_anywhere(stage: Stage, qtbot: QtBot) -> None:
    before = signed(stage)
    show(stage, place_of(stage, fakes.LANDLORD[0]))
    focus(cards(stage), qtbot)
    QTest.keyClick(cards(stage), Qt.Key.Key_Return)
    stage.settle()
    pane = stage.window.find_as("inbox.pane", Pane)
    assert pane.area.hasFocus()
    for name in ("inbox.primary", "inbox.reject", "inbox.repair"):
        if not stage.window.shows(name):
            continue
        button = stage.window.find(name)
        button.setFocus()
        QTest.keyClick(button, Qt.Key.Key_Return)
        stage.settle()
        if stage.window.shows("inbox.leave"):
            stage.press("inbox.leave")
    stage.press("inbox.primary")
    stage.type("inbox.digits", "3000")
    stage.type("inbox.passphrase", PASSPHRASE)
    for name in ("inbox.digits", "inbox.passphrase", "inbox.approve.sign"):
        field = stage.window.find(name)
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_Return)
        stage.settle()
    assert signed(stage) == before
    stage.window.find_as("inbox.approve.sign", KitButton).click()
    stage.settle()
    assert signed(stage) == before + 1
    assert stage.window.shows("inbox.done")


def test_a_press_on_the_box_marks_and_one_beside_it_shows(stage: Stage) -> None:
    view = cards(stage)
    place = view.visualRect(view.model().index(1, 0))
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(view.viewport(), left, pos=QPoint(place.left() + 18, place.top() + 24))
    stage.settle()
    assert "1 selected" in stage.window.text("inbox.selection")
    assert not stage.window.shows("inbox.detail")
    QTest.mouseClick(view.viewport(), left, pos=QPoint(place.left() + 150, place.top() + 24))
    stage.settle()
    assert stage.window.shows("inbox.detail")
    assert "1 selected" in stage.window.text("inbox.selection")


def test_own_requests_can_not_be_marked_and_say_why(stage: Stage) -> None:
    stage.press("inbox.filter.all")
    view = cards(stage)
    own = next(
        row for row in range(view.model().rowCount())
        if "you" in str(view.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole))
    )  # fmt: skip
    view.setCurrentIndex(view.model().index(own, 0))
    view.marked.emit(view.current_order())
    stage.settle()
    assert not stage.window.shows("inbox.selection")
    assert stage.window.shows("inbox.problem")
    show(stage, own)
    primary = stage.window.find_as("inbox.primary", KitButton)
    assert primary.blocked_reason() == "You requested this; ask Tom Okoro or Ravi Singh."
    assert primary.isEnabled()
    assert stage.window.text("inbox.reason") == primary.blocked_reason()
    for name in ("inbox.reject", "inbox.repair"):
        stage.window.find_as(name, KitButton).click()
        stage.settle()
        assert not stage.window.shows("inbox.leave")  # nothing is asked for
        assert stage.window.text("inbox.reason") == stage.window.find_as(name, KitButton).blocked_reason()
        assert "stop it on its own page" in stage.window.text("inbox.reason")


def test_find_and_f6_go_where_they_say(stage: Stage, qtbot: QtBot) -> None:
    show(stage, place_of(stage, HARTWELL[:8]))
    focus(cards(stage), qtbot)
    QTest.keyClick(cards(stage), Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert stage.window.find("inbox.search").hasFocus()
    QTest.keyClick(stage.window.find("inbox.search"), Qt.Key.Key_F6)
    assert stage.window.find_as("inbox.pane", Pane).area.hasFocus()
    QTest.keyClick(stage.window.find_as("inbox.pane", Pane).area, Qt.Key.Key_F6)
    assert cards(stage).hasFocus()


def test_where_it_is_narrow_list_and_detail_take_turns(qapp: QApplication) -> None:
    stage = busy(Look(size=(1024, 680)))
    assert not stage.window.shows("inbox.pane")
    show(stage, 0)
    assert stage.window.shows("inbox.pane")
    assert not stage.window.shows("inbox.list")
    stage.press("inbox.back")
    assert stage.window.shows("inbox.list")
    assert not stage.window.shows("inbox.pane")
    stage.close()


def test_where_it_is_narrow_each_line_says_of_which_payment_it_is(qtbot: QtBot) -> None:
    row = ChangeRow("payee", "Payee", "Hartwell", "Stone", changed=True)
    table = ChangeTable(Changes("What changed", (row, row), has_before=True))
    qtbot.addWidget(table)

    def said() -> list[str]:
        return sorted(label.text() for label in table.findChildren(PlainLabel) if label.isVisibleTo(table))

    table.resize(300, 400)
    table.show()
    assert said().count("Last payment") == said().count("This payment") == 2
    table.resize(900, 400)
    assert said().count("Last payment") == said().count("This payment") == 1
    table.resize(300, 400)
    assert said().count("Last payment") == 2


def test_the_side_bar_counts_and_news_is_told_without_amounts(qapp: QApplication) -> None:
    team: list[Team] = []

    def world(tasks: fakes.ManualTasks) -> fakes.World:
        team.append(busy_team(tasks))
        return team[0].world

    stage = Stage(Look(), world=world).opened()
    line = stage.program.shell.navigation.button("inbox")
    assert line.badge() == "9"
    assert line.accessibleName() == "Approvals, 9 waiting"
    told: list[str] = []
    stage.program.shell._tray.tell = lambda title, text: told.append(text)  # type: ignore[method-assign]  # noqa: ARG005, SLF001
    stage.program.shell.isActiveWindow = lambda: False  # type: ignore[method-assign]
    record = team[0].vault.order(team[0].request(TOM, payee_of(team[0]), 600_000, "More rent"))
    assert record is not None
    stage.press("shell.home")
    assert line.badge() == "10"
    assert told == ["Something new waits for your approval."]
    stage.program.presenter.lock()
    stage.settle()
    assert line.badge() == ""
    stage.close()


def payee_of(team: Team) -> tuple[str, str]:
    """Return the landlord and the version of their details."""
    payee = team.world.payees[fakes.LANDLORD[0]]
    record = team.vault.payee(payee)
    assert record is not None
    return payee, record.version.event


def test_a_batch_is_signed_by_one_press_and_every_item_can_be_opened(stage: Stage) -> None:
    cards(stage).mark_all.emit()
    stage.settle()
    stage.press("inbox.together", "inbox.batch.open.0")
    assert stage.window.shows("inbox.detail")
    stage.press("inbox.together")
    before = signed(stage)
    stage.type("inbox.passphrase", PASSPHRASE)
    stage.press("inbox.batch.sign")
    assert signed(stage) == before + 6
    assert stage.program.shell.navigation.button("inbox").badge() == "3"
    states = {record.state for record in stage.world.reader.orders_in_flight()}
    assert states == {OrderState.PREPARED, OrderState.APPROVED}


def test_the_requester_hears_why_and_mends_it(qapp: QApplication) -> None:
    stage = busy(Look())
    team_vault = stage.world.vault
    stage.press("inbox.filter.all")
    own = next(
        record for record in stage.world.reader.orders_in_flight()
        if record.content.requester == team_vault.identity.member
    )  # fmt: skip
    assert isinstance(team_vault, TeamVault)
    with team_vault.by(RAVI):
        reject_order(team_vault, own.content.order, own.digest, "repair.reference", "Which shed?")
    stage.press("shell.home", "home.open.returned.1")
    assert [draft.name for draft in saved_drafts(team_vault)] == [fakes.LANDLORD[0]]
    assert stage.window.shows("transfer.payee")
    stage.press("shell.home")
    assert not stage.window.shows("home.open.returned.1")
    stage.close()


def test_the_scatter_of_a_batch_can_be_read_as_a_table(stage: Stage) -> None:
    cards(stage).mark_all.emit()
    stage.settle()
    stage.press("inbox.together")
    (chart,) = stage.window.find("inbox.batch").findChildren(ScatterChart)
    assert "Unlike the others" in chart.canvas.accessibleName()
    assert not chart.table_shown()
    chart.toggle.click()
    stage.settle()
    assert chart.table_shown()


def test_right_to_left_the_box_is_on_the_other_side(stage: Stage) -> None:
    view = cards(stage)
    view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert not view.grab().isNull()
    place = view.visualRect(view.model().index(0, 0))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.right() - 18, place.top() + 24))
    stage.settle()
    assert "1 selected" in stage.window.text("inbox.selection")
