"""The learning centre by hand: read, answer, see why, see the result."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from countersign.domain.guidance import LESSONS
from countersign.presentation.learning import LearningPresenter
from countersign.testing import fakes
from countersign.testing.page_walk import walk
from countersign.ui.theme.tokens import Theme
from countersign.ui.views.learning import LearningPage
from countersign.ui.widgets.buttons import KitButton
from tests.unit.presentation.recorded import Went

LESSON = LESSONS["invoice_redirection"]


@pytest.fixture
def world() -> fakes.World:
    return fakes.make_world()


@pytest.fixture
def page(world: fakes.World, show: Callable[..., QWidget]) -> LearningPage:
    made = LearningPage()
    made.attach(LearningPresenter(world.session, made, Went()))
    show(made, 1028, 770)
    return made


def press(page: LearningPage, name: str) -> None:
    """Press what is shown under a name; what was replaced meanwhile is gone first."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    button = page.findChild(KitButton, name)
    assert button is not None, name
    button.click()


def read_all(page: LearningPage) -> None:
    press(page, f"learn.open.{LESSON.code}")
    for _ in LESSON.pages:
        press(page, "learn.forward")


def test_a_lesson_is_read_and_its_quiz_passed(world: fakes.World, page: LearningPage) -> None:
    read_all(page)
    for question in LESSON.questions:
        assert page.choices is not None
        page.choices.card(question.right).click()
        press(page, "learn.forward")
    assert page.heading.text() == "5 of 5 right"
    assert world.reader.lessons_finished() == {LESSON.code: 5}
    press(page, "learn.done")
    assert page.heading.text() == "Learning centre"


def test_going_on_without_an_answer_says_why_not(page: LearningPage) -> None:
    read_all(page)
    heading = page.heading.text()
    assert page.forward_button is not None
    page.forward_button.click()
    assert page.heading.text() == heading
    assert page.forward_button.blocked_reason() == "Choose an answer first."


def test_a_wrong_answer_is_explained_at_once(page: LearningPage, qtbot: QtBot) -> None:
    read_all(page)
    assert page.choices is not None
    page.choices.card("pay_the_new_account").click()
    verdict = page.findChild(QWidget, "learn.verdict")
    assert verdict is not None
    qtbot.waitUntil(verdict.isVisible)
    assert page.choices.value() == "pay_the_new_account"


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize(("percent", "width", "height"), [(100, 1028, 770), (200, 720, 620)])
def test_a_walk_finds_nothing_on_any_page(
    page: LearningPage, dress: Callable[..., object], theme: Theme, percent: int, width: int, height: int
) -> None:
    dress(theme, "en", percent)
    page.resize(width, height)
    assert walk(page) == []
    press(page, f"learn.open.{LESSON.code}")
    for _ in LESSON.pages:
        assert walk(page) == []
        press(page, "learn.forward")
    for question in LESSON.questions:
        assert page.choices is not None
        page.choices.card(question.right).click()
        assert walk(page) == []
        press(page, "learn.forward")
    assert walk(page) == []
