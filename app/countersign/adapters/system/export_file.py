"""A large file that is written piece by piece beside its place, and read line by line."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Self

from countersign.adapters.system.durable_file import flush_folder
from countersign.domain.errors import UserFacingError
from countersign.domain.workspace_export import EXPORT_LIMIT, LINE_LIMIT, is_export

_FULL: Final = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_DENIED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class NewExport:
    """Implements ``ports.exports.ExportFile``: written beside its place under a name of its own, then renamed over it.

    What was there before stays until then. ``tempfile.mkstemp`` lets nobody but the owner read it, and follows no link.
    """

    def __init__(self, path: Path) -> None:
        """Begin the file.

        Raises:
            UserFacingError: ``export.disk_full``, ``export.no_permission``, ``export.not_written``.
        """
        self._path = path
        with _told():
            descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:60]}.", suffix=".part", dir=path.parent)
        self._beside: Path | None = Path(name)
        self._file = os.fdopen(descriptor, "wb")

    def write(self, content: bytes) -> None:
        """Write the next piece."""
        with _told():
            self._file.write(content)

    def finish(self) -> None:
        """Have it appear under its name."""
        if self._beside is None:
            return
        with _told():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._beside.replace(self._path)
            self._beside = None
            flush_folder(self._path.parent)

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._beside is None:
            return
        try:
            self._file.close()
        except OSError:  # what was not written yet can't be: it goes anyhow
            pass
        finally:
            self._beside.unlink(missing_ok=True)
            self._beside = None


class ExportOnDisk:
    """Implements ``ports.exports.ExportLines``; the file stays open, so that it is one file that is read."""

    def __init__(self, file: BinaryIO) -> None:
        """Read an open file."""
        self._file = file

    def __enter__(self) -> Self:
        """Leave it open."""
        return self

    def __exit__(self, *_raised: object) -> None:
        """Close it."""
        self._file.close()

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Read it from its beginning."""
        place = 0
        while line := self.line_at(place):
            yield place, line
            place += len(line)

    def line_at(self, place: int) -> bytes:
        """Read the line that begins there."""
        try:
            self._file.seek(place)
            return self._file.readline(LINE_LIMIT + 1)
        except OSError as error:
            raise UserFacingError("receipt.absent", reason=error.strerror or "") from error


def export_at(path: Path) -> ExportOnDisk | None:
    """Open a file that claims to be an export; None where it is anything else, or can't be read.

    Raises:
        UserFacingError: ``receipt.too_large``.
    """
    try:
        if not path.is_file():
            return None
        file = path.open("rb")
    except OSError:
        return None
    try:
        claims = is_export(file.readline(LINE_LIMIT + 1))
        size = os.fstat(file.fileno()).st_size
    except OSError:
        claims, size = False, 0
    if not claims or size > EXPORT_LIMIT:
        file.close()
    if size > EXPORT_LIMIT and claims:
        raise UserFacingError("receipt.too_large")
    return ExportOnDisk(file) if claims else None


@contextmanager
def _told() -> Iterator[None]:
    """Say in our own words why a file can't be written."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise UserFacingError("export.disk_full") from error
        if error.errno in _DENIED:
            raise UserFacingError("export.no_permission") from error
        raise UserFacingError("export.not_written", reason=error.strerror or "") from error
