"""One instance for each profile: an operating-system lock, let go by the system when its holder dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from countersign.adapters.system.durable_file import OWNER_ONLY_FILE
from countersign.domain.errors import UserFacingError

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class InstanceLock:
    """A lock on a file. The file stays; what counts is the lock on it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def acquire(self) -> None:
        """Take the lock; nothing happens where this object holds it already.

        Raises:
            UserFacingError: ``vault.in_use``: another instance holds it.
        """
        if self._descriptor is not None:
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, OWNER_ONLY_FILE)
        try:
            _try_lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise UserFacingError("vault.in_use") from error
        self._descriptor = descriptor

    def release(self) -> None:
        """Let another instance in."""
        if self._descriptor is not None:
            os.close(self._descriptor)  # closing lets go of the lock on every system
            self._descriptor = None
