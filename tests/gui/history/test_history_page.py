"""The page of past transfers: a table that Qt's own tester accepts, search that waits for a pause, bars to press."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from countersign.application.use_cases.refresh_accounts import fetch_statements, import_statements
from countersign.presentation.history import PAGE, HistoryPresenter, Line
from countersign.testing import fakes
from countersign.testing.page_walk import walk
from countersign.ui.models.history_rows import Column, HistoryRows
from countersign.ui.theme.tokens import Theme
from countersign.ui.views.history import HistoryPage
from tests.signed_orders import settled_order
from tests.unit.presentation.recorded import Went

Open = Callable[..., tuple[HistoryPage, Went]]


@pytest.fixture
def opened(show: Callable[..., QWidget]) -> Open:
    def open_history(world: fakes.World, width: int = 1028, height: int = 770) -> tuple[HistoryPage, Went]:
        page, went = HistoryPage(), Went()
        page.attach(HistoryPresenter(world.session, page, went))
        show(page, width, height)
        return page, went

    return open_history


def a_line(number: int) -> Line:
    return Line(f"row-{number}", "", "1 Nov 2026", "Somebody", "DE28", "ref", "Booked", "neutral", "EUR 1.00")


def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    asked = []
    model = HistoryRows(lambda: asked.append(1))
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt's own
    model.set_rows([a_line(number) for number in range(3)], more=True)
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt's own
    assert model.canFetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    assert asked
    model.add_rows([a_line(3)], more=False)
    model.add_rows([], more=False)
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt's own
    assert not model.canFetchMore(QModelIndex())
    assert model.rowCount() == 4
    assert model.index(0, Column.COUNTERPARTY).data(Qt.ItemDataRole.ToolTipRole)


def test_typing_is_searched_once_it_pauses(opened: Open, qtbot: QtBot) -> None:
    page, _ = opened(fakes.make_world())
    QTest.keyClicks(page.search, "verh")
    assert page.rows.rowCount() == 24
    qtbot.waitUntil(lambda: page.rows.rowCount() == 12)
    QTest.keyClick(page.search, Qt.Key.Key_Backspace)
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    assert page.search.text() == "ver"


def test_a_bar_narrows_and_clear_widens(opened: Open, qtbot: QtBot) -> None:
    page, _ = opened(fakes.make_world())
    QTest.mouseClick(page.months.bar("2026-08"), Qt.MouseButton.LeftButton)
    assert page.rows.rowCount() == 1
    assert page.months.bar("2026-08").isChecked()
    assert page.period.value() == "2026-08"
    assert page.months.bar("2026-08").accessibleName() == "August 2026: EUR 5,837.57 paid out"
    page.clear.click()
    assert page.rows.rowCount() == 24
    assert not page.months.bar("2026-08").isChecked()


def test_enter_opens_an_order_or_an_entry(opened: Open, qtbot: QtBot) -> None:
    world = fakes.make_world()
    order = settled_order(world)
    page, went = opened(world)
    page.table.setFocus()
    page.table.selectRow(0)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert went.to == [("order", order)]
    page.table.selectRow(1)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    detail = page.findChild(QWidget, "history.detail")
    assert detail is not None
    qtbot.waitUntil(detail.isVisible)
    QTest.keyClick(page.table, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.findChild(QWidget, "history.detail") is None)


def test_scrolling_to_the_end_fetches_the_next_page(opened: Open, qtbot: QtBot) -> None:
    world = fakes.make_world()
    like = world.bank.own_entries["acc-1"][0]
    world.bank.own_entries["acc-1"] += [
        replace(like, entry=f"many-{number}", booked_at=fakes.START_MS - number * 7_200_000) for number in range(230)
    ]
    import_statements(world.vault, world.entropy, "practice", fetch_statements(world.bank, 0))
    page, _ = opened(world)
    assert page.rows.rowCount() == PAGE
    page.table.scrollToBottom()
    qtbot.waitUntil(lambda: page.rows.rowCount() > PAGE)


def test_find_goes_to_the_search_box_although_the_window_knows_the_key_too(opened: Open) -> None:
    page, _ = opened(fakes.make_world())
    windows: list[int] = []
    shortcut = QShortcut(QKeySequence("Ctrl+F"), page.window())
    shortcut.activated.connect(lambda: windows.append(1))
    shortcut.activatedAmbiguously.connect(lambda: windows.append(2))
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.search.hasFocus()
    assert windows == []


def test_a_search_without_result_says_so(opened: Open) -> None:
    page, _ = opened(fakes.make_world())
    page.search.setText("zzz")
    page.search.returnPressed.emit()
    assert not page.table.isVisible()
    page.clear.click()
    assert page.table.isVisible()
    assert page.search.text() == ""


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize(("percent", "width", "height"), [(100, 1028, 770), (100, 812, 650), (200, 720, 620)])
def test_a_walk_finds_nothing(
    opened: Open, qtbot: QtBot, dress: Callable[..., object], theme: Theme, percent: int, width: int, height: int
) -> None:
    dress(theme, "en", percent)
    page, _ = opened(fakes.make_world(), width, height)
    assert walk(page) == []
    page.table.row_opened.emit(0)
    detail = page.findChild(QWidget, "history.detail")
    assert detail is not None
    qtbot.waitUntil(detail.isVisible)
    qtbot.waitUntil(lambda: walk(page) == [])
