"""The last payments and this one, on a card."""

from __future__ import annotations

from countersign.presentation.messages import _
from countersign.presentation.transfer_risk_texts import ChartState
from countersign.ui.widgets import Bar, BarChart, Card


class ChartCard(Card):
    """Show the chart of a state."""

    def __init__(self, name: str) -> None:
        """Make the card; ``name`` begins the names of its widgets."""
        super().__init__()
        self.chart = BarChart("", "", headers=(_("Payment"), _("Amount")))
        self.chart.setObjectName(f"{name}.chart")
        self.chart.toggle.setObjectName(f"{name}.chart.table")
        self.add(self.chart)
        self._shown: ChartState | None = None

    def show_chart(self, state: ChartState | None) -> None:
        """Show a chart; hide where there is none."""
        self.setVisible(state is not None)
        if state is None or state == self._shown:
            return
        self._shown = state
        self.chart.title_label.setText(state.title)
        self.chart.title_label.setVisible(True)
        bars = [Bar(bar.value, bar.label, bar.text, bar.highlight) for bar in state.bars]
        self.chart.set_bars(bars, state.sentence, usual=state.usual)
