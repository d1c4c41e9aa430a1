"""Several orders that are approved at once: totals, dots, what is left out, every item, and one phrase."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.inbox_state import Batch, BatchItem, Faults
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.views.inbox.batch_table import ItemsTable
from countersign.ui.views.inbox.forms import passphrase_field, phrase_row
from countersign.ui.widgets import Card, Divider, Field, LinkButton, PlainLabel, Variant
from countersign.ui.widgets.facts import facts_list
from countersign.ui.widgets.scatter import ScatterChart, ScatterDot
from countersign.ui.widgets.turns import in_turns

_AT_ONCE = 10
_MOST_LINES = 100


class BatchSheet(QWidget):
    """Show a selection before it is signed.

    Signals:
        opened(str): the person wants to see this order.
    """

    opened = Signal(str)

    def __init__(self, batch: Batch) -> None:
        """Make the sheet."""
        super().__init__()
        self.setAccessibleName(batch.heading)
        self.setObjectName("inbox.batch")
        self.on_screen = batch
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(Space.M)
        self._body.addWidget(PlainLabel(batch.heading, Variant.TITLE))
        self._body.addWidget(PlainLabel(batch.lead, Variant.MUTED))
        if batch.totals:
            self._body.addWidget(facts_list(batch.totals))
        if batch.looked:
            self._body.addWidget(PlainLabel(_("Who was shown this list"), Variant.STRONG))
            self._body.addWidget(facts_list(batch.looked))
        if batch.excluded:
            self._body.addWidget(self._excluded(batch))
        for chart in batch.charts:
            dots = [ScatterDot(dot.value, dot.payee, dot.text, dot.outlier) for dot in chart.dots]
            headers = (_("Payee"), _("Amount"))
            self._body.addWidget(ScatterChart(chart.title, chart.sentence, dots, headers=headers))
        if batch.items:
            self._body.addWidget(PlainLabel(_("All that is signed"), Variant.STRONG))
            self._body.addWidget(self._items(batch.items, "inbox.batch.open"))
        if batch.liquidity:
            self._body.addWidget(PlainLabel(_("The accounts after it"), Variant.STRONG))
            self._body.addWidget(facts_list(batch.liquidity))
        self.passphrase = passphrase_field()
        self.field = Field(
            _("Passphrase of your vault"),
            self.passphrase,
            hint=_("It shows that it is you who signs. It is checked here and kept nowhere."),
        )
        if batch.phrase:
            self._body.addWidget(PlainLabel(_("Fingerprint of them all"), Variant.STRONG))
            self._body.addWidget(phrase_row(batch.phrase))
            self._body.addWidget(self.field)
        else:
            self.field.hide()
        self._body.addStretch(1)

    def _excluded(self, batch: Batch) -> QWidget:
        card = Card(batch.excluded, tone=Tone.WARN, padding=Space.L)
        card.setObjectName("inbox.batch.excluded")
        card.add(self._items(batch.flagged, "inbox.batch.flagged"))
        return card

    def _items(self, items: tuple[BatchItem, ...], prefix: str) -> QWidget:
        """Return a line for each, some in every turn; of very many a table, which makes only those in sight."""
        if len(items) > _MOST_LINES:
            table = ItemsTable(items)
            table.setObjectName(prefix)
            table.opened.connect(self.opened)
            return table
        holder = QWidget()
        body = QVBoxLayout(holder)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(Space.XS)

        def add(start: int) -> None:
            for place in range(start, min(start + _AT_ONCE, len(items))):
                if place:
                    body.addWidget(Divider())
                body.addWidget(self._item(items[place], f"{prefix}.{place}"))

        add(0)
        in_turns(holder, (partial(add, start) for start in range(_AT_ONCE, len(items), _AT_ONCE)))
        return holder

    def _item(self, item: BatchItem, name: str) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.M)
        words = QVBoxLayout()
        words.setSpacing(0)
        link = LinkButton(item.payee, name=_("Open: {amount} to {payee}").format(amount=item.amount, payee=item.payee))
        link.setObjectName(name)
        link.activated.connect(partial(self.opened.emit, item.order))
        words.addWidget(link)
        words.addWidget(PlainLabel(item.account, Variant.CAPTION, ltr=True))
        line.addLayout(words, 1)
        line.addWidget(PlainLabel(item.amount, Variant.STRONG, wrap=False, ltr=True))
        return row

    def show_faults(self, faults: Faults) -> None:
        """Say what is wrong, and go there."""
        self.field.set_error(faults.passphrase)
        if faults.passphrase:
            self.passphrase.setFocus()
