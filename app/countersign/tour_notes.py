"""What a tour finds, and the dialogs as its person answers them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from countersign.adapters.system.keyring_store import FolderStore
from countersign.bootstrap import Ground, lay_ground

PROFILE: Final = "tour"
MARK: Final = "tour.json"


def make_room(out: Path) -> None:
    """Empty a folder that an earlier tour filled; refuse any other that holds something."""
    if out.exists() and any(out.iterdir()) and not (out / MARK).exists():
        raise SystemExit(f"{out} holds something else than a tour; name an empty folder.")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(mode=0o700, parents=True)  # the passphrase of the tour's vault will be in it
    (out / MARK).write_bytes(b"{}")


def ground_in(out: Path) -> Ground:
    """Stand before the vault of a tour."""
    return lay_ground(PROFILE, out / "home", FolderStore(out / "home" / "outside"))


@dataclass(slots=True)
class Files:
    """The dialogs for files, as the tour's person answers them."""

    out: Path
    saved: Path = field(default_factory=Path)

    def where(self, _parent: object, suggested: str, _kinds: str, then: Callable[[Path], None]) -> None:
        """Save beside the pictures."""
        self.saved = self.out / suggested
        then(self.saved)

    def which(self, _parent: object, _kinds: str, then: Callable[[Path], None]) -> None:
        """Choose what was saved last."""
        then(self.saved)

    def folder(self, _parent: object, _start: Path | None, then: Callable[[Path], None]) -> None:
        """Choose a folder beside the pictures."""
        chosen = self.out / "payments"
        chosen.mkdir(exist_ok=True)
        then(chosen)


@dataclass(slots=True)
class Notes:
    """What the tour found: becomes ``tour.json``."""

    lang: str
    theme: str
    steps: list[dict[str, object]] = field(default_factory=list)
    outcome: dict[str, object] = field(default_factory=dict)
    error: str = ""
