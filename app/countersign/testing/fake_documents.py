"""Documents in memory: those of a vault, and the files that they come from and are opened as."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from countersign.domain.documents import require_size
from countersign.domain.errors import UserFacingError


class MemoryDocuments:
    """The documents of a vault in memory: for good, and for drafts."""

    @cached_property
    def documents(self) -> dict[str, bytes]:
        """Those that are kept for good, by their SHA-256."""
        return {}

    @cached_property
    def drafted(self) -> dict[tuple[str, str], bytes]:
        """Those of drafts."""
        return {}

    def keep_blob(self, data: bytes) -> str:
        """Keep a document."""
        named = hashlib.sha256(data).hexdigest()
        self.documents[named] = data
        return named

    def blob(self, sha256: str) -> bytes | None:
        """Return a kept document."""
        return self.documents.get(sha256)

    def keep_for_draft(self, draft: str, data: bytes) -> str:
        """Keep a document for a draft."""
        named = hashlib.sha256(data).hexdigest()
        self.drafted[draft, named] = data
        return named

    def drop_of_draft(self, draft: str, sha256: str) -> None:
        """Erase a draft's document."""
        self.drafted.pop((draft, sha256), None)

    def forget_draft(self, draft: str) -> None:
        """Erase all of a draft's documents."""
        for name in [name for name in self.drafted if name[0] == draft]:
            del self.drafted[name]

    def hand_on_document(self, draft: str, sha256: str) -> bool:
        """Keep a draft's document for good."""
        if (draft, sha256) in self.drafted:
            self.documents.setdefault(sha256, self.drafted[draft, sha256])
        return sha256 in self.documents

    def take_up_document(self, draft: str, sha256: str) -> bool:
        """Keep a document for a draft, too."""
        if sha256 in self.documents:
            self.drafted.setdefault((draft, sha256), self.documents[sha256])
        return sha256 in self.documents

    def documents_here(self, names: Sequence[str]) -> frozenset[str]:
        """Return those that are kept for good."""
        return frozenset(name for name in names if name in self.documents)


@dataclass(slots=True)
class ScriptedFiles:
    """Implements ``DocumentFiles`` without a disk.

    Attributes:
        files: What can be read, by path; anything else can't.
        copies: What was laid out for a viewer and is still there.
        saved: What a person saved, by path.
        cleared: How often the copies were taken away.
        unwritable: Set to play a full disk.
    """

    files: dict[Path, bytes] = field(default_factory=dict)
    copies: dict[Path, bytes] = field(default_factory=dict)
    saved: dict[Path, bytes] = field(default_factory=dict)
    cleared: int = 0
    unwritable: bool = False

    def read(self, path: Path, stopped: Callable[[], bool]) -> bytes:
        """Read a file."""
        if stopped():
            raise UserFacingError("document.stopped")
        if path not in self.files:
            raise UserFacingError("document.unreadable")
        require_size(len(self.files[path]))
        return self.files[path]

    def lay_out(self, name: str, data: bytes) -> Path:
        """Put a copy where a viewer finds it."""
        if self.unwritable:
            raise UserFacingError("document.unwritable")
        path = Path("private") / str(len(self.copies)) / name
        self.copies[path] = data
        return path

    def save(self, path: Path, data: bytes) -> None:
        """Write a copy for the person."""
        if self.unwritable:
            raise UserFacingError("document.unwritable")
        self.saved[path] = data

    def clear(self) -> None:
        """Take the copies away."""
        self.copies.clear()
        self.cleared += 1
