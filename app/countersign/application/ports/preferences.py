"""What a person chooses about the program itself: needed before the vault is open, and no secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

LANGUAGES = ("en", "zh_CN", "zh_TW")
THEMES = ("system", "light", "dark", "high_contrast")
TEXT_PERCENTS = (90, 100, 115, 130, 150, 175, 200)
LOCK_MINUTES = (1, 2, 5)  # RTS (EU) 2018/389, Article 4(3)(d): five minutes without activity at most


@dataclass(frozen=True, slots=True)
class Preferences:
    """Looks and habits. ``language`` is empty until chosen: the system's own is taken then."""

    language: str = ""
    theme: str = "system"
    text_percent: int = 100
    lock_minutes: int = 5


class PreferencesStore(Protocol):
    """Where they are kept."""

    def load(self) -> Preferences:
        """Read them; a file that can't be read gives the defaults and is left alone until the next change."""

    def save(self, preferences: Preferences) -> None:
        """Keep them durably."""
