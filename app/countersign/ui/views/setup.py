"""The page of first tasks: a list, and one small form for whichever is open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.setup import SetupPresenter, SetupState, SetupStep, SetupTask
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    Banner,
    Card,
    Choice,
    ChoiceCards,
    Field,
    IconView,
    LinkButton,
    OtpField,
    PhonePanel,
    PlainLabel,
    PrimaryButton,
    ProgressRow,
    QrView,
    QuietButton,
    ScrollPage,
    SecretField,
    SelectField,
    Sms,
    Variant,
    in_groups,
    qr_matrix,
)
from countersign.ui.widgets.page import FORM_WIDTH

_QR_EDGE = 220
_PHONE_MS = 700


class _TaskRow(QWidget):
    """One task: its state as an icon, its words, and what to press."""

    def __init__(self, key: str, open_task: Callable[[], None], *, leads: bool) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        self._done, self._open_icon = IconView("check-circle", 24, "ok"), IconView("clock", 24, "muted")
        row.addWidget(self._done)
        row.addWidget(self._open_icon)
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        self._title, self._text = PlainLabel("", Variant.STRONG), PlainLabel("", Variant.MUTED)
        words.addWidget(self._title)
        words.addWidget(self._text)
        row.addLayout(words, 1)
        self._button = PrimaryButton("") if leads else QuietButton("")
        self._button.setObjectName(f"setup.{key}")
        self._button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._button.activated.connect(open_task)
        row.addWidget(self._button)

    def show_task(self, task: SetupTask) -> None:
        """Show how the task stands."""
        self._done.setVisible(task.done)
        self._open_icon.setVisible(not task.done)
        self._title.setText(task.title)
        self._text.setText(task.text)
        self._button.setText(task.action)
        self._button.setVisible(bool(task.action))


class SetupPage(ScrollPage):
    """Show the tasks; the open one unfolds below the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("", "", parent, max_width=FORM_WIDTH)
        self.setObjectName("setup.page")
        self._presenter: SetupPresenter | None = None
        self._error = Banner(Tone.DANGER, _("That did not work"))
        self._error.hide()
        self.add(self._error)
        self._list = Card()
        self._list.body.setSpacing(Space.L)
        self.add(self._list)
        self._rows: dict[str, _TaskRow] = {}
        self._progress = ProgressRow("")
        self._progress.hide()
        self.add(self._progress)
        self._make_people()
        self._make_password()
        self._make_method()
        self._make_code()
        self._make_authenticator()
        self._phone = PhonePanel(_("Practice phone"), _("No message yet. The code arrives in a moment."))
        self._phone.setObjectName("setup.phone")
        self._phone.hide()
        self.add(self._phone)
        self._timer = QTimer(self)
        self._timer.setInterval(_PHONE_MS)
        self._timer.timeout.connect(self._poll)
        self.finish_button = PrimaryButton(_("Go to your accounts"))
        self.finish_button.setObjectName("setup.finish")
        self._bar = self.set_actions(None, self.finish_button)
        self.finish_button.activated.connect(self._finish)

    def attach(self, presenter: SetupPresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        presenter.start()

    def _form(self, title: str) -> Card:
        card = Card(title)
        card.body.setSpacing(Space.M)
        card.hide()
        self.add(card)
        return card

    def _buttons(self, card: Card, primary: PrimaryButton) -> None:
        row = QHBoxLayout()
        back = LinkButton(_("Later"))
        back.activated.connect(self._back)
        row.addWidget(primary)
        row.addWidget(back)
        row.addStretch(1)
        card.body.addLayout(row)

    def _make_people(self) -> None:
        self._people_card = self._form(_("Whose part do you play?"))
        self.person = SelectField(_("Person at the practice bank"))
        self.person.setObjectName("setup.person")
        self.person.chosen.connect(self._choose_person)
        self._person_field = Field(_("Person at the practice bank"), self.person)
        self._people_card.add(self._person_field)
        self._people_card.add(
            PlainLabel(
                _("To try four eyes with the bank, three people choose one each of the company, on their own devices."),
                Variant.MUTED,
            )
        )

    def _make_password(self) -> None:
        self._password_card = self._form(_("Sign in to your bank"))
        self.password = SecretField(_("Password at your bank"))
        self.password.setObjectName("setup.password")
        self._password_field = Field(_("Password at your bank"), self.password)
        self._password_card.add(self._password_field)
        button = PrimaryButton(_("Sign in"))
        button.setObjectName("setup.sign_in")
        button.activated.connect(self._authenticate)
        self.password.returnPressed.connect(self._authenticate)
        self._buttons(self._password_card, button)

    def _make_method(self) -> None:
        self._method_card = self._form(_("How do you want to confirm?"))
        self.methods = ChoiceCards(_("Ways to confirm"), [])
        self.methods.setObjectName("setup.methods")
        self._method_card.add(self.methods)
        button = PrimaryButton(_("Send me a code"))
        button.setObjectName("setup.choose")
        button.activated.connect(self._choose)
        self._choose_button = button
        self._buttons(self._method_card, button)

    def _make_code(self) -> None:
        self._code_card = self._form(_("Type the code"))
        self._information = PlainLabel("", Variant.BODY)
        self._code_card.add(self._information)
        self.code = OtpField(_("Code"))
        self.code.setObjectName("setup.code")
        self._code_card.add(Field(_("Code"), self.code))
        button = PrimaryButton(_("Confirm"))
        button.setObjectName("setup.confirm")
        button.activated.connect(self._answer)
        self._buttons(self._code_card, button)

    def _make_authenticator(self) -> None:
        self._app_card = self._form(_("Scan this with your authenticator app"))
        row = QHBoxLayout()
        row.setSpacing(Space.XL)
        self._qr_place = QVBoxLayout()
        self._qr: QrView | None = None
        row.addLayout(self._qr_place)
        words = QVBoxLayout()
        words.setSpacing(Space.S)
        words.addWidget(PlainLabel(_("Or type this secret into the app:"), Variant.MUTED))
        self._secret = PlainLabel("", Variant.STRONG, selectable=True, ltr=True)
        self._secret.setObjectName("setup.secret")
        words.addWidget(self._secret)
        self.app_code = OtpField(_("Code from the app"))
        self.app_code.setObjectName("setup.app_code")
        words.addWidget(Field(_("Code from the app"), self.app_code))
        words.addStretch(1)
        row.addLayout(words, 1)
        self._app_card.body.addLayout(row)
        button = PrimaryButton(_("Check the code"))
        button.setObjectName("setup.activate")
        button.activated.connect(self._activate)
        self._buttons(self._app_card, button)

    # — showing —

    def show_state(self, state: SetupState) -> None:
        """Show the state."""
        self.set_heading(state.heading, state.lead)
        self._show_tasks(state.tasks)
        self._error.set_text(_("That did not work"), state.error)
        self._error.setVisible(bool(state.error))
        self._list.setVisible(state.step in {SetupStep.LIST, SetupStep.WORKING})
        self._show_people(state)
        self._progress.setVisible(state.step is SetupStep.WORKING)
        if state.step is SetupStep.WORKING:
            self._progress.set_progress(state.working)
        self._password_card.setVisible(state.step is SetupStep.PASSWORD)
        self._password_field.set_hint(state.hint)
        self._method_card.setVisible(state.step is SetupStep.METHOD)
        if state.step is SetupStep.METHOD:
            self.methods.set_choices([Choice(value, title) for value, title in state.methods])
            self.methods.set_value(state.methods[0][0] if state.methods else None)
        self._code_card.setVisible(state.step is SetupStep.CODE)
        if state.step is SetupStep.CODE:
            self.code.set_rules(digits_only=state.digits_only, max_length=state.code_length or 32)
            self._information.setText(state.information)
            self._information.setVisible(bool(state.information))
        self._phone.setVisible(state.step is SetupStep.CODE)
        self._phone.set_messages([Sms(sender, text) for sender, text in state.phone])
        if state.step is SetupStep.CODE:
            self._timer.start()
        else:
            self._timer.stop()
        self._bar.setVisible(state.step in {SetupStep.LIST, SetupStep.WORKING})
        self._app_card.setVisible(state.step is SetupStep.AUTHENTICATOR)
        # A wrong code goes over "working" back here: the secret is still needed then.
        if state.step not in {SetupStep.AUTHENTICATOR, SetupStep.WORKING}:
            self._forget_secret()
        self.finish_button.set_blocked(None if state.may_finish else state.missing)
        for step, control in ((SetupStep.PASSWORD, self.password), (SetupStep.CODE, self.code)):
            if state.step is step:
                control.setFocus()

    def _show_people(self, state: SetupState) -> None:
        wanted = state.step is SetupStep.LIST and bool(state.people)
        self._people_card.setVisible(wanted)
        if wanted:
            self.person.set_options([(person, name) for person, name, _may in state.people])
            self.person.set_value(state.person)
            self._person_field.set_hint(next((may for person, _n, may in state.people if person == state.person), ""))

    def _show_tasks(self, tasks: tuple[SetupTask, ...]) -> None:
        for task in tasks:
            row = self._rows.get(task.key)
            if row is None:
                # The first that can be done leads; making the vault was the one before it.
                leads = len(self._rows) == 1
                row = self._rows[task.key] = _TaskRow(task.key, partial(self._open, task.key), leads=leads)
                self._list.add(row)
            row.show_task(task)

    def show_authenticator(self, uri: str, secret: str) -> None:
        """Show the QR code and the secret in fours."""
        self._forget_secret()
        self._qr = QrView(_("QR code for your authenticator app"), qr_matrix(uri), edge=_QR_EDGE)
        self._qr_place.addWidget(self._qr)
        self._secret.setText(in_groups(secret, (4,)))
        self.app_code.setFocus()

    def _forget_secret(self) -> None:
        if self._qr is not None:
            self._qr.deleteLater()
            self._qr = None
        self._secret.setText("")

    # — what the person does —

    def _open(self, key: str) -> None:
        if self._presenter is not None:
            presenter = self._presenter
            acts = {
                "bank": presenter.connect,
                "authenticator": presenter.offer_authenticator,
                "account": presenter.add_account,
            }
            acts[key]()

    def _choose_person(self, person: str) -> None:
        if self._presenter is not None:
            self._presenter.choose_person(person)

    def _poll(self) -> None:
        if self._presenter is not None:
            self._presenter.poll_phone()

    def _authenticate(self) -> None:
        if self._presenter is not None:
            self._presenter.authenticate(self.password.take())

    def _choose(self) -> None:
        value = self.methods.value()
        if self._presenter is not None and value:
            self._presenter.choose(value)

    def _answer(self) -> None:
        if self._presenter is not None:
            self._presenter.answer(self.code.value())

    def _activate(self) -> None:
        if self._presenter is not None:
            self._presenter.activate(self.app_code.value())

    def _back(self) -> None:
        if self._presenter is not None:
            self._presenter.back_to_list()

    def _finish(self) -> None:
        if self._presenter is not None and not self.finish_button.blocked_reason():
            self._presenter.finish()
