"""Starting the program in windows, and ending it cleanly."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import TYPE_CHECKING, Protocol

from PySide6.QtWidgets import QApplication

from countersign.application.flows.script import Script
from countersign.application.ports.clock import Clock
from countersign.application.ports.preferences import PreferencesStore
from countersign.application.ports.tasks import Tasks
from countersign.application.ports.vault import Vault
from countersign.application.ports.vault_door import VaultDoor
from countersign.presentation.shell import Opened
from countersign.ui.collector import Collector
from countersign.ui.file_dialogs import AskFolder, AskWhere, AskWhich, ask_folder, ask_where, ask_which
from countersign.ui.program import Parts, Program, system_zone
from countersign.ui.surprises import Surprises
from countersign.ui.task_runner import TaskRunner

if TYPE_CHECKING:
    from countersign.presentation.check import Vetting
    from countersign.presentation.join_state import JoiningParts


class Ground(Protocol):
    """What the composition root lays before any window."""

    @property
    def clock(self) -> Clock:
        """The time."""

    @property
    def door(self) -> VaultDoor:
        """The vault's door."""

    @property
    def preferences(self) -> PreferencesStore:
        """Looks and habits."""

    @property
    def vetting(self) -> Vetting:
        """Vets details without a vault."""

    @property
    def words(self) -> Sequence[str]:
        """The list that fingerprint phrases are made from."""

    @property
    def later(self) -> Sequence[str]:
        """Modules to load while nobody waits for them."""

    def prepare(self) -> None:
        """Get ready what a session will ask for. READ lane."""

    def joining(self) -> JoiningParts:
        """What joining others needs before there is a vault."""


OpenSession = Callable[[Tasks, tzinfo], Callable[[Vault], Script[Opened]]]


class Running:
    """The program and its workers; ``close`` ends both."""

    def __init__(
        self,
        ground: Ground,
        opener: OpenSession,
        closed: Callable[[], None],
        ask: AskWhere = ask_where,
        ask_which: AskWhich = ask_which,
        ask_folder: AskFolder = ask_folder,
    ) -> None:
        """Make the program; there must be a ``QApplication``."""
        self._ground = ground
        self._collector = Collector()
        self.tasks = TaskRunner()
        open_session = opener(self.tasks, system_zone())
        parts = Parts(
            ground.door,
            self.tasks,
            ground.clock,
            ground.preferences,
            open_session,
            ground.words,
            closed,
            ground.vetting,
            ground.later,
            ground.prepare,
            self._collector.settled,
            ground.joining,
        )
        self.program = Program(parts, ask, ask_which, ask_folder)
        self._surprises = Surprises(self.program.presenter.surprised)

    def close(self) -> None:
        """Let what is under way end, wipe the keys, and stop the workers."""
        session = self.program.presenter.session if self.program.presenter.unlocked else None
        if session is not None:
            session.close()
        self.tasks.close()
        if session is not None and session.shared is not None:
            session.shared.let_go()
        self._ground.door.lock()
        self._surprises.close()
        self._collector.close()


def start(ground: Ground, opener: OpenSession, *, language: str | None, theme: str | None) -> int:
    """Open the program and return its exit code when its window was closed."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Countersign")
    chosen = ground.preferences.load()
    chosen = replace(chosen, language=language or chosen.language, theme=theme or chosen.theme)
    ground.preferences.save(chosen)
    running = Running(ground, opener, application.quit)
    running.program.show()
    try:
        return QApplication.exec()
    finally:
        running.close()
