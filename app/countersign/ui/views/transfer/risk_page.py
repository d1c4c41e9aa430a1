"""Step 4 on screen: an interruption with its one question, a halt, or the reasons with the last payments."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.transfer import TransferPresenter, TransferState
from countersign.presentation.transfer_interventions import HaltState, InterruptionState
from countersign.presentation.transfer_risk import RiskState
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.views.transfer.chart_card import ChartCard
from countersign.ui.views.transfer.step_page import StepPage
from countersign.ui.widgets import (
    Card,
    Choice,
    ChoiceCards,
    Field,
    InterruptionPanel,
    KitButton,
    PlainLabel,
    PrimaryButton,
    SafeButton,
    Variant,
)
from countersign.ui.widgets.refill import empty


class RiskPage(StepPage):
    """Show what the check found."""

    def __init__(self, presenter: TransferPresenter) -> None:
        """Make the page."""
        super().__init__("risk")
        self._presenter = presenter
        self._asked: InterruptionState | None = None
        self._halted: HaltState | None = None
        self._special: QWidget | None = None
        self._question: Field | None = None
        self._filled: tuple[str, ...] = ()
        self._found = QWidget()
        self._cards = QVBoxLayout(self._found)
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(Space.L)
        self.add(self._found)
        self.chart = ChartCard("transfer.risk")
        self.add_aside(self.chart)
        self.back = SafeButton(_("Back"))
        self.back.setObjectName("transfer.risk.back")
        self.back.activated.connect(presenter.back)
        self.go_on = PrimaryButton(_("Go on to the review"))
        self.go_on.setObjectName("transfer.risk.continue")
        self.go_on.activated.connect(presenter.risk.go_on)
        self._bar = self.set_actions(self.back, self.go_on)

    def show_step(self, state: TransferState, page: RiskState) -> None:
        """Show the state."""
        self.show_frame(state)
        self._bar.set_note(self.note_for(state))
        special = page.interruption is not None or page.halt is not None
        self._bar.setVisible(not special)
        self.heading.setVisible(not special)
        self.lead.setVisible(not special)
        self._found.setVisible(not special)
        self.chart.show_chart(None if special else page.chart)
        self._show_special(page)
        if not special and self._filled != page.reasons:
            self._filled = page.reasons
            self._fill(page)
        self.go_on.set_blocked(None if page.may_go_on else _("Answer the question first."))

    def _show_special(self, page: RiskState) -> None:
        asked, halt = page.interruption, page.halt
        same_question = asked is not None and self._asked is not None and asked.code == self._asked.code
        if halt == self._halted and (asked is None) == (self._asked is None) and (asked is None or same_question):
            if asked is not None and self._question is not None:
                self._question.set_error(asked.fault)
            return
        self._asked, self._halted = asked, halt
        if self._special is not None:
            self._special.hide()
            self._special.deleteLater()
            self._special = None
        panel = self._interruption(asked) if asked is not None else self._halt(halt) if halt is not None else None
        if panel is not None:
            self._special = panel
            self.set_top(panel)
            panel.appear()

    def _interruption(self, asked: InterruptionState) -> InterruptionPanel:
        step = self._presenter.risk
        panel = InterruptionPanel(asked.icon, asked.heading, asked.paragraphs)
        panel.setObjectName(f"transfer.risk.interruption.{asked.code}")
        card = Card(asked.question)
        cards = ChoiceCards(asked.question, [Choice(item.value, item.title) for item in asked.answers])
        cards.setObjectName("transfer.risk.answers")
        for item in asked.answers:
            cards.card(item.value).setObjectName(f"transfer.risk.answer.{item.value}")
        cards.chosen.connect(step.pick)
        self._question = Field("", cards)
        card.add(self._question)
        panel.add(card)
        safe = PrimaryButton(asked.safe_action, icon="phone" if asked.code == "safe_account" else "call-back")
        safe.setObjectName("transfer.risk.safe")
        safe.activated.connect(step.safe_action)
        answer = SafeButton(_("This is my answer"))
        answer.setObjectName("transfer.risk.answer")
        answer.activated.connect(step.answer)
        panel.set_actions([safe, answer])
        return panel

    def _halt(self, halt: HaltState) -> InterruptionPanel:
        step = self._presenter.risk
        points = (*halt.points, halt.held) if halt.held else halt.points
        panel = InterruptionPanel(halt.icon, halt.heading, points)
        panel.setObjectName("transfer.risk.halt")
        actions: list[KitButton] = []
        if halt.offers_freeze:
            freeze = PrimaryButton(_("Stop all new payments"), icon="freeze")
            freeze.setObjectName("transfer.risk.freeze")
            freeze.activated.connect(step.freeze)
            actions.append(freeze)
        home = SafeButton(_("Leave it for now")) if actions else PrimaryButton(_("Leave it for now"))
        home.setObjectName("transfer.risk.home")
        home.activated.connect(step.go_home)
        actions.append(home)
        if halt.may_answer_again:
            again = SafeButton(_("Answer the question again") if halt.offers_freeze else _("I have called them"))
            again.setObjectName("transfer.risk.again")
            again.activated.connect(step.answer_again)
            actions.append(again)
        if not halt.held:
            change = SafeButton(_("Change the details"))
            change.setObjectName("transfer.risk.change")
            change.activated.connect(step.change_details)
            actions.append(change)
        panel.set_actions(actions)
        return panel

    def _fill(self, page: RiskState) -> None:
        empty(self._cards)
        if page.reasons:
            why = Card(_("What we noticed"), tone=Tone.WARN)
            why.add_points([*page.reasons, *((page.more,) if page.more else ())])
            self._cards.addWidget(why)
        if page.lowers:
            safer = Card(_("What would make it safer"), icon="shield-check")
            safer.add_points(page.lowers)
            self._cards.addWidget(safer)
        if page.confidence:
            self._cards.addWidget(PlainLabel(page.confidence, Variant.MUTED))
