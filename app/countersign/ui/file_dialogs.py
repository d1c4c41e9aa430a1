"""The system's own dialogs for files and folders, without nested event loops; each can be stood in for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from countersign.presentation.messages import _
from countersign.ui.pictures import read_picture

Then = Callable[[Path], None]
AskWhere = Callable[[QWidget, str, str, Then], None]
"""``ask(parent, suggested name, filter, then)``: asks where to save, and calls ``then`` with the path."""
AskWhich = Callable[[QWidget, str, Then], None]
"""``ask(parent, filter, then)``: asks which file to read."""
AskFolder = Callable[[QWidget, Path | None, Then], None]
"""``ask(parent, where to begin, then)``: asks for a folder."""
ShowFile = Callable[[Path], bool]
"""``show(path)``: has the system's own program show a file; false where there is none."""


def ask_where(parent: QWidget, suggested: str, kinds: str, then: Then) -> None:
    """Ask where to save a file."""
    dialog = QFileDialog(parent, _("Save"), str(Path.home() / suggested), kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    _open(dialog, then)


def ask_which(parent: QWidget, kinds: str, then: Then) -> None:
    """Ask which file to read."""
    dialog = QFileDialog(parent, _("Choose a file"), str(Path.home()), kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    _open(dialog, then)


def ask_folder(parent: QWidget, start: Path | None, then: Then) -> None:
    """Ask for a folder."""
    dialog = QFileDialog(parent, _("Choose a folder"), str(start or Path.home()))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    _open(dialog, then)


def show_file(path: Path) -> bool:
    """Have the system's own program show a file."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def _open(dialog: QFileDialog, then: Then) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
    dialog.open()


@dataclass(frozen=True, slots=True)
class FileDialogs:
    """Implements ``presentation.file_hands.FileHands`` and ``DocumentHands`` over a window."""

    parent: Callable[[], QWidget]
    where: AskWhere = ask_where
    which: AskWhich = ask_which
    folder: AskFolder = ask_folder
    viewer: ShowFile = show_file

    def choose_file(self, kinds: str, then: Then) -> None:
        """Ask which file to read."""
        self.which(self.parent(), kinds, then)

    def choose_folder(self, start: Path | None, then: Then) -> None:
        """Ask for a folder."""
        self.folder(self.parent(), start, then)

    def save_file(self, name: str, kinds: str, then: Then) -> None:
        """Ask where to put a file."""
        self.where(self.parent(), name, kinds, then)

    def open_folder(self, folder: Path) -> None:
        """Have the system show a folder."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def open_document(self, path: Path) -> bool:
        """Have the system's own program show a document."""
        return self.viewer(path)

    def read_picture(self, path: Path) -> bytes:
        """Read a picture."""
        return read_picture(path)

    def home_folder(self) -> Path:
        """Return the folder that payment files go to unless another is chosen."""
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return Path(documents or Path.home()) / "Countersign"
