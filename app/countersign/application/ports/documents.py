"""Documents as files: read when they are attached, and laid out as private copies where somebody opens one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol


class DocumentFiles(Protocol):
    """The files. Any lane but VAULT, but for ``clear``."""

    def read(self, path: Path, stopped: Callable[[], bool]) -> bytes:
        """Read a file that a person chose, piece by piece; nothing larger than a document may be.

        Args:
            path: Untrusted, as is what it leads to.
            stopped: Asked between the pieces.

        Raises:
            UserFacingError: ``document.unreadable``; ``document.too_large`` (``megabytes``); ``document.stopped``.
        """

    def lay_out(self, name: str, data: bytes) -> Path:
        """Write a copy that its owner alone can read, for a viewer, and return where it is.

        Args:
            name: From ``domain.documents.viewed_name``.
            data: All of it.

        Raises:
            UserFacingError: ``document.unwritable``.
        """

    def save(self, path: Path, data: bytes) -> None:
        """Write a copy where the person chose; raises as ``lay_out`` does."""

    def clear(self) -> None:
        """Take away all copies that were laid out, also by a program that was killed. Called when the vault locks.

        What a viewer holds open where that can't be taken away is tried again the next time.
        """
