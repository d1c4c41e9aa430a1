"""What a page may ask of the person's files: which one to read, where to put one, and to show a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol


class FileHands(Protocol):
    """The system's own dialogs. Each asks and returns at once; ``then`` is called where a person has chosen."""

    def choose_file(self, kinds: str, then: Callable[[Path], None]) -> None:
        """Ask which file to read; ``kinds`` as in "PDF (*.pdf)"."""

    def choose_folder(self, start: Path | None, then: Callable[[Path], None]) -> None:
        """Ask for a folder, beginning at ``start``."""

    def save_file(self, name: str, kinds: str, then: Callable[[Path], None]) -> None:
        """Ask where to put a file that would be called ``name``."""

    def open_folder(self, folder: Path) -> None:
        """Have the system show a folder; nothing happens where it can't."""

    def home_folder(self) -> Path:
        """Return a folder of the person's in which files for the bank may lie."""


class DocumentHands(Protocol):
    """What is done with the documents of an order: all of it asked for by a person."""

    def save_file(self, name: str, kinds: str, then: Callable[[Path], None]) -> None:
        """Ask where to put a file that would be called ``name``."""

    def open_document(self, path: Path) -> bool:
        """Have the system's own program show a file; false where there is none."""
