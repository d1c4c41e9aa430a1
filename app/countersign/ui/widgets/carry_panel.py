"""Carrying a payment to the bank: the file or the fields, what to compare, and saying what was done.

Used by the transfer's last step and by the order's page; ``practice`` is for the page's second column.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.presentation.carry import CarryPanel, CarryState, Proof
from countersign.presentation.carry_practice import PracticeState
from countersign.presentation.carry_words import CopyField
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets.advice_list import AdviceList
from countersign.ui.widgets.buttons import DangerButton, KitButton, PrimaryButton, QuietButton, SafeButton
from countersign.ui.widgets.cards import Banner, Card
from countersign.ui.widgets.choices import Choice, ChoiceCards
from countersign.ui.widgets.clipboard_guard import ClipboardGuard
from countersign.ui.widgets.copy_rows import CopyRows
from countersign.ui.widgets.fields import Field, TextField
from countersign.ui.widgets.flow_layout import FlowLayout
from countersign.ui.widgets.interruption import InterruptionPanel
from countersign.ui.widgets.labels import PlainLabel, Variant
from countersign.ui.widgets.practice_bank import PracticeBankCard
from countersign.ui.widgets.refill import refill
from countersign.ui.widgets.turns import in_turns

_FIELD_WIDTH = 420


class CarryView(QWidget):
    """Show one panel's state."""

    def __init__(self, name: str, panel: Callable[[], CarryPanel | None]) -> None:
        """Make the view.

        Args:
            name: Begins the names of its widgets.
            panel: Gives the presenter whose state is shown.
        """
        super().__init__()
        self._name, self._panel = name, panel
        self._questions: dict[str, ChoiceCards] = {}
        self.guard = ClipboardGuard(self)
        self.guard.held.connect(self._held)
        self.guard.differs.connect(self._differs)
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(Space.L)
        self._copied: list[CopyRows] = []
        self._makers: dict[str, Callable[[], QWidget]] = {  # in the order of the page
            "problem": self._make_problem,
            "tampered": self._make_tampered,
            "file": self._make_file,
            "fields": self._make_fields,
            "steps": self._make_steps,
            "questions": self._make_questions,
            "advice": self._make_advice,
            "done": self._make_done,
            "sure": self._make_sure,
            "said": self._make_said,
        }
        self._parts: dict[str, QWidget] = {}
        self.practice = PracticeBankCard(name, panel)
        self._practice: PracticeState | None = None
        self._newest: CarryState | None = None
        self._coming = False
        self._shows = (self._show_first, self._show_fields, self._show_second, self._show_third)
        self.practice.hide()

    def _show(self, key: str, *, wanted: bool) -> bool:
        """Show or hide a part, made when it is first wanted; return whether it is wanted."""
        if wanted and key not in self._parts:
            before = list(self._makers)[: list(self._makers).index(key)]
            self._parts[key] = part = self._makers[key]()
            self._body.insertWidget(sum(other in self._parts for other in before), part)
        if key in self._parts:
            self._parts[key].setVisible(wanted)
        return wanted

    # — parts —

    def _make_problem(self) -> Banner:
        self.problem = Banner(Tone.WARN, _("That did not work"))
        self.problem.setObjectName(f"{self._name}.problem")
        self.problem.hide()
        return self.problem

    def _make_advice(self) -> AdviceList:
        self.advice = AdviceList()
        return self.advice

    def _make_tampered(self) -> InterruptionPanel:
        panel = self.tampered = InterruptionPanel(
            "warning",
            _("Stop: the clipboard no longer holds what you copied"),
            (
                _("Something on this computer put another text in its place. That is how accounts are swapped."),
                _("Paste nothing. Type it from this screen and compare every group, or leave it for another computer."),
            ),
        )
        panel.setObjectName(f"{self._name}.tampered")
        self._tampered_what = PlainLabel("", Variant.LEAD, ink="side_strong")
        panel.add(self._tampered_what)
        again = SafeButton(_("I copied something else myself: go on"))
        again.setObjectName(f"{self._name}.copy_again")
        again.enter_presses = False
        again.activated.connect(lambda: self._act(CarryPanel.copy_again))
        panel.set_actions([again])
        panel.hide()
        return panel

    def _make_fields(self) -> Card:
        card = Card(_("Copy into your bank's page"), icon="copy")
        card.add(
            PlainLabel(_("Half a second after each copy we look whether the clipboard still holds it."), Variant.MUTED)
        )
        self.rows = CopyRows(self._name, self._copy)
        self._copied.append(self.rows)
        card.add(self.rows)
        return card

    def _make_file(self) -> Card:
        card = Card(_("The payment file"), icon="document")
        self.file_rows = CopyRows(f"{self._name}.file", self._copy)
        self._copied.append(self.file_rows)
        card.add(self.file_rows)
        buttons = QWidget()
        row = FlowLayout(buttons, Space.M)
        self.open_folder = QuietButton(_("Open the folder"), icon="external")
        self._name_button(self.open_folder, "open_folder", CarryPanel.open_folder)
        row.addWidget(self.open_folder)
        card.add(buttons)
        return card

    def _make_steps(self) -> Card:
        card = Card(_("At your bank's portal"), icon="bank")
        holder = QWidget()
        self._steps = QVBoxLayout(holder)
        self._steps.setContentsMargins(0, 0, 0, 0)
        self._steps.setSpacing(Space.S)
        self._steps_shown: tuple[str, ...] = ()
        card.add(holder)
        card.add(PlainLabel(_("The portal should show exactly this:"), Variant.STRONG))
        self.expected = CopyRows(f"{self._name}.expected", self._copy)
        card.add(self.expected)
        return card

    def _make_questions(self) -> Card:
        card = Card(_("What does your bank's page show?"), icon="question")
        card.add(PlainLabel(_("Before you confirm there, compare, and say what you see."), Variant.MUTED))
        holder = QWidget()
        self._questions_body = QVBoxLayout(holder)
        self._questions_body.setContentsMargins(0, 0, 0, 0)
        self._questions_body.setSpacing(Space.M)
        card.add(holder)
        return card

    def _make_done(self) -> Card:
        card = Card(_("What did you do at your bank?"), icon="check-circle")
        self.reference = TextField(_("The bank's reference"))
        self.reference.setObjectName(f"{self._name}.reference")
        self.reference.setMaximumWidth(_FIELD_WIDTH)
        hint = _("If your bank shows one. It helps to find the payment again.")
        card.add(Field(_("The bank's reference, if there is one"), self.reference, hint=hint))
        self.reason = PlainLabel("", Variant.MUTED, ink="warn")
        self.reason.setObjectName(f"{self._name}.reason")
        card.add(self.reason)
        buttons = QWidget()
        row = FlowLayout(buttons, Space.M)
        self.not_done = SafeButton(_("I did not do it"))
        self._name_button(self.not_done, "not_done", CarryPanel.ask_not_done)
        self.handed_over = PrimaryButton(_("I have confirmed it in my bank's app"))
        self._name_button(self.handed_over, "handed_over", self._hand_over)
        self.handed_over.show_reason_in(self.reason)
        self.not_done.set_partner(self.handed_over)
        self.confirmed_anyway = DangerButton(_("I had confirmed it before I saw this"))
        self._name_button(self.confirmed_anyway, "confirmed_anyway", self._hand_over)
        for button in (self.not_done, self.handed_over, self.confirmed_anyway):
            row.addWidget(button)
        card.add(buttons)
        return card

    def _make_sure(self) -> Card:
        card = Card(_("Is it certain that nothing was confirmed at your bank?"), tone=Tone.WARN)
        card.setObjectName(f"{self._name}.not_done.question")
        card.add(
            PlainLabel(
                _("The order then ends and can never be sent. Where you are not certain, look at your bank first.")
            )
        )
        buttons = QWidget()
        row = FlowLayout(buttons, Space.M)
        keep = SafeButton(_("Leave it open"))
        self._name_button(keep, "not_done.keep", CarryPanel.keep_open)
        sure = PrimaryButton(_("Nothing was confirmed"))
        self._name_button(sure, "not_done.sure", CarryPanel.not_done)
        keep.set_partner(sure)
        row.addWidget(keep)
        row.addWidget(sure)
        card.add(buttons)
        card.hide()
        return card

    def _make_said(self) -> Card:
        card = Card(_("What your bank says"), icon="bank")
        self.said = PlainLabel("", Variant.LEAD)
        self.said.setObjectName(f"{self._name}.said")
        card.add(self.said)
        holder = QWidget()
        self._proofs = QVBoxLayout(holder)
        self._proofs.setContentsMargins(0, 0, 0, 0)
        self._proofs.setSpacing(Space.XS)
        self._proofs_shown: tuple[Proof, ...] = ()
        card.add(holder)
        buttons = QWidget()
        row = FlowLayout(buttons, Space.M)
        bring = PrimaryButton(_("Bring in a statement or status file"), icon="download")
        self._name_button(bring, "bring", CarryPanel.bring_in)
        proof = QuietButton(_("Keep a PDF or a picture of your bank's confirmation"), icon="document")
        self._name_button(proof, "proof", CarryPanel.add_proof)
        row.addWidget(bring)
        row.addWidget(proof)
        card.add(buttons)
        return card

    def _name_button(self, button: KitButton, key: str, act: Callable[[CarryPanel], None]) -> None:
        button.setObjectName(f"{self._name}.{key}")
        button.enter_presses = False
        button.activated.connect(lambda: self._act(act))

    # — what a person does —

    def _act(self, act: Callable[[CarryPanel], None]) -> None:
        panel = self._panel()
        if panel is not None:
            act(panel)

    def _hand_over(self, panel: CarryPanel) -> None:
        panel.handed_over(self.reference.text())

    def _copy(self, key: str, value: str) -> None:
        self._held("")
        self.guard.copy(key, value)

    def _held(self, key: str) -> None:
        for rows in self._copied:
            rows.show_copied(key)

    def _differs(self, key: str) -> None:
        self._act(lambda panel: panel.clipboard_changed(key))

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave nothing in the clipboard when the page is left."""
        self.guard.take_away()
        super().hideEvent(event)

    # — showing —

    def show_state(self, state: CarryState | None) -> None:
        """Show the state; nothing where nothing is carried."""
        self._practice = state.practice if state is not None else None
        if self._practice is None:
            self.practice.show_state(None)
        elif not self.isHidden():
            self._come_practice()
        self._newest = state
        if state is None:
            self.hide()
        elif not self.isHidden():
            for show in self._shows:
                show(state)
        elif not self._coming:
            self._coming = True
            in_turns(self, [*(partial(self._come, show) for show in self._shows), partial(self._arrive, state)])

    def _come(self, show: Callable[[CarryState], None]) -> None:
        """Make what is wanted while nothing of it is on screen: all at once would be felt."""
        if self._newest is not None:
            show(self._newest)

    def _come_practice(self) -> None:
        in_turns(self, [lambda: self.practice.show_state(self._practice)])  # all at once would be felt

    def _arrive(self, begun: CarryState) -> None:
        self._coming = False
        if self._newest is not None:
            self.show()  # last: parts that come to what is on screen are laid out one by one
            self._come_practice()
            if self._newest is not begun:
                self.show_state(self._newest)

    def _show_first(self, state: CarryState) -> None:
        self._show_problem(state.problem)
        self._show_tampered(state.tampered)
        if self._show("said", wanted=bool(state.said)):
            self.said.setText(state.lead)
            self._show_proofs(state.proofs)

    def _show_fields(self, state: CarryState) -> None:
        if self._show("fields", wanted=not state.said and not state.by_file):
            self.rows.set_fields(state.fields)

    def _show_second(self, state: CarryState) -> None:
        carried = not state.said and state.by_file
        self._show("steps", wanted=carried)
        if self._show("file", wanted=carried):
            self._show_file(state)

    def _show_third(self, state: CarryState) -> None:
        if self._show("questions", wanted=bool(state.questions)):
            self._show_questions(state)
        if self._show("advice", wanted=bool(state.advice)) or "advice" in self._parts:
            self.advice.show_advice(state.advice)
        if self._show("done", wanted=not state.said and not state.asks_not_done):
            self._show_done(state, by_file=state.by_file)
        self._show("sure", wanted=not state.said and state.asks_not_done)

    def _show_problem(self, text: str) -> None:
        hidden = "problem" not in self._parts or self.problem.isHidden()
        if self._show("problem", wanted=bool(text)):
            self.problem.set_text(_("That did not work"), text)
            if hidden:
                self.problem.appear()

    def _show_tampered(self, label: str) -> None:
        first = "tampered" not in self._parts
        hidden = first or self.tampered.isHidden()
        if first:
            self._show("tampered", wanted=True)  # before the others: Tab comes to it first
        if self._show("tampered", wanted=bool(label)):
            self._tampered_what.setText(_("It was: {label}").format(label=label))
            if hidden:
                self.tampered.appear()

    def _show_file(self, state: CarryState) -> None:
        file = state.file
        if file is None:
            return
        self.file_rows.set_fields(
            (
                CopyField("file_name", _("File"), file.name, file.name),
                CopyField("path", _("Folder"), file.folder, file.path, ltr=bool(file.path)),
                *(
                    [CopyField("sha256", _("Fingerprint of the file (SHA-256)"), file.digest, file.sha256)]
                    if file.path
                    else ()
                ),
            )
        )
        self.open_folder.setVisible(bool(file.path))
        self.expected.set_fields(state.fields)
        if state.steps != self._steps_shown:
            self._steps_shown = state.steps
            steps = enumerate(state.steps, 1)
            refill(
                self._steps,
                (PlainLabel(_("{number}. {step}").format(number=number, step=step)) for number, step in steps),
            )

    def _show_questions(self, state: CarryState) -> None:
        for question in state.questions:
            cards = self._questions.get(question.key)
            if cards is None:
                cards = ChoiceCards(
                    question.text, [Choice(item.value, item.title, item.text) for item in question.answers]
                )
                cards.setObjectName(f"{self._name}.question.{question.key}")
                cards.chosen.connect(lambda value, key=question.key: self._act(lambda panel: panel.answer(key, value)))
                self._questions[question.key] = cards
                self._questions_body.addWidget(PlainLabel(question.text, Variant.STRONG))
                self._questions_body.addWidget(cards)
            if (cards.value() or "") != question.chosen:
                cards.set_value(question.chosen or None)

    def _show_done(self, state: CarryState, *, by_file: bool) -> None:
        done = _("I have handed it over and released it") if by_file else _("I have confirmed it in my bank's app")
        self.handed_over.setText(done)
        stop = _("Your answers say that this should not be confirmed.") if state.stopped else ""
        blocked = _("The clipboard was changed. Look at that first.") if state.tampered else stop or state.unanswered
        self.handed_over.set_blocked(blocked or None)
        self.confirmed_anyway.setVisible(state.stopped)
        self.reason.setVisible(bool(stop))
        self.reason.setText(stop)

    def _show_proofs(self, proofs: tuple[Proof, ...]) -> None:
        if proofs == self._proofs_shown:
            return
        self._proofs_shown = proofs
        lines = []
        for place, proof in enumerate(proofs):
            label = PlainLabel(_("Kept: {name}").format(name=proof.name), Variant.STRONG)
            label.setObjectName(f"{self._name}.kept.{place}")
            lines += [label, PlainLabel(proof.detail, Variant.CAPTION, selectable=True)]
        refill(self._proofs, lines)
