"""The program with a desk: the folder that its dialogs lead to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from countersign.adapters.practice.world import PracticeBank
from countersign.bootstrap import Ground, session_opener
from countersign.ui.start import Running
from tests.gui.own_bank.hands import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a folder of the person's own."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return Desk(folder)


@pytest.fixture
def program(ground: Ground, qtbot: QtBot, desk: Desk) -> Iterator[Running]:
    """Run the program, its window open; its dialogs lead to the desk."""
    running = Running(ground, partial(session_opener, ground), lambda: None, desk.save, desk.which, desk.choose_folder)
    qtbot.addWidget(running.program.shell, before_close_func=lambda _shell: running.close())
    running.program.show()
    yield running
    practice = running.program.presenter.practice
    if isinstance(practice, PracticeBank):
        practice.close_and_wait(30)
