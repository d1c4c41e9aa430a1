"""One list that was begun, with what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.batch_state import KeptRow
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets import LinkButton, PlainLabel, QuietButton, Variant


def kept_row(row: KeptRow, place: int, go_on: Callable[[str], None], put_away: Callable[[str], None]) -> QWidget:
    """Make the row; both are called with the batch."""
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(Space.M)
    words = QVBoxLayout()
    words.setSpacing(Space.XS)
    words.addWidget(PlainLabel(row.name, Variant.STRONG))
    words.addWidget(PlainLabel(row.text, Variant.MUTED))
    line.addLayout(words, 1)
    away = LinkButton(_("Put away"), name=_("Put away: {name}").format(name=row.name))
    away.setObjectName(f"batch.away.{place}")
    away.activated.connect(partial(put_away, row.batch))
    line.addWidget(away)
    on = QuietButton(_("Go on"), name=_("Go on: {name}").format(name=row.name))
    on.setObjectName(f"batch.on.{place}")
    on.activated.connect(partial(go_on, row.batch))
    line.addWidget(on)
    return holder
