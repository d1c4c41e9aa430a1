"""The page of settings: each choice takes effect at once."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from countersign.presentation.messages import _
from countersign.presentation.settings import Choice, SettingsPresenter, SettingsState
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    Banner,
    Card,
    Field,
    PlainLabel,
    QuietButton,
    ScrollPage,
    SelectField,
    Variant,
)
from countersign.ui.widgets.turns import in_turns


class SettingsPage(ScrollPage):
    """Show every setting with its words; nothing to save."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__(_("Settings"), _("What you choose takes effect at once."), parent)
        self.setObjectName("settings.page")
        self._presenter: SettingsPresenter | None = None
        self._fields: dict[str, SelectField] = {}
        self._choices: dict[str, Choice] = {}
        self._looks = Card(_("Appearance"))
        self._looks.body.setSpacing(Space.L)
        self._safety = Card(_("Locking"))
        self._safety.body.setSpacing(Space.L)
        self._device = Card(_("This device"))
        self.add(self._looks)
        self.add(self._safety)
        self._frozen = Banner(Tone.WARN, _("Payments are stopped"))
        self._frozen.hide()
        self.add_aside(self._frozen)
        self.add_aside(self._device)
        self._fingerprint_label = PlainLabel("", Variant.LABEL)
        self._fingerprint = PlainLabel("", Variant.STRONG, selectable=True, ltr=True)
        self._fingerprint.setObjectName("settings.fingerprint")
        self._fingerprint_hint = PlainLabel("", Variant.MUTED)
        self._protection = PlainLabel("", Variant.MUTED)
        for label in (self._fingerprint_label, self._fingerprint, self._fingerprint_hint, self._protection):
            self._device.add(label)
        self._setup = QuietButton("", icon="settings")
        self._setup.setObjectName("settings.setup")
        self._setup.activated.connect(self._open_setup)
        self._device.body.addWidget(self._setup, 0, Qt.AlignmentFlag.AlignLeading)

    def attach(self, presenter: SettingsPresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        presenter.start()

    def show_state(self, state: SettingsState) -> None:
        """Show the state."""
        new = [choice.key for choice in state.choices if choice.key not in self._choices]
        self._choices = {choice.key: choice for choice in state.choices}
        for key in self._fields:
            self._show(self._choices[key])
        in_turns(self, [partial(self._show_newest, key) for key in new])  # all at once would be felt
        self._fingerprint_label.setText(state.fingerprint_label)
        self._fingerprint.setText(state.fingerprint)
        self._fingerprint_hint.setText(state.fingerprint_hint)
        self._protection.setText(state.protection)
        self._setup.setText(state.setup)
        self._frozen.set_text(_("Payments are stopped"), state.frozen)
        self._frozen.setVisible(bool(state.frozen))

    def _show_newest(self, key: str) -> None:
        self._show(self._choices[key])

    def _show(self, choice: Choice) -> None:
        select = self._fields.get(choice.key)
        if select is None:
            select = SelectField(choice.label, options=list(choice.options))
            select.setObjectName(f"settings.{choice.key}")
            self._fields[choice.key] = select
            card = self._safety if choice.key == "lock_minutes" else self._looks
            card.add(Field(choice.label, select, hint=choice.hint))
            select.set_value(choice.chosen)
            select.chosen.connect(partial(self._choose, choice.key))
        elif select.value() != choice.chosen:
            select.set_value(choice.chosen)

    def _open_setup(self) -> None:
        if self._presenter is not None:
            self._presenter.open_setup()

    def _choose(self, key: str, value: str) -> None:
        if self._presenter is not None:
            self._presenter.choose(key, value)
