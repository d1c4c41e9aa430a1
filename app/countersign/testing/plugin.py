"""pytest fixtures for driving the real program: import them into a ``conftest.py``.

``program`` is the running program over a real vault in a folder of the test's own and a real practice bank;
``window`` is its window as a tester sees it; ``control_of`` reaches the bank's clock, faults and outcomes. Needs the
``testing`` extra.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from countersign.adapters.practice.control import PracticeControl
from countersign.adapters.practice.world import PracticeBank
from countersign.adapters.system.keyring_store import FolderStore
from countersign.adapters.vault.cryptography_suite import FLOOR
from countersign.application.ports.preferences import Preferences
from countersign.bootstrap import Ground, lay_ground, session_opener
from countersign.testing.conductor import Until
from countersign.testing.window import Window
from countersign.ui.start import Running


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """A profile of the test's own, with keys that are quick to derive."""
    laid = lay_ground("test", tmp_path / "home", FolderStore(tmp_path / "outside"), FLOOR)
    laid.preferences.save(Preferences(language="en", theme="light"))
    return laid


@pytest.fixture
def program(ground: Ground, qtbot: QtBot, tmp_path: Path) -> Iterator[Running]:
    """The running program, its window open."""
    running = Running(
        ground,
        partial(session_opener, ground),
        lambda: None,
        ask=lambda _parent, suggested, _kinds, then: then(tmp_path / suggested),
    )
    qtbot.addWidget(running.program.shell, before_close_func=lambda _shell: running.close())
    running.program.show()
    yield running
    practice = running.program.presenter.practice
    if isinstance(practice, PracticeBank):
        practice.close_and_wait(30)


@pytest.fixture
def window(program: Running) -> Window:
    """The program's window as a tester sees it."""
    return Window(program)


def wait_for(qtbot: QtBot, wanted: Until) -> None:
    """Wait until a condition holds, in a test with ``qtbot``."""
    qtbot.waitUntil(wanted.holds, timeout=wanted.seconds * 1000)


def control_of(program: Running) -> PracticeControl:
    """Return the control port of the program's practice bank.

    Raises:
        LookupError: The program has none yet.
    """
    practice = program.program.presenter.practice
    if isinstance(practice, PracticeBank):
        return practice.control
    raise LookupError("practice bank")
