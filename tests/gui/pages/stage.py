"""The whole program in its real frame around a fake world: every page can be reached, at once and without waiting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from mnemonic import Mnemonic
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QDialog, QWidget

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.adapters.banks.files.lists.message_file import read_message
from countersign.application.flows.script import Script, on_read
from countersign.application.ports.preferences import Preferences
from countersign.application.ports.vault import Vault
from countersign.application.use_cases.vetter import Vetter
from countersign.presentation.join_state import JoiningParts
from countersign.presentation.shell import Opened
from countersign.testing import fakes
from countersign.testing.fake_door import PASSPHRASE, FakeDoor
from countersign.testing.window import Window
from countersign.ui.picture_sources import ComputerSources
from countersign.ui.program import Parts, Program
from countersign.ui.theme.look import board
from countersign.ui.views.bring_in import BringInPage

WORDS = tuple(Mnemonic("english").wordlist)


@dataclass(frozen=True, slots=True)
class Look:
    """How the program looks, and how large its window is."""

    language: str = "en"
    theme: str = "light"
    percent: int = 100
    size: tuple[int, int] = (1240, 800)

    def __str__(self) -> str:
        """Name the look, as a test's name has it."""
        return f"{self.language}-{self.theme}-{self.percent}-{self.size[0]}x{self.size[1]}"


class NoPictures:
    """A screen on which nothing is, and whatever is said of cameras here. Implements all of a picture source."""

    failure = ""

    @property
    def no_camera(self) -> str:
        """Say what the program says."""
        return ComputerSources().no_camera

    def screen(self) -> NoPictures:
        """Look at the screen."""
        return self

    def camera(self) -> NoPictures:
        """Look through the camera."""
        return self

    def open(self) -> None:
        """Begin."""

    def latest(self) -> Callable[[], bytes]:
        """Give a picture of nothing."""
        return bytes

    def close(self) -> None:
        """End."""


@dataclass(slots=True)
class MemoryPreferences:
    """Keeps preferences for one test."""

    kept: Preferences = field(default_factory=Preferences)

    def load(self) -> Preferences:
        """Give them."""
        return self.kept

    def save(self, preferences: Preferences) -> None:
        """Keep them."""
        self.kept = preferences


class StageWindow(Window):
    """The window of a program that has no workers."""

    def __init__(self, program: Program) -> None:
        """Look at a program."""
        self._program = program

    @property
    def shell(self) -> QWidget:
        """The window itself, or the dialog that is open over it."""
        shell = self._program.shell
        dialogs = [dialog for dialog in shell.findChildren(QDialog) if dialog.isVisible()]
        return dialogs[-1] if dialogs else shell


class Stage:
    """One running program around a fake world."""

    def __init__(
        self,
        look: Look,
        *,
        exists: bool = True,
        populated: bool = True,
        ready: bool = True,
        world: Callable[[fakes.ManualTasks], fakes.World] | None = None,
        joining: JoiningParts | None = None,
    ) -> None:
        """Put the program on stage, in the usual world or in another one; ``opened`` unlocks it."""
        self.look = look
        self.hold = False
        self.tasks = fakes.ManualTasks()
        self.world = world(self.tasks) if world else fakes.make_world(tasks=self.tasks, populated=populated)
        self.door = FakeDoor(self.world, exists=exists)
        self.preferences = MemoryPreferences(Preferences(look.language, look.theme, look.percent))
        self._ready = ready
        self.closed = False
        parts = Parts(
            self.door,
            self.tasks,
            self.world.clock,
            self.preferences,
            self._open_session,
            WORDS,
            lambda: None,
            Vetter(LocalBankFiles().read, read_message, lambda: None),
            joining=(lambda: joining) if joining is not None else None,
            sources=NoPictures,
        )
        self.viewed: list[Path] = []
        self.program = Program(parts, self._ask, viewer=self._view)
        board().put(replace(board().look, motion=False))  # a page half faded in is no page to judge
        self.window = StageWindow(self.program)
        self.program.show()
        self.program.shell.resize(*look.size)
        self.settle()

    def _open_session(self, _vault: Vault) -> Script[Opened]:
        if self.world.session.admitted:  # before that, nothing is there to read
            frozen = yield from on_read(self.world.reader.frozen)
            assert not frozen
        return Opened(self.world.session, (), self._ready)

    @staticmethod
    def _ask(_parent: QWidget, _name: str, _kinds: str, _then: Callable[[Path], None]) -> None:
        """Ask nobody where to save: no file is written."""

    def _view(self, path: Path) -> bool:
        """Note what would be shown by another program."""
        self.viewed.append(path)
        return True

    def opened(self) -> Stage:
        """Unlock."""
        self.window.type("unlock.passphrase", PASSPHRASE)
        self.window.press("unlock.open")
        self.settle()
        return self

    def settle(self) -> None:
        """Do all work and all that follows from it, unless it is held; then let layouts and deletions be done.

        As in the running program no result arrives before what came before it is done with: a page that was left is
        gone by then.
        """
        self._let_events_pass()
        while self.tasks.waiting and not self.hold:
            self.step()

    def step(self) -> None:
        """Do the next piece of work, also where it is held."""
        self.tasks.step()
        self._let_events_pass()

    def let_go(self) -> None:
        """Do what was held, and hold no more."""
        self.hold = False
        self.settle()

    @staticmethod
    def _let_events_pass() -> None:
        for _round in range(24):  # a page may come in as many turns
            QCoreApplication.sendPostedEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def close(self) -> None:
        """End the program."""
        self.closed = True
        self.let_go()
        for dialog in self.program.shell.findChildren(QDialog):
            dialog.close()
        self.program.shell.close()
        self.program.shell.deleteLater()
        self.settle()

    # — pressing, without a word for each —

    def press(self, *names: str) -> None:
        """Press buttons, one after the other."""
        for name in names:
            self.window.press(name)
            self.settle()

    def type(self, name: str, text: str) -> None:
        """Type into a field."""
        self.window.type(name, text)
        self.settle()

    def choose(self, name: str, value: str) -> None:
        """Choose from cards or from a list."""
        self.window.choose(name, value)
        self.settle()

    def drop(self, name: str) -> None:
        """Drop a file on the page that is shown."""
        page = self.program.shell.page
        assert isinstance(page, BringInPage)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(f"/files/{name}")])
        middle = QPointF(page.rect().center())
        copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        page.dropEvent(QDropEvent(middle, copy, data, left, none))
        self.settle()
