"""What a bank asks before it pays or cancels: password, method, code. Used by the transfer and by the order's page.

The code is sent by the panel's own button and by nothing else; Enter in the field does not send it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.transfer_confirm import Bound, Phase, ScaPanel, ScaState
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets.announcer import announce
from countersign.ui.widgets.buttons import KitButton, PrimaryButton, QuietButton, SafeButton
from countersign.ui.widgets.cards import Banner, Card
from countersign.ui.widgets.choices import Choice, ChoiceCards
from countersign.ui.widgets.fields import Field
from countersign.ui.widgets.flow_layout import FlowLayout
from countersign.ui.widgets.labels import PlainLabel, Variant
from countersign.ui.widgets.money_fields import OtpField, SecretField
from countersign.ui.widgets.practice import PhonePanel, Sms
from countersign.ui.widgets.progress import ProgressRow
from countersign.ui.widgets.rows import KeyValueRows, Row

_FIELD_WIDTH = 420


class ScaView(QWidget):
    """Show one panel's state; ``phone`` is for the page's second column."""

    def __init__(self, name: str, panel: Callable[[], ScaPanel | None]) -> None:
        """Make the panel.

        Args:
            name: Begins the names of its widgets.
            panel: Gives the presenter whose state is shown.
        """
        super().__init__()
        self._name, self._panel = name, panel
        self._bound: Bound | None = None
        self._phase: Phase | None = None
        self._methods: tuple[str, ...] = ()
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(Space.L)
        self.problem = Banner(Tone.WARN, _("That did not work"))
        self.problem.setObjectName(f"{name}.problem")
        self.problem.hide()
        self.progress = ProgressRow(_("Speaking with your bank"))
        self.progress.hide()
        body.addWidget(self.problem)
        body.addWidget(self.progress)
        self._makers: dict[str, Callable[[], Card]] = {  # in the order of the page
            "about": self._make_about,
            "password": self._make_password,
            "method": self._make_method,
            "code": self._make_code,
            "choice": self._make_choices,
        }
        self._cards: dict[str, Card] = {}
        self._body = body
        self._look = QTimer(self)  # while the bank's own app may decide
        self._look.timeout.connect(lambda: self._act(lambda panel: panel.look()))
        self.phone = _Phone(name)

    # — parts: each is made when it is first wanted; all at once would be felt —

    def _show(self, key: str, *, wanted: bool) -> bool:
        """Show or hide a part; return whether it is wanted."""
        if wanted and key not in self._cards:
            place = sum(other in self._cards for other in list(self._makers)[: list(self._makers).index(key)])
            self._cards[key] = self._makers[key]()
            self._body.insertWidget(self._body.indexOf(self.progress) + 1 + place, self._cards[key])
        if key in self._cards:
            self._cards[key].setVisible(wanted)
        return wanted

    def _make_about(self) -> Card:
        card = Card()
        self.amount = PlainLabel("", Variant.DISPLAY, ltr=True)
        self.amount.setObjectName(f"{self._name}.amount")
        card.add(self.amount)
        self.rows = KeyValueRows()
        self.rows.setObjectName(f"{self._name}.rows")
        card.add(self.rows)
        return card

    def _make_password(self) -> Card:
        card = Card(_("The password of your bank"), icon="key")
        self.password = SecretField(_("Password"))
        self.password.setObjectName(f"{self._name}.password")
        self.password.setMaximumWidth(_FIELD_WIDTH)
        self.password_field = Field(_("Password"), self.password)
        card.add(self.password_field)
        self.hint = PlainLabel("", Variant.CAPTION, selectable=True)
        self.hint.setObjectName(f"{self._name}.password_hint")
        card.add(self.hint)
        self._button(card, "sign_in", PrimaryButton(_("Sign in")), self._give_password)
        return card

    def _make_method(self) -> Card:
        card = Card(_("How do you want to confirm?"), icon="mobile")
        self.method = ChoiceCards(_("How do you want to confirm?"), [])
        self.method.setObjectName(f"{self._name}.method")
        card.add(self.method)
        self._button(card, "choose", PrimaryButton(_("Continue")), self._choose)
        return card

    def _make_code(self) -> Card:
        card = Card(_("Your code"), icon="shield-check")
        self.information = PlainLabel("", Variant.BODY)
        self.information.setObjectName(f"{self._name}.information")
        card.add(self.information)
        self.code = OtpField(_("Code"))
        self.code.setObjectName(f"{self._name}.code")
        self.code_field = Field(_("Code"), self.code)
        card.add(self.code_field)
        self.attempts = PlainLabel("", Variant.CAPTION, ink="danger")
        card.add(self.attempts)
        self.confirm = PrimaryButton(_("Confirm"))
        self.confirm.enter_presses = False
        self._button(card, "confirm", self.confirm, self._send_code)
        return card

    def _make_choices(self) -> Card:
        card = Card()
        self.choice_text = PlainLabel("", Variant.BODY)
        card.add(self.choice_text)
        buttons = QWidget()
        row = FlowLayout(buttons, Space.M)
        self.choices: dict[str, KitButton] = {
            "begin": PrimaryButton(_("Hand it to the bank")),
            "retry": PrimaryButton(_("Try again"), icon="refresh"),
            "go_on": PrimaryButton(_("Go on")),
            "give_up": SafeButton(_("Give it up")),
            "check": PrimaryButton(_("Check again"), icon="refresh"),
        }
        acts: dict[str, Callable[[ScaPanel], None]] = {
            "begin": ScaPanel.begin,
            "retry": ScaPanel.begin,
            "go_on": ScaPanel.go_on,
            "give_up": ScaPanel.give_up,
            "check": ScaPanel.check_again,
        }
        for key, button in self.choices.items():
            button.setObjectName(f"{self._name}.{key}")
            button.enter_presses = False
            button.activated.connect(lambda act=acts[key]: self._act(act))
            row.addWidget(button)
        card.add(buttons)
        return card

    def _button(self, card: Card, key: str, button: KitButton, act: Callable[[], None]) -> None:
        button.setObjectName(f"{self._name}.{key}")
        button.activated.connect(act)
        card.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeading)

    def hideEvent(self, event: QHideEvent) -> None:
        """Ask no more where nobody sees it."""
        self._look.stop()
        super().hideEvent(event)

    # — what a person does —

    def _act(self, act: Callable[[ScaPanel], None]) -> None:
        panel = self._panel()
        if panel is not None:
            act(panel)

    def _give_password(self) -> None:
        typed = self.password.take()
        self._act(lambda panel: panel.give_password(typed))

    def _choose(self) -> None:
        chosen = self.method.value() or ""
        self._act(lambda panel: panel.choose(chosen))

    def _send_code(self) -> None:
        on_screen, typed = self._bound, self.code.value()
        if on_screen is not None:
            self.code.clear()
            self._act(lambda panel: panel.send_code(on_screen, typed))

    # — showing —

    def show_state(self, state: ScaState) -> None:
        """Show the state."""
        phase, focused = state.phase, self.window().focusWidget()
        held = focused is not None and (focused is self or self.isAncestorOf(focused))
        self._show_about(state)
        self.progress.setVisible(phase is Phase.WORKING)
        if phase is Phase.WORKING:
            self.progress.set_progress(state.lead)
        if self._show("password", wanted=phase is Phase.PASSWORD):
            self._show_hint(state.practice_password)
        if self._show("method", wanted=phase is Phase.METHOD):
            self._show_methods(state)
        if self._show("code", wanted=phase is Phase.CODE):
            self._show_code(state)
        self._show_choices(phase)
        self._show_problem(state)
        self.phone.show_messages(state)
        keep_looking(self._look, state.look_ms if state.elsewhere else 0)
        if phase is not self._phase:
            self._phase = phase
            self._take_focus(phase, held=held)

    def _show_hint(self, password: str) -> None:
        self.hint.setText(_("Practice password: {password}").format(password=password) if password else "")
        self.hint.setVisible(bool(password))

    def _show_methods(self, state: ScaState) -> None:
        values = tuple(option.value for option in state.methods)
        if values == self._methods:
            return
        self._methods = values
        self.method.set_choices([Choice(option.value, option.title, option.text) for option in state.methods])
        for value in values:
            self.method.card(value).setObjectName(f"{self._name}.method.{value}")

    def _show_code(self, state: ScaState) -> None:
        if self._bound is not None:
            self.confirm.setText(_("Confirm {amount}").format(amount=self._bound.amount))
        self.information.setText(state.information)
        self.information.setVisible(bool(state.information))
        self.code.set_rules(digits_only=state.digits_only, max_length=state.max_length or None)
        self.code_field.set_hint(state.method_name)
        self.attempts.setText(state.attempts_left)
        self.attempts.setVisible(bool(state.attempts_left))

    def _show_about(self, state: ScaState) -> None:
        shown = state.bound
        self._show("about", wanted=shown is not None)
        if shown is None or shown == self._bound:
            return
        self._bound = shown
        self.amount.setText(shown.amount)
        rows = [
            Row("payee", _("To"), shown.payee),
            Row("tail", _("Account ending"), shown.tail, ltr=True),
        ]
        if shown.fee:
            rows.append(Row("fee", _("Fee"), shown.fee))
        self.rows.set_rows(rows)

    def _show_choices(self, phase: Phase) -> None:
        offered = {
            Phase.IDLE: ("begin",),
            Phase.NOT_SENT: ("retry", "give_up"),
            Phase.CONTINUE: ("go_on", "give_up"),
            Phase.UNKNOWN: ("check",),
        }.get(phase, ())
        if not self._show("choice", wanted=bool(offered)):
            return
        for key, button in self.choices.items():
            button.setVisible(key in offered)
        text = {
            Phase.IDLE: _("Your bank takes the order first. Nothing is paid before you confirm it there."),
            Phase.NOT_SENT: _("Nothing went out."),
            Phase.CONTINUE: _("Nothing is authorised. Whatever you choose, it can be paid only once."),
            Phase.UNKNOWN: _("Don't pay this anywhere else meanwhile. Checking asks the bank and sends nothing."),
        }.get(phase, "")
        self.choice_text.setText(text)

    def _show_problem(self, state: ScaState) -> None:
        if "password" in self._cards:
            self.password_field.set_error(state.problem.text if state.phase is Phase.PASSWORD else "")
        if "code" in self._cards:
            self.code_field.set_error(state.problem.text if state.phase is Phase.CODE else "")
        text = "" if state.phase in {Phase.PASSWORD, Phase.CODE} else state.problem.text
        if text:
            self.problem.set_text(state.problem.title or _("That did not work"), text)
            if self.problem.isHidden():
                self.problem.appear()
        self.problem.setVisible(bool(text))

    def _take_focus(self, phase: Phase, *, held: bool) -> None:
        if phase is Phase.PASSWORD:
            self.password.setFocus()
        elif phase is Phase.CODE:
            self.code.setFocus()
        elif phase is Phase.METHOD and self._methods:
            self.method.card(self._methods[0]).setFocus(Qt.FocusReason.OtherFocusReason)
        elif held:  # what had it is hidden: the side bar would have it, and the next press
            self.setFocus(Qt.FocusReason.OtherFocusReason)


def keep_looking(timer: QTimer, every_ms: int) -> None:
    """Have a timer run every so many milliseconds, or not at all: 0. One that runs so already is left to run."""
    if not every_ms:
        timer.stop()
    elif not timer.isActive() or timer.interval() != every_ms:
        timer.start(every_ms)


class _Phone(QWidget):
    """The practice phone; its code is copied only when the person says so."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._code = ""
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(Space.S)
        self.panel = PhonePanel(_("Practice phone"), _("No messages yet."))
        self.panel.setObjectName(f"{name}.phone")
        body.addWidget(self.panel)
        self.copy = QuietButton(_("Copy code"), icon="copy")
        self.copy.setObjectName(f"{name}.copy_code")
        self.copy.activated.connect(self._copy)
        body.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignHCenter)

    def show_messages(self, state: ScaState) -> None:
        """Show the phone of a practice world; nothing at a real bank."""
        wanted = state.phone is not None and state.phase in {Phase.PASSWORD, Phase.METHOD, Phase.CODE}
        self.setVisible(wanted)
        messages = state.phone or ()
        self.panel.set_messages([Sms(item.sender, item.text, item.when) for item in messages])
        self._code = next((item.code for item in reversed(messages) if item.code), "")
        self.copy.setVisible(bool(self._code))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code)
        announce(self, _("Copied"))
