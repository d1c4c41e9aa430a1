"""Preferences in a small file beside the vault. Nothing in it is secret, and nothing in it is trusted."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import orjson

from countersign.adapters.system.durable_file import write_durably
from countersign.application.ports.preferences import LANGUAGES, LOCK_MINUTES, TEXT_PERCENTS, THEMES, Preferences

_FILE = "preferences.json"

T = TypeVar("T")


class PreferencesFile:
    """Preferences of one profile."""

    def __init__(self, state: Path) -> None:
        """Keep them in the profile's ``state`` folder."""
        self._path = state / _FILE

    def load(self) -> Preferences:
        """Read them; whatever is missing or not on offer is the default."""
        try:
            found = orjson.loads(self._path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return Preferences()
        if not isinstance(found, dict):
            return Preferences()
        default = Preferences()
        return Preferences(
            language=_offered(found.get("language"), LANGUAGES, default.language),
            theme=_offered(found.get("theme"), THEMES, default.theme),
            text_percent=_offered(found.get("text_percent"), TEXT_PERCENTS, default.text_percent),
            lock_minutes=_offered(found.get("lock_minutes"), LOCK_MINUTES, default.lock_minutes),
        )

    def save(self, preferences: Preferences) -> None:
        """Keep them durably."""
        write_durably(
            self._path, orjson.dumps(asdict(preferences), option=orjson.OPT_INDENT_2), point="preferences.write"
        )


def _offered(value: object, offered: tuple[T, ...], default: T) -> T:
    return next((item for item in offered if item == value and type(item) is type(value)), default)
