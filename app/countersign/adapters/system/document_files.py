"""Documents as files: what a person chose is read carefully, and what they open is a private copy for a while."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from countersign.adapters.system.durable_file import OWNER_ONLY_FILE, OWNER_ONLY_FOLDER, write_durably
from countersign.domain.documents import require_size
from countersign.domain.errors import UserFacingError

_READING: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_WRITING: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_PIECE: Final = 256 * 1024


class PrivateCopies:
    """Implements the ``DocumentFiles`` port.

    Copies lie in a folder of this profile's own, which its owner alone may enter: where the system keeps what lasts as
    long as the person is signed in, in memory mostly (XDG Base Directory Specification 0.8, ``$XDG_RUNTIME_DIR``), else
    among its temporary files. It has the same name each time, so that what a killed program left is found and taken
    away.
    """

    def __init__(self, profile: Path, base: Path | None = None) -> None:
        """Take away what a killed program left; the folder is made when the first document is opened.

        Args:
            profile: The folder of the profile's vault: the copies' folder is named after it.
            base: Where it is made, instead of the system's own place.
        """
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        place = base or (Path(runtime) if runtime and Path(runtime).is_dir() else Path(tempfile.gettempdir()))
        named = hashlib.sha256(os.fsencode(profile.absolute())).hexdigest()[:16]
        self.folder: Final = place / f"countersign-{named}"
        self.clear()

    def read(self, path: Path, stopped: Callable[[], bool]) -> bytes:
        """Read a file that a person chose, piece by piece."""
        try:
            with os.fdopen(os.open(path, _READING), "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):  # a pipe would never end
                    raise UserFacingError("document.unreadable")
                require_size(status.st_size)
                return _all_of(file.read, stopped)
        except OSError as error:
            raise UserFacingError("document.unreadable") from error

    def lay_out(self, name: str, data: bytes) -> Path:
        """Write a copy for a viewer, in a folder of its own: two documents may have one name."""
        try:
            self._make_folder()
            path = Path(tempfile.mkdtemp(dir=self.folder)) / name
            with os.fdopen(os.open(path, _WRITING, OWNER_ONLY_FILE), "wb") as file:
                file.write(data)
        except (OSError, ValueError) as error:
            raise UserFacingError("document.unwritable") from error
        return path

    def save(self, path: Path, data: bytes) -> None:
        """Write a copy where the person chose; its owner alone can read it."""
        try:
            write_durably(path, data, point="document.copy")
        except OSError as error:
            raise UserFacingError("document.unwritable") from error

    def clear(self) -> None:
        """Take away all copies that were laid out."""
        if self._ours():
            with contextlib.suppress(OSError):  # a viewer holds one open: the next time
                shutil.rmtree(self.folder)

    def _make_folder(self) -> None:
        with contextlib.suppress(FileExistsError):
            self.folder.mkdir(mode=OWNER_ONLY_FOLDER)
        if not self._ours():  # among temporary files anybody could have made it before
            raise UserFacingError("document.unwritable")

    def _ours(self) -> bool:
        """Tell whether the folder is there, a folder indeed, of this person, and closed to others."""
        try:
            status = self.folder.lstat()
        except OSError:
            return False
        if not stat.S_ISDIR(status.st_mode):
            return False
        if sys.platform == "win32":
            return True
        return status.st_uid == os.getuid() and not stat.S_IMODE(status.st_mode) & 0o077


def _all_of(read: Callable[[int], bytes | None], stopped: Callable[[], bool]) -> bytes:
    found = bytearray()
    while piece := read(_PIECE):
        if stopped():
            raise UserFacingError("document.stopped")
        found += piece
        require_size(len(found))  # a file may grow while it is read
    return bytes(found)
