"""Stop a person in mid-stride, with a look that is used nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from countersign.ui.theme.look import look
from countersign.ui.theme.motion import fade_in
from countersign.ui.theme.tokens import Radius, Space
from countersign.ui.widgets.announcer import announce
from countersign.ui.widgets.buttons import KitButton
from countersign.ui.widgets.cards import IconView
from countersign.ui.widgets.flow_layout import FlowLayout
from countersign.ui.widgets.labels import PlainLabel, Variant
from countersign.ui.widgets.painting import follow_look, mirrored_rect, rounded


class InterruptionPanel(QFrame):
    """Say why the program stopped, on navy, in large type.

    Args:
        icon: picture of the kind of danger.
        heading: the point, in one sentence.
        paragraphs: what is happening and what to do.
        name: accessible name, the heading where empty.
    """

    def __init__(
        self,
        icon: str,
        heading: str,
        paragraphs: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(heading)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._words = " ".join((heading, *paragraphs))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(Space.XXL + 8, Space.XXL, Space.XXL, Space.XXL)
        outer.setSpacing(Space.L)
        row = QHBoxLayout()
        row.setSpacing(Space.XL)
        self.icon = IconView(icon, 44, "side_strong")
        row.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        self.body = QVBoxLayout()
        self.body.setSpacing(Space.M)
        self.heading = PlainLabel(heading, Variant.HEADING, ink="side_strong")
        self.body.addWidget(self.heading)
        for words in paragraphs:
            self.body.addWidget(PlainLabel(words, Variant.LEAD, ink="side_text"))
        row.addLayout(self.body, 1)
        outer.addLayout(row)
        self._actions = QWidget()
        self._action_row = FlowLayout(self._actions, Space.M)
        self._actions.hide()
        self.body.addSpacing(Space.XS)
        self.body.addWidget(self._actions)
        follow_look(self.update)

    def add(self, widget: QWidget) -> None:
        """Put a widget (a question, cards) under the words, above the buttons."""
        self.body.insertWidget(self.body.count() - 2, widget)

    def set_actions(self, actions: Sequence[KitButton]) -> None:
        """Set the buttons, the safe one first; they take the colours of the panel."""
        for action in actions:
            action.set_on_side(on_side=True)
            self._action_row.addWidget(action)
        self._actions.setVisible(bool(actions))

    def appear(self) -> None:
        """Show, take the focus and speak at once."""
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        fade_in(self)
        announce(self, self._words, assertive=True)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the navy ground and the amber edge."""
        colours = look().palette
        painter = QPainter(self)
        box = QRectF(self.rect())
        line = colours.side_focus if self.hasFocus() else colours.border_strong
        rounded(painter, box, Radius.CARD, colours.side, line, 2)
        stripe = mirrored_rect(self, QRectF(Space.M, Space.XL, 4, box.height() - 2 * Space.XL))
        rounded(painter, stripe, 2, colours.side_mark, None)
