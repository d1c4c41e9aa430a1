"""Two people in one process: a program each, with a profile and a desk of their own, and a folder that both reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from countersign.adapters.practice.world import PracticeBank
from countersign.adapters.system.keyring_store import FolderStore
from countersign.adapters.vault.cryptography_suite import FLOOR
from countersign.application.ports.preferences import Preferences
from countersign.bootstrap import lay_ground, session_opener
from countersign.ui.start import Running
from tests.gui.own_bank.hands import Desk
from tests.gui.team.person import Person


@pytest.fixture
def person(tmp_path: Path, qtbot: QtBot) -> Iterator[Callable[[str], Person]]:
    """Return what lets somebody come in: a program with a window, over a profile of their own."""
    present: list[Person] = []

    def come_in(name: str) -> Person:
        room = tmp_path / name
        (room / "desk" / "payments").mkdir(parents=True)
        ground = lay_ground("test", room / "home", FolderStore(room / "outside"), FLOOR)
        ground.preferences.save(Preferences(language="en", theme="light"))
        desk = Desk(room / "desk")
        running = Running(
            ground, partial(session_opener, ground), lambda: None, desk.save, desk.which, desk.choose_folder
        )
        running.program.show()
        found = Person(name, running, desk, qtbot)
        present.append(found)
        return found

    yield come_in
    for one in present:
        practice = one.running.program.presenter.practice
        one.running.close()
        one.running.program.shell.deleteLater()
        if isinstance(practice, PracticeBank):
            practice.close_and_wait(30)
