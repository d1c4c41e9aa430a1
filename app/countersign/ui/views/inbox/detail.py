"""One order of the inbox: what changed leads, then the evidence, the rules, who signed, and what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.presentation.inbox_state import ChipWords, Detail, Fact
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.views.inbox.changes import ChangeTable
from countersign.ui.widgets import (
    Banner,
    Bar,
    BarChart,
    Card,
    Chip,
    Divider,
    FlowLayout,
    PlainLabel,
    QuietButton,
    Variant,
)
from countersign.ui.widgets.facts import facts_list
from countersign.ui.widgets.turns import in_turns
from countersign.ui.widgets.work_page import button_row


class DetailContent(QWidget):
    """Lay out one order; what is further down is made a turn later, so that the top is there at once."""

    def __init__(self, detail: Detail, documents: Callable[[str], QWidget] | None = None) -> None:
        """Make the content; ``documents`` makes the card with an order's documents."""
        super().__init__()
        self.setObjectName("inbox.detail")
        self._detail, self._documents = detail, documents
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(Space.S)
        self._body.addWidget(PlainLabel(detail.payee, Variant.TITLE))
        self.amount = PlainLabel(detail.amount, Variant.DISPLAY, ltr=True)
        self.amount.setObjectName("inbox.amount")
        self._body.addWidget(self.amount)
        self._body.addWidget(PlainLabel(detail.words, Variant.MUTED))
        if detail.chips:
            self._body.addWidget(chips_row(detail.chips))
        if detail.warning:
            self._body.addWidget(Banner(Tone.DANGER, _("Look at this first"), detail.warning))
        self._body.addSpacing(Space.XS)
        title = PlainLabel(detail.changes.title, Variant.STRONG)
        title.setObjectName("inbox.changes.title")
        self._body.addWidget(title)
        self._body.addWidget(ChangeTable(detail.changes))
        self.batch = QuietButton(_("Show the payments of its batch"), icon="document")
        self.batch.setObjectName("inbox.batch_of_order")
        self.page = QuietButton(_("Open its page"), icon="external")
        self.page.setObjectName("inbox.page_of_order")
        self.code = QuietButton(_("Show as a code"), icon="qr")
        self.code.setObjectName("inbox.code_of_order")
        in_turns(self, (self._chart, self._why, self._who, self._end))

    def _chart(self) -> None:
        chart = self._detail.chart
        if chart is None:
            return
        bars = [Bar(bar.value, bar.label, bar.text, bar.highlight) for bar in chart.bars]
        usual = not any(chip.tone in {"warn", "danger"} for chip in self._detail.chips)
        tone, headers = Tone.INFO if usual else Tone.WARN, (_("Payment"), _("Amount"))
        self._body.addSpacing(Space.S)
        self._body.addWidget(BarChart(chart.title, chart.sentence, bars, headers=headers, tone=tone))

    def _why(self) -> None:
        self._section(_("Evidence"), facts=self._detail.evidence)
        if self._detail.documents and self._documents is not None:
            self._body.addSpacing(Space.S)
            self._body.addWidget(self._documents(self._detail.order))
        self._section(_("Why the risk check spoke up"), points=self._detail.reasons)

    def _who(self) -> None:
        self._section(_("Rules that apply"), points=self._detail.rules)
        self._section(_("Signed by"), facts=self._detail.signed)
        self._section(_("What is missing"), points=self._detail.missing)

    def _end(self) -> None:
        self._section(_("The account after it"), facts=self._detail.liquidity)
        self._section(_("Looked at by"), facts=self._detail.opened)
        self._body.addWidget(button_row((self.page, self.code, self.batch)))
        self._body.addStretch(1)

    def _section(self, title: str, *, facts: Sequence[Fact] = (), points: Sequence[str] = ()) -> None:
        if not facts and not points:
            return
        self._body.addSpacing(Space.S)
        self._body.addWidget(Divider())
        self._body.addWidget(PlainLabel(title, Variant.STRONG))
        if facts:
            self._body.addWidget(facts_list(facts))
        if points:
            holder = Points(points)
            self._body.addWidget(holder)


class Points(Card):
    """Short sentences with bullets, without a ground of their own."""

    def __init__(self, points: Sequence[str]) -> None:
        """Make the list."""
        super().__init__()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(Space.XS)
        self.add_points(points)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw nothing: the pane is the ground."""


def chips_row(chips: Sequence[ChipWords]) -> QWidget:
    """Return chips in lines."""
    holder = QWidget()
    row = FlowLayout(holder, Space.S)
    for chip in chips:
        row.addWidget(Chip(chip.text, Tone(chip.tone)))
    return holder
