"""The export for an audit on screen: its progress can be stopped, its problems are said, and looks don't break it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from countersign.presentation.messages import set_language
from countersign.testing.page_walk import walk
from countersign.ui.theme.style import apply_theme
from countersign.ui.views.team.export import AuditPage
from countersign.ui.widgets.buttons import KitButton
from countersign.ui.widgets.link_buttons import LinkButton
from tests.gui.pages.stage import Look
from tests.gui.pages.team_scenes import Floor


@pytest.fixture(autouse=True)
def plain_look_afterwards(qapp: QApplication) -> Iterator[None]:
    """Speak English in the light theme again."""
    yield
    set_language("en")
    apply_theme(qapp, motion=False)


@pytest.mark.parametrize(
    "look", [Look(), Look(theme="dark", percent=150, size=(900, 700)), Look(theme="high_contrast")], ids=str
)
def test_it_is_whole_while_it_is_written_and_afterwards(qapp: QApplication, look: Look) -> None:
    floor = Floor(look)
    stage = floor.stage
    stage.press("shell.team", "team.export")
    page = stage.window.find_as("export.page", AuditPage)
    assert stage.window.text("export.phrase")
    assert not stage.window.find_as("export.save", KitButton).blocked_reason()
    shown = page.presenter_state
    assert shown is not None
    for state in (
        replace(shown, busy="300 of 1,000 records", done=300, total=1_000),
        replace(shown, problem="There was no room for the export, and nothing is left of it."),
        replace(shown, said="Saved as workspace.csexport: 1,000 records."),
        replace(shown, blocked="Auditors and administrators export: ask Anna Weiss."),
    ):
        page.show_state(state)
        stage.settle()
        assert walk(stage.window.shell) == []
        why = stage.window.find_as("export.save", KitButton).blocked_reason() or ""
        assert why == (state.blocked or ("The export is being written." if state.busy else ""))
        assert stage.window.shows("export.writing") == bool(state.busy)
    stage.close()


def test_it_can_be_stopped(qapp: QApplication) -> None:
    floor = Floor(Look())
    stage = floor.stage
    stage.press("shell.team", "team.export")
    page = stage.window.find_as("export.page", AuditPage)
    shown = page.presenter_state
    assert shown is not None
    page.show_state(replace(shown, busy="300 of 1,000 records", done=300, total=1_000))
    (stop,) = page.writing.findChildren(LinkButton)
    assert stop.text() == "Stop"
    stop.click()
    stage.settle()
    assert page.presenter_state is not None
    assert page.presenter_state.busy == "Stopping …"
    stage.close()
