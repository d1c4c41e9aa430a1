"""What vetting came to: the verdict first, then what was found, then what to ask before paying."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.check import AccountLines, CheckState, FindingLine
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import Card, Chip, Divider, PlainLabel, Variant

_TONES: Final = {"ok": Tone.OK, "warn": Tone.WARN, "danger": Tone.DANGER, "neutral": Tone.NEUTRAL}


class ResultPanel(QWidget):
    """Show the outcome; it is made anew when it changes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the empty panel."""
        super().__init__(parent)
        self.setObjectName("check.result")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._body: QWidget | None = None
        self._shown: CheckState | None = None

    def show_state(self, state: CheckState) -> None:
        """Show the state."""
        if state == self._shown:
            return
        self._shown = state
        if self._body is not None:
            self._column.removeWidget(self._body)
            self._body.hide()
            self._body.deleteLater()
        self._body = _body(state)
        self._column.addWidget(self._body)


def _body(state: CheckState) -> QWidget:
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.L)
    column.addWidget(_verdict(state))
    facts = _facts(state) if state.accounts or state.summary or state.names or state.amounts else None
    if facts is not None and not state.findings:
        column.addWidget(facts)
    if state.findings:
        column.addWidget(_findings(state))
    if state.questions:
        card = Card(_("What to ask before you pay"), icon="question")
        card.add_points(state.questions)
        column.addWidget(card)
    if facts is not None and state.findings:
        column.addWidget(facts)
    return body


def _verdict(state: CheckState) -> QWidget:
    if not state.heading:
        card = Card(_("What this can tell you"), icon="info")
        if state.reason:
            words = PlainLabel(state.reason)
            words.setObjectName("check.hint")
            card.add(words)
            return card
        card.add_points(
            (
                _("Whether an account number is well formed, which bank and country it belongs to."),
                _("Whether a name or a message hides something, or speaks as cheats do."),
                _("What to ask before you pay."),
            )
        )
        card.add(PlainLabel(_("Nothing you enter here is kept or sent anywhere."), Variant.MUTED))
        return card
    card = Card(state.heading, tone=_TONES[state.tone])
    if card.title_label is not None:
        card.title_label.setObjectName("check.verdict")
    card.add(PlainLabel(state.subject, Variant.LABEL))
    if state.reason:
        reason = PlainLabel(state.reason, Variant.STRONG)
        reason.setObjectName("check.reason")
        card.add(reason)
    card.add(PlainLabel(state.lead))
    return card


def _facts(state: CheckState) -> QWidget:
    card = Card(_("What was read"), icon="document")
    for line in state.summary:
        card.add(PlainLabel(line, Variant.STRONG))
    for place, account in enumerate(state.accounts):
        if place or state.summary:
            card.add(Divider())
        _add_account(card, account)
    for title, values in ((_("Name"), state.names), (_("Amount"), state.amounts)):
        for value in values:
            card.add(PlainLabel(title, Variant.CAPTION))
            card.add(PlainLabel(value, Variant.STRONG))
    return card


def _add_account(card: Card, account: AccountLines) -> None:
    number = PlainLabel(account.number, Variant.LEAD, ltr=True, selectable=True)
    number.setObjectName("check.account")
    card.add(number)
    for text in (account.place, account.checked, account.rails):
        if text:
            card.add(PlainLabel(text, Variant.MUTED))


def _findings(state: CheckState) -> QWidget:
    card = Card(_("What was found"), icon="search")
    card.body.setSpacing(Space.M)
    for place, found in enumerate(state.findings):
        if place:
            card.add(Divider())
        card.add(_finding(found))
    if state.more:
        card.add(PlainLabel(state.more, Variant.MUTED))
    return card


def _finding(found: FindingLine) -> QWidget:
    row = QWidget()
    column = QVBoxLayout(row)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.XS)
    top = QHBoxLayout()
    top.setSpacing(Space.S)
    top.addWidget(Chip(found.word, _TONES[found.tone]))
    if found.place:
        top.addWidget(PlainLabel(found.place, Variant.CAPTION), 0, Qt.AlignmentFlag.AlignVCenter)
    top.addStretch(1)
    column.addLayout(top)
    column.addWidget(PlainLabel(found.text))
    return row
