"""The keyboard alone: Tab reaches every control of every page, and Enter never pays, approves or stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from countersign.domain.errors import FailureKind
from countersign.testing import fakes
from countersign.testing.fake_door import PASSPHRASE
from countersign.testing.page_walk import visible_widgets
from countersign.ui.views.inbox.cards import CardList
from countersign.ui.widgets.buttons import KitButton
from tests.gui.pages.inbox_scenes import busy, place_of, show
from tests.gui.pages.own_bank_scenes import to_carrying
from tests.gui.pages.scenes import STORIES, approve, play, to_code, to_review
from tests.gui.pages.stage import Look, Stage

_CONTROLS: Final = (KitButton, QLineEdit, QPlainTextEdit, QComboBox, QCheckBox, QTableView)
_MOST: Final = 200


def controls_of(root: QWidget) -> list[QWidget]:
    """Return what can be pressed, typed into or chosen; a date's line of text is a part of its field."""
    found = [widget for widget in visible_widgets(root) if isinstance(widget, _CONTROLS) and widget.isEnabled()]
    return [widget for widget in found if widget.objectName() != "qt_spinbox_lineedit"]


def activate(root: QWidget, qtbot: QtBot) -> None:
    """Give a window, or the dialog in front of it, the keyboard."""
    root.activateWindow()
    qtbot.waitUntil(root.isActiveWindow)


def reached_by_tab(root: QWidget, qtbot: QtBot) -> set[QWidget]:
    """Press Tab until it comes round again; return every widget that had the focus."""
    seen: set[QWidget] = set()
    activate(root, qtbot)
    for _turn in range(_MOST):
        here = QApplication.focusWidget() or root
        if here in seen:
            break
        seen.add(here)
        QTest.keyClick(here, Qt.Key.Key_Tab)
    return seen


def named(widget: QWidget) -> str:
    """Name a widget for a report."""
    return f"{type(widget).__name__} {widget.objectName()} {widget.accessibleName()!r}"


@pytest.mark.parametrize("story", list(STORIES))
def test_tab_reaches_every_control(story: str, qtbot: QtBot) -> None:
    missed = []
    for scene, stage in play(story, Look()):
        root = stage.window.shell
        seen = reached_by_tab(root, qtbot)
        missed += [f"{scene}: {named(widget)}" for widget in controls_of(root) if widget not in seen]
        groups = {card.parentWidget() for card in visible_widgets(root) if isinstance(card, QRadioButton)}
        inside = {card.parentWidget() for card in seen if isinstance(card, QRadioButton)}
        missed += [f"{scene}: {named(group)}" for group in groups - inside if group is not None]
    assert missed == []


def test_a_control_that_tab_passes_by_is_found(qtbot: QtBot) -> None:
    stage = Stage(Look()).opened()
    button = stage.window.find("home.new_transfer")
    button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    assert button not in reached_by_tab(stage.window.shell, qtbot)
    assert stage.window.find("home.refresh") in reached_by_tab(stage.window.shell, qtbot)
    stage.close()


# — Enter —


def review() -> Stage:
    """Read back an order whose digits are typed: one press from being approved."""
    stage = to_review(Look())
    stage.type("transfer.review.digits", fakes.LANDLORD[1][-4:])
    return stage


def ready_to_begin() -> Stage:
    """Approve an order that could not be handed over: one press from being sent."""
    stage = to_review(Look())
    stage.world.bank.fail("initiate", FailureKind.RETRYABLE, "bank.unreachable")
    approve(stage)
    return stage


def code() -> Stage:
    """Type the right code: one press from paying."""
    stage = to_code(Look())
    stage.type("transfer.confirm.code", fakes.CODE)
    return stage


def cancelling() -> Stage:
    """Ask whether a payment shall be taken back: one press from asking the bank."""
    stage = code()
    stage.world.bank.settles_after = 99
    stage.press("transfer.confirm.confirm", "order.cancel")
    return stage


def carrying() -> Stage:
    """Answer what the bank's page shows: one press from saying that it was confirmed there."""
    stage = to_carrying(Look(), "manual")
    for key, value in {"name": "same", "from": "same", "amount": "same", "date": "same", "warning": "none"}.items():
        stage.choose(f"carry.question.{key}", value)
    return stage


def freezing() -> Stage:
    """Ask whether payments shall be stopped: one press from stopping them."""
    stage = Stage(Look()).opened()
    stage.press("shell.freeze")
    return stage


def allowing() -> Stage:
    """Ask whether payments shall be allowed again."""
    stage = freezing()
    stage.press("freeze.act", "shell.freeze")
    return stage


def signing() -> Stage:
    """Read back what somebody else asks for: one press from signing it."""
    stage = busy(Look())
    show(stage, place_of(stage, fakes.LANDLORD[0]))
    stage.press("inbox.primary")
    stage.type("inbox.digits", fakes.LANDLORD[1][-4:])
    stage.type("inbox.passphrase", PASSPHRASE)
    return stage


def signing_many() -> Stage:
    """Mark several: one press from signing them all."""
    stage = busy(Look())
    stage.window.find_as("inbox.list", CardList).mark_all.emit()
    stage.settle()
    stage.press("inbox.together")
    stage.type("inbox.passphrase", PASSPHRASE)
    return stage


def rejecting() -> Stage:
    """Give a reason: one press from ending what somebody else asks for."""
    stage = busy(Look())
    show(stage, place_of(stage, fakes.LANDLORD[0]))
    stage.press("inbox.reject")
    stage.choose("inbox.reasons", "rejected.twice")
    stage.type("inbox.note", "Paid in October.")
    return stage


SCENES: Final[Mapping[str, Callable[[], Stage]]] = {
    make.__name__: make
    for make in (
        review,
        ready_to_begin,
        code,
        cancelling,
        carrying,
        freezing,
        allowing,
        signing,
        signing_many,
        rejecting,
    )
}


def deeds(stage: Stage) -> tuple[int, ...]:
    """Return what has been done that matters."""
    bank = stage.world.bank
    calls = [call for call in bank.calls if call in {"initiate", "answer", "cancel"}]
    orders = stage.world.reader.orders_in_flight()
    approvals = [len(record.approvals) for record in orders]
    said = sum(record.handed_over_at > 0 for record in orders)
    return len(calls), len(bank.executions), len(orders), sum(approvals), said, stage.door.stopped


def more_was_done(before: tuple[int, ...], now: tuple[int, ...]) -> bool:
    """Tell whether anything was done: that an order was set aside is the safe way, which Enter may take."""
    return any(after > earlier for earlier, after in zip(before, now, strict=True))


def stops_of(stage: Stage) -> list[QWidget]:
    """Return the controls where Tab stops, in order; the way to the team is none where a world has no way to share."""
    stops = [one for one in controls_of(stage.window.shell) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    shares = stage.world.session.shared is not None
    return [one for one in stops if shares or one.objectName() != "shell.team"]


@pytest.mark.parametrize("scene", list(SCENES))
def test_enter_never_does_what_matters(scene: str, qtbot: QtBot) -> None:
    done = []
    stage = SCENES[scene]()
    kept = [named(one) for one in stops_of(stage)]
    before = deeds(stage)
    assert kept
    for place, name in enumerate(kept):
        if [named(one) for one in stops_of(stage)] != kept:  # Enter led somewhere else, as it may
            stage.close()
            stage = SCENES[scene]()
        activate(stage.window.shell, qtbot)
        control = stops_of(stage)[place]
        control.setFocus()
        QTest.keyClick(control, Qt.Key.Key_Return)
        stage.settle()
        if more_was_done(before, deeds(stage)):
            done.append(name)
            stage.close()
            stage = SCENES[scene]()
    stage.close()
    assert done == []


@pytest.mark.parametrize(
    ("scene", "button"),
    [
        ("review", "transfer.review.right"),
        ("ready_to_begin", "transfer.confirm.retry"),
        ("code", "transfer.confirm.confirm"),
        ("cancelling", "order.really_cancel"),
        ("carrying", "carry.handed_over"),
        ("freezing", "freeze.act"),
        ("allowing", "freeze.act"),
        ("signing", "inbox.approve.sign"),
        ("signing_many", "inbox.batch.sign"),
        ("rejecting", "inbox.reject.send"),
    ],
)
def test_pressing_does_it(scene: str, button: str, qtbot: QtBot) -> None:
    stage = SCENES[scene]()
    before = deeds(stage)
    stage.press(button)
    assert deeds(stage) != before
    stage.close()
