"""Settings: language, theme, text size, lock time; and what this device is called when somebody checks a receipt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from countersign.application.ports.preferences import (
    LANGUAGES,
    LOCK_MINUTES,
    TEXT_PERCENTS,
    THEMES,
    Preferences,
    PreferencesStore,
)
from countersign.presentation.messages import _, ngettext

Option = tuple[str, str]

_NAMES_OF_LANGUAGES = {"en": "English", "zh_CN": "简体中文", "zh_TW": "繁體中文"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One setting: what can be chosen, as (value, text), and what is."""

    key: str
    label: str
    hint: str
    options: tuple[Option, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class SettingsState:
    """What the page shows."""

    heading: str
    choices: tuple[Choice, ...]
    fingerprint_label: str
    fingerprint: str
    fingerprint_hint: str
    protection: str
    frozen: str
    setup: str


class SettingsView(Protocol):
    """The page."""

    def show_state(self, state: SettingsState) -> None:
        """Show the state."""


def appearance_choices(preferences: Preferences) -> tuple[Choice, ...]:
    """Return the settings that can be made before there is a vault."""
    themes = {
        "system": _("As the system"),
        "light": _("Light"),
        "dark": _("Dark"),
        "high_contrast": _("High contrast"),
    }
    return (
        Choice(
            "language",
            _("Language"),
            "",
            tuple((tag, _NAMES_OF_LANGUAGES[tag]) for tag in LANGUAGES),
            preferences.language or "en",
        ),
        Choice("theme", _("Theme"), "", tuple((key, themes[key]) for key in THEMES), preferences.theme),
        Choice(
            "text_percent",
            _("Text size"),
            "",
            tuple((str(percent), f"{percent} %") for percent in TEXT_PERCENTS),
            str(preferences.text_percent),
        ),
    )


def with_choice(preferences: Preferences, key: str, value: str) -> Preferences:
    """Return preferences with one choice made; an unknown key or value changes nothing."""
    changed = {
        "language": lambda: replace(preferences, language=value) if value in LANGUAGES else preferences,
        "theme": lambda: replace(preferences, theme=value) if value in THEMES else preferences,
        "text_percent": lambda: _with_number(preferences, "text_percent", value, TEXT_PERCENTS),
        "lock_minutes": lambda: _with_number(preferences, "lock_minutes", value, LOCK_MINUTES),
    }
    return changed[key]() if key in changed else preferences


def _with_number(preferences: Preferences, key: str, value: str, offered: tuple[int, ...]) -> Preferences:
    number = next((item for item in offered if str(item) == value), None)
    if number is None:
        return preferences
    if key == "text_percent":
        return replace(preferences, text_percent=number)
    return replace(preferences, lock_minutes=number)


class SettingsPresenter:
    """Shows settings and keeps what is chosen, at once."""

    def __init__(
        self,
        store: PreferencesStore,
        view: SettingsView,
        changed: Callable[[Preferences], None],
        *,
        fingerprint: str,
        protection: str,
        frozen: str,
        open_setup: Callable[[], None],
    ) -> None:
        self._store, self._view, self._changed = store, view, changed
        self._fingerprint, self._protection, self._frozen = fingerprint, protection, frozen
        self.open_setup = open_setup
        self._preferences = store.load()

    def start(self) -> None:
        """Show the page."""
        self._render()

    def choose(self, key: str, value: str) -> None:
        """Keep a choice and have it take effect."""
        chosen = with_choice(self._preferences, key, value)
        if chosen == self._preferences:
            return
        self._preferences = chosen
        self._store.save(chosen)
        self._changed(chosen)
        self._render()

    def _render(self) -> None:
        minutes = tuple(
            (str(count), ngettext("{count} minute", "{count} minutes", count).format(count=count))
            for count in LOCK_MINUTES
        )
        lock = Choice(
            "lock_minutes",
            _("Lock after no activity for"),
            _("Five minutes at most: then the window goes blank and the keys are wiped."),
            minutes,
            str(self._preferences.lock_minutes),
        )
        groups = " ".join(self._fingerprint[place : place + 4] for place in range(0, len(self._fingerprint), 4))
        self._view.show_state(
            SettingsState(
                heading=_("Settings"),
                choices=(*appearance_choices(self._preferences), lock),
                fingerprint_label=_("Fingerprint of this device"),
                fingerprint=groups,
                fingerprint_hint=_("Whoever checks a receipt of yours needs it, from you and not from the receipt."),
                protection=self._protection,
                frozen=self._frozen,
                setup=_("Set-up"),
            )
        )


__all__ = [
    "Choice",
    "Preferences",
    "PreferencesStore",
    "SettingsPresenter",
    "SettingsState",
    "SettingsView",
    "appearance_choices",
    "with_choice",
]
