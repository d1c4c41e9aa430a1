"""What a tour finds, and the dialogs as its person answers them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


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
