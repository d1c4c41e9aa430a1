"""The page of payments that are kept to be repeated."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.inbox_state import Fact
from countersign.presentation.messages import _
from countersign.presentation.templates import TemplateCard, TemplatesPresenter, TemplatesState
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    Banner,
    Card,
    EmptyState,
    LinkButton,
    PlainLabel,
    QuietButton,
    SafeButton,
    ScrollPage,
    Variant,
)
from countersign.ui.widgets.facts import facts_list
from countersign.ui.widgets.page import FORM_WIDTH
from countersign.ui.widgets.refill import empty


class TemplatesPage(ScrollPage):
    """Show the state."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        lead = _("Each is a new transfer: the name is checked again and the risk judged anew.")
        super().__init__(_("Repeat a payment"), lead, parent, max_width=FORM_WIDTH)
        self.setObjectName("templates.page")
        self._presenter: TemplatesPresenter | None = None
        self._shown: TemplatesState | None = None
        self.problem = Banner(Tone.WARN, _("That did not work"))
        self.problem.hide()
        self.add(self.problem)
        text = _("Open a payment under History and choose “Use again”: then it is kept here.")
        self.empty = EmptyState("document", _("Nothing is kept yet"), text)
        self.empty.hide()
        self.add(self.empty)
        self._list = QWidget()
        self._body = QVBoxLayout(self._list)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(Space.L)
        self.add(self._list)
        leave = SafeButton(_("Go back"))
        leave.setObjectName("templates.leave")
        leave.activated.connect(self._leave)
        self.set_actions(leave, None)

    def attach(self, presenter: TemplatesPresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start()

    def show_state(self, state: TemplatesState) -> None:
        """Show the state."""
        before, self._shown = self._shown, state
        self.problem.set_text(_("That did not work"), state.problem)
        self.problem.setVisible(bool(state.problem))
        self.empty.setVisible(state.loaded and not state.cards)
        if before is not None and before.cards == state.cards:
            return
        empty(self._body)
        for place, card in enumerate(state.cards):
            self._body.addWidget(self._card(card, place))

    def _card(self, shown: TemplateCard, place: int) -> Card:
        card = Card(shown.payee, padding=Space.L)
        card.setObjectName(f"templates.card.{place}")
        line = QHBoxLayout()
        line.addWidget(PlainLabel(shown.account, Variant.MUTED, ltr=True), 1)
        line.addWidget(PlainLabel(shown.amount, Variant.STRONG, wrap=False, ltr=True))
        card.body.addLayout(line)
        if shown.reference:
            card.add(PlainLabel(shown.reference))
        card.add(PlainLabel(shown.last, Variant.MUTED))
        card.add(facts_list([Fact(_("Since then"), text, tone) for text, tone in shown.changes]))
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.M)
        name = _("Begin a transfer to {payee}").format(payee=shown.payee)
        use = QuietButton(_("Begin a transfer"), icon="send", name=name)
        use.setObjectName(f"templates.use.{place}")
        use.set_blocked(shown.blocked)
        use.activated.connect(partial(self._use, shown.template))
        drop = LinkButton(_("Keep it no longer"), name=_("Keep it no longer: {payee}").format(payee=shown.payee))
        drop.setObjectName(f"templates.drop.{place}")
        drop.activated.connect(partial(self._drop, shown.template))
        buttons.addWidget(use)
        buttons.addWidget(drop)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        return card

    def _use(self, template: str) -> None:
        if self._presenter is not None:
            self._presenter.use(template)

    def _drop(self, template: str) -> None:
        if self._presenter is not None:
            self._presenter.drop(template)

    def _leave(self) -> None:
        if self._presenter is not None:
            self._presenter.leave()
