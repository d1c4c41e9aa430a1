"""The emergency stop: a file, so that it works without a key, from the command line, and survives a crash.

The next transaction brings it into the ledger. While the file is there no intent is made.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeAlias

from countersign.adapters.system.durable_file import remove_durably, write_durably

STOP_FILE: Final = "vault.frozen"

Mark: TypeAlias = tuple[int, int]


class EmergencyStop:
    """The stop of one vault."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / STOP_FILE

    @property
    def set(self) -> bool:
        """Whether the file is there. Where that can't be told, it counts as there."""
        try:
            self._path.lstat()
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True

    def raise_(self) -> None:
        """Set the stop; nothing changes where it is set already."""
        write_durably(self._path, b"frozen\n", point="vault.freeze")

    def mark(self) -> Mark | None:
        """Return what tells this setting of the stop from the next; None where it is not set."""
        try:
            found = self._path.lstat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns

    def lift(self, known: Mark | None) -> None:
        """Lift the stop that was ``known``: only after the ledger says so. One that was set meanwhile stands."""
        if self.mark() == known:
            remove_durably(self._path, point="vault.unfreeze")
