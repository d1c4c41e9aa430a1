"""Files that are written or read piece by piece: a whole workspace fits into no memory. Any lane but VAULT."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class ExportFile(Protocol):
    """A file that appears under its name as a whole, or not at all; its owner alone may read it."""

    def write(self, content: bytes) -> None:
        """Write the next piece.

        Raises:
            UserFacingError: ``export.disk_full``, ``export.no_permission``, ``export.not_written``.
        """

    def finish(self) -> None:
        """Have it appear under its name, once all of it is on disk.

        Raises:
            UserFacingError: As ``write``.
        """

    def discard(self) -> None:
        """Leave nothing behind; nothing happens where it was finished."""


class ExportLines(Protocol):
    """An export that lies somewhere, line by line."""

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Read it from its beginning: where each line begins, and the line with its line feed.

        A line that is longer than any may be is cut.

        Raises:
            UserFacingError: ``receipt.absent``, ``receipt.too_large``.
        """

    def line_at(self, place: int) -> bytes:
        """Read the line that begins there.

        Raises:
            UserFacingError: ``receipt.absent``.
        """
