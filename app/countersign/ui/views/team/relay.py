"""The page that says how messages travel: the way, a try, what was heard, what a store did, and parcels by hand."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.relay_settings import RelayPresenter
from countersign.presentation.relay_settings_state import RelayForm, RelayState
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    Card,
    Choice,
    ChoiceCards,
    Divider,
    ErrorSummary,
    Field,
    KeyValueRows,
    LinkButton,
    PlainLabel,
    PrimaryButton,
    QuietButton,
    Row,
    SafeButton,
    SecretField,
    TextField,
    Variant,
)
from countersign.ui.widgets.parcel_cards import ParcelIn, ParcelOut
from countersign.ui.widgets.refill import empty
from countersign.ui.widgets.work_page import WorkPage, column, reason_label, titled


class RelayPage(WorkPage):
    """Show the way that was chosen, and how it goes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("relay", parent)
        self._presenter: RelayPresenter | None = None
        self._shown: RelayState | None = None
        self.errors = ErrorSummary(_("Look at these again"))
        self.errors.setObjectName("relay.errors")
        self.add(self.errors)
        self._warnings, self._warnings_body = column(Space.L)
        self.add(self._warnings)
        self._fields: dict[str, Field] = {}
        self.kind_card = Card(_("How shall messages travel?"), icon="transfer")
        self.kind = ChoiceCards(_("How shall messages travel?"), [])
        self.kind.setObjectName("relay.kind")
        self.kind.chosen.connect(self._choose)
        self.kind_card.add(self.kind)
        self.add(self.kind_card)
        self.folder_card = self._make_folder()
        self.server_card = self._make_server()
        self.add(self.folder_card)
        self.add(self.server_card)
        self.test_card = self._make_test()
        self.add(self.test_card)
        self.status_card = self._make_status()
        self.heard_card = Card(_("Who was heard of"), icon="people")
        self._heard, self._heard_body = column()
        self.heard_card.add(self._heard)
        self.out = ParcelOut("relay.parcel", _("Messages for the others"))
        self.make = QuietButton(_("Gather what they lack"), icon="send")
        self.make.setObjectName("relay.make_parcel")
        self.make.activated.connect(self._make_parcel)
        reason = reason_label()
        self.make.show_reason_in(reason)
        self.out.body.insertWidget(1, reason)
        self.out.body.insertWidget(2, self.make, 0, Qt.AlignmentFlag.AlignLeading)
        self.taking = ParcelIn(
            "relay.taking", _("Messages from others"), _("A .countersign file, or a picture of a code.")
        )
        for card in (self.status_card, self.heard_card, self.out, self.taking):
            self.add_aside(card)
        self.back = SafeButton(_("Back to the team"))
        self.back.setObjectName("relay.back")
        self.back.activated.connect(self._leave)
        self.save = PrimaryButton(_("Use this way"))
        self.save.setObjectName("relay.save")
        self.save.activated.connect(self._save)
        self.set_actions(self.back, self.save)

    def attach(self, presenter: RelayPresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.out.attach(presenter)
        self.taking.attach(presenter)
        self.destroyed.connect(presenter.close)
        presenter.start()

    # — parts —

    def _make_folder(self) -> Card:
        card = Card(_("The shared folder"), icon="document")
        card.body.setSpacing(Space.M)
        self.folder = TextField(_("Folder"))
        self.folder.setObjectName("relay.folder")
        self._fields["folder"] = Field(
            _("Folder"), self.folder, hint=_("On a network drive or a synchronised folder that all of you reach.")
        )
        card.add(self._fields["folder"])
        choose = QuietButton(_("Choose a folder"), icon="edit")
        choose.setObjectName("relay.choose_folder")
        choose.activated.connect(self._choose_folder)
        card.body.addWidget(choose, 0, Qt.AlignmentFlag.AlignLeading)
        return card

    def _make_server(self) -> Card:
        card = Card(_("The PostgreSQL server"), icon="globe")
        card.body.setSpacing(Space.M)
        self.host = self._text("host", _("Host"), _("As its certificate names it."))
        self.port = self._text("port", _("Port"))
        self.database = self._text("database", _("Database"))
        self.user = self._text("user", _("User"))
        self.password = SecretField(_("Password"))
        self.password.setObjectName("relay.password")
        self._fields["password"] = Field(_("Password"), self.password)
        self.ca_file = self._text(
            "ca_file", _("Certificate of its authority"), _("A PEM file from whoever runs the server.")
        )
        choose = LinkButton(_("Choose the file"))
        choose.setObjectName("relay.choose_ca")
        choose.activated.connect(self._choose_ca)
        for first, second in (("host", "port"), ("database", "user")):
            row = QHBoxLayout()
            row.setSpacing(Space.L)
            row.addWidget(self._fields[first], 3)
            row.addWidget(self._fields[second], 2, Qt.AlignmentFlag.AlignBottom)
            card.body.addLayout(row)
        card.add(self._fields["password"])
        card.add(self._fields["ca_file"])
        card.body.addWidget(choose, 0, Qt.AlignmentFlag.AlignLeading)
        return card

    def _text(self, key: str, label: str, hint: str = "") -> TextField:
        control = TextField(label)
        control.setObjectName(f"relay.{key}")
        control.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._fields[key] = Field(label, control, hint=hint)
        return control

    def _make_test(self) -> Card:
        card = Card(_("Try the connection"), icon="refresh")
        card.add(PlainLabel(_("Nothing of the workspace is sent by trying it."), Variant.MUTED))
        self.test = QuietButton(_("Try it"), icon="refresh")
        self.test.setObjectName("relay.test")
        self.test.activated.connect(self._test)
        card.body.addWidget(self.test, 0, Qt.AlignmentFlag.AlignLeading)
        self.tested = PlainLabel("", Variant.LABEL)
        self.tested.setObjectName("relay.tested")
        card.add(self.tested)
        return card

    def _make_status(self) -> Card:
        card = Card(_("How it goes"), icon="clock")
        self.status = KeyValueRows()
        self.status.setObjectName("relay.status")
        card.add(self.status)
        self.exchange = QuietButton(_("Exchange now"), icon="refresh")
        self.exchange.setObjectName("relay.exchange")
        self.exchange.activated.connect(self._exchange)
        reason = reason_label()
        self.exchange.show_reason_in(reason)
        card.add(reason)
        card.body.addWidget(self.exchange, 0, Qt.AlignmentFlag.AlignLeading)
        return card

    # — showing —

    def show_state(self, state: RelayState) -> None:
        """Show the state."""
        before, self._shown = self._shown, state
        self.set_heading(state.heading, state.lead)
        self.show_work(state.busy, state.problem, state.said)
        if before is None or before.kinds != state.kinds:
            self.kind.set_choices([Choice(*item) for item in state.kinds])
        form = state.form
        if (self.kind.value() or "") != form.kind:
            self.kind.set_value(form.kind)
        self.folder_card.setVisible(form.kind == "folder")
        self.server_card.setVisible(form.kind == "postgres")
        self.test_card.setVisible(form.kind in {"folder", "postgres"})
        self._fill(form)
        self._fields["password"].set_hint(state.password_hint)
        self.tested.setText(state.tested)
        self.tested.set_ink({"ok": "ok", "warn": "warn", "danger": "danger"}.get(state.tested_tone, "text"))
        self.tested.setVisible(bool(state.tested))
        self._show_warnings(state, before)
        self.status.set_rows([Row(str(place), label, value) for place, (label, value) in enumerate(state.status)])
        self.exchange.set_blocked(state.exchange_blocked)
        self.make.set_blocked(state.parcel_blocked)
        self.taking.set_blocked(state.reading_blocked)
        self._show_heard(state, before)
        self.out.save.setVisible(bool(state.frames or state.as_file))
        self.out.set_frames(state.frames, state.as_file, state.saved)
        self.taking.set_reading(state.reading)
        if before is None or before.faults != state.faults:
            self.errors.show_errors([(self._fields[fault.field], fault.text) for fault in state.faults])

    def _fill(self, form: RelayForm) -> None:
        values = (
            (self.folder, form.folder),
            (self.host, form.host),
            (self.port, form.port),
            (self.database, form.database),
            (self.user, form.user),
            (self.ca_file, form.ca_file),
        )
        for control, text in values:
            if control.text() != text:
                control.setText(text)

    def _show_warnings(self, state: RelayState, before: RelayState | None) -> None:
        if before is not None and before.warnings == state.warnings:
            return
        empty(self._warnings_body)
        for place, warning in enumerate(state.warnings):
            card = Card(warning.title, tone=Tone(warning.tone))
            card.setObjectName(f"relay.warning.{place}")
            card.add(PlainLabel(warning.text))
            card.add(PlainLabel(warning.todo, Variant.STRONG))
            self._warnings_body.addWidget(card)
        self._warnings.setVisible(bool(state.warnings))

    def _show_heard(self, state: RelayState, before: RelayState | None) -> None:
        self.heard_card.setVisible(bool(state.heard))
        if before is not None and before.heard == state.heard:
            return
        empty(self._heard_body)
        for place, line in enumerate(state.heard):
            if place:
                self._heard_body.addWidget(Divider())
            self._heard_body.addLayout(titled(PlainLabel(line.name, Variant.STRONG), line.chip, line.tone))
            text = PlainLabel(line.text, Variant.MUTED)
            text.setObjectName(f"relay.heard.{place}")
            self._heard_body.addWidget(text)

    # — what the person does —

    def form(self) -> RelayForm:
        """Return what is typed."""
        shown = self._shown.form if self._shown else RelayForm()
        return replace(
            shown,
            folder=self.folder.text(),
            host=self.host.text(),
            port=self.port.text(),
            database=self.database.text(),
            user=self.user.text(),
            password=self.password.text(),
            ca_file=self.ca_file.text(),
        )

    def _choose(self, kind: str) -> None:
        if self._presenter is not None:
            self._presenter.choose(replace(self.form(), kind=kind))

    def _choose_folder(self) -> None:
        if self._presenter is not None:
            self._presenter.choose_folder(self.form())

    def _choose_ca(self) -> None:
        if self._presenter is not None:
            self._presenter.choose_ca(self.form())

    def _test(self) -> None:
        if self._presenter is not None:
            self._presenter.test(self.form())

    def _save(self) -> None:
        if self._presenter is not None:
            self._presenter.save(self.form())

    def _exchange(self) -> None:
        if self._presenter is not None:
            self._presenter.exchange()

    def _make_parcel(self) -> None:
        if self._presenter is not None:
            self._presenter.make_parcel()

    def _leave(self) -> None:
        if self._presenter is not None:
            self._presenter.leave()
