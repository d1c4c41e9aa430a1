"""Pages of many fields in large text: nobody has to scroll sideways to read or answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from countersign.presentation import messages
from countersign.testing.page_walk import walk
from countersign.ui.views.batch.page import BatchPage
from countersign.ui.widgets.page import ScrollArea
from tests.gui.pages.batch_scenes import from_list
from tests.gui.pages.stage import Look


@pytest.mark.parametrize("size", [(1240, 800), (1024, 680)])
@pytest.mark.parametrize("language", ["en", "zh_CN", "zh_TW"])
def test_what_is_asked_of_a_list_fits_in_large_text(
    language: str, size: tuple[int, int], qapp: QApplication, translations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "catalogue_folders", lambda: (translations,))
    scenes = []
    for scene, stage in from_list(Look(language, "light", 200, size)):
        if scene == "batch.checking":
            stage.let_go()
            stage.close()
            break
        stage.settle()
        (area,) = stage.window.find_as("batch.page", BatchPage).findChildren(ScrollArea)
        assert (scene, area.horizontalScrollBar().maximum()) == (scene, 0)
        assert (scene, walk(stage.window.shell)) == (scene, [])
        scenes.append(scene)
    assert scenes == ["batch.choose", "batch.setup.errors", "batch.setup"]


def test_what_is_asked_of_a_list_stands_side_by_side_once_there_is_room(qapp: QApplication) -> None:
    for scene, stage in from_list(Look(size=(1024, 680))):
        if scene != "batch.setup.errors":
            continue
        name, account = stage.window.find("batch.column.name"), stage.window.find("batch.column.account")
        across = []
        for width in (1024, 1240, 1024):
            stage.program.shell.resize(width, 800)
            stage.settle()
            root = stage.window.shell
            places = [item.mapTo(root, QPoint(0, 0)) for item in (name, account)]
            across.append(places[0].y() == places[1].y())
        assert across == [False, True, False]
        stage.close()
        break
