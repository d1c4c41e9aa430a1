"""Language, theme and text size in a card: for whoever has no vault yet."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from countersign.presentation.messages import _
from countersign.presentation.settings import Preferences, PreferencesStore, appearance_choices, with_choice
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets import Card, Field, SelectField


class AppearanceCard(Card):
    """Show the choices; each takes effect at once."""

    def __init__(
        self, store: PreferencesStore, changed: Callable[[Preferences], None], parent: QWidget | None = None
    ) -> None:
        """Make the card."""
        super().__init__(_("Language and looks"), parent)
        self._store, self._changed = store, changed
        self.body.setSpacing(Space.M)
        for choice in appearance_choices(store.load()):
            select = SelectField(choice.label, options=list(choice.options))
            select.setObjectName(f"appearance.{choice.key}")
            select.set_value(choice.chosen)
            select.chosen.connect(partial(self._choose, choice.key))
            self.add(Field(choice.label, select))

    def _choose(self, key: str, value: str) -> None:
        chosen = with_choice(self._store.load(), key, value)
        self._store.save(chosen)
        self._changed(chosen)
