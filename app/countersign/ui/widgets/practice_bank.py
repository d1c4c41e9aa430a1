"""The practice bank's portal and app as a card: buttons for what a person would do there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.presentation.carry import CarryPanel
from countersign.presentation.carry_practice import PracticeState
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets.buttons import KitButton, QuietButton
from countersign.ui.widgets.cards import Card
from countersign.ui.widgets.flow_layout import FlowLayout
from countersign.ui.widgets.labels import PlainLabel, Variant
from countersign.ui.widgets.refill import refill


class PracticeBankCard(Card):
    """Show what the practice bank shows, and press there."""

    def __init__(self, name: str, panel: Callable[[], CarryPanel | None]) -> None:
        """Make the card.

        Args:
            name: Begins the names of its widgets.
            panel: Gives the presenter.
        """
        super().__init__(_("Practice: at the bank"), tone=Tone.INFO, icon="practice")
        self.setObjectName(f"{name}.practice")
        self._name, self._panel = name, panel
        self._made = False

    def _make(self) -> None:
        """Make the parts, once something is carried to the practice bank."""
        self._made, name = True, self._name
        self.lead = PlainLabel("", Variant.MUTED)
        self.add(self.lead)
        holder = QWidget()
        self._lines = QVBoxLayout(holder)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(Space.XS)
        self._shown: tuple[str, ...] = ()
        self.add(holder)
        self.reference = PlainLabel("", Variant.STRONG, selectable=True, ltr=True)
        self.reference.setObjectName(f"{name}.practice.reference")
        self.add(self.reference)
        self.problem = PlainLabel("", ink="danger")
        self.problem.setObjectName(f"{name}.practice.problem")
        self.add(self.problem)
        row = QWidget()
        flow = FlowLayout(row, Space.S)
        self.buttons: dict[str, KitButton] = {
            "upload": QuietButton(_("Upload at the practice bank's portal"), icon="arrow-up"),
            "release": QuietButton(_("Release it there"), icon="check"),
            "type": QuietButton(_("Type it into the practice bank's app"), icon="mobile"),
            "confirm": QuietButton(_("Confirm in the app"), icon="check"),
            "report": QuietButton(_("Download the status report"), icon="download"),
            "statement": QuietButton(_("Download the statement"), icon="download"),
        }
        acts: dict[str, Callable[[CarryPanel], None]] = {
            "upload": CarryPanel.upload,
            "release": lambda found: found.practice.release(),
            "type": CarryPanel.type_in_app,
            "confirm": lambda found: found.practice.confirm_in_app(),
            "report": lambda found: found.practice.fetch_report(),
            "statement": CarryPanel.fetch_statement,
        }
        for key, button in self.buttons.items():
            button.setObjectName(f"{name}.practice.{key}")
            button.enter_presses = False
            button.activated.connect(lambda act=acts[key]: self._act(act))
            flow.addWidget(button)
        self.add(row)

    def show_state(self, state: PracticeState | None) -> None:
        """Show the card of a practice world; nothing at a real bank."""
        self.setVisible(state is not None)
        if state is None:
            return
        if not self._made:
            self._make()
        self.lead.setText(state.lead)
        lines = (*state.lines, state.busy) if state.busy else state.lines
        if lines != self._shown:
            self._shown = lines
            refill(self._lines, (PlainLabel(line) for line in lines))
        self.reference.setText(state.reference)
        self.reference.setVisible(bool(state.reference))
        self.problem.setText(state.problem)
        self.problem.setVisible(bool(state.problem))
        for key, button in self.buttons.items():
            button.setVisible(key in state.buttons)

    def _act(self, act: Callable[[CarryPanel], None]) -> None:
        panel = self._panel()
        if panel is not None:
            act(panel)
