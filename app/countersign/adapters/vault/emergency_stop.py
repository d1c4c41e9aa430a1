"""The emergency stop: a file, so that it works without a key, from the command line, and survives a crash.

The next transaction brings it into the ledger. While the file is there no intent is made.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from countersign.adapters.system.durable_file import remove_durably, write_durably

STOP_FILE: Final = "vault.frozen"


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

    def lift(self) -> None:
        """Lift it: only after the ledger says so."""
        remove_durably(self._path, point="vault.unfreeze")
