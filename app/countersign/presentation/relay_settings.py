"""How messages travel: choose a way, try it, see how it goes, and carry parcels by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from countersign.application.flows.script import Script, on_network, on_vault
from countersign.application.session import Session
from countersign.application.sharing import NO_KEY
from countersign.application.use_cases.exchange_envelopes import TakenParcel
from countersign.domain.canonical import JsonObject
from countersign.domain.errors import CountersignError
from countersign.presentation.error_texts import sentence
from countersign.presentation.messages import _, ngettext
from countersign.presentation.parcels import ParcelDesk, PictureHands
from countersign.presentation.relay_settings_state import HeardLine, RelayForm, RelayState, RelayView
from countersign.presentation.relay_words import heard_lines, status_rows, warning_cards, ways
from countersign.presentation.team_desk import Picture, Work, looking, may_not_exchange, picture_of
from countersign.presentation.team_state import TeamNavigate
from countersign.presentation.transfer_desk import Fault

PORT_LIMIT: Final = 65_535
_KEYS: Final = ("kind", "folder", "host", "port", "database", "user", "ca_file")


class RelayPresenter:
    """Keeps what is typed, until it is used."""

    def __init__(self, session: Session, view: RelayView, go: TeamNavigate, hands: PictureHands) -> None:
        self._session, self._view, self._go, self._hands = session, view, go, hands
        sharing = session.sharing
        self._work = Work(session, self._render)
        self._desk = ParcelDesk(sharing.parcels, session.tasks, hands, self._arrived, self._render_open)
        self._form = form_of(sharing.settings)
        self._picture: Picture | None = None
        self._faults: tuple[Fault, ...] = ()
        self._tested: tuple[str, str] = ("", "neutral")
        self._said = ""
        self._leave = sharing.listen(self._heard)

    def start(self) -> None:
        """Show the page."""
        self._render()
        self._heard()

    def close(self) -> None:
        """Show nothing any more."""
        self._work.closed = True
        self._leave()

    def _heard(self) -> None:
        if self._work.busy:
            self._render_open()
            return
        self._work.run(on_vault(lambda: picture_of(self._session)), "", self._known)

    def _known(self, picture: Picture) -> None:
        self._picture = picture

    # — the way —

    def choose(self, form: RelayForm) -> None:
        """Choose how messages travel; nothing changes before it is used."""
        self._form, self._faults = form, ()
        self._forget()
        self._render()

    def choose_folder(self, form: RelayForm) -> None:
        """Ask for the folder."""
        self._form = form
        start = Path(form.folder) if form.folder else None
        self._hands.choose_folder(start, lambda path: self.choose(replace(self._form, folder=str(path))))

    def choose_ca(self, form: RelayForm) -> None:
        """Ask for the file with the certificate of the server's authority."""
        self._form = form
        kinds = _("Certificates (*.pem *.crt *.cer)")
        self._hands.choose_file(kinds, lambda path: self.choose(replace(self._form, ca_file=str(path))))

    def test(self, form: RelayForm) -> None:
        """Try the way, without leaving anything there; what comes of it is said where it was asked for."""
        self._form, self._faults = form, relay_faults(form)
        self._forget()
        if self._faults:
            self._render()
            return
        settings = self._settings(form)

        def script() -> Script[tuple[str, str]]:
            try:
                count = yield from on_network(lambda: self._session.sharing.test(settings))
            except CountersignError as error:
                return trial_problem(error), "danger"
            text = ngettext("It answers; {count} message lies there.", "It answers; {count} messages lie there.", count)
            return text.format(count=count), "ok"

        def done(found: tuple[str, str]) -> None:
            self._tested = found

        self._work.run(script(), _("Trying the connection"), done)

    def save(self, form: RelayForm) -> None:
        """Use this way from now on."""
        self._form, self._faults = form, relay_faults(form)
        self._forget()
        if self._faults:
            self._render()
            return

        def done(_none: None) -> None:
            self._form = form_of(self._session.sharing.settings)
            self._said = (
                _("Messages travel by hand from now on.")
                if form.kind == "none"
                else _("Messages travel this way from now on.")
            )

        self._work.run(self._session.sharing.use(self._settings(form)), _("Connecting"), done)

    def _forget(self) -> None:
        """Let go of what was said of another way."""
        self._tested, self._said, self._work.problem = ("", "neutral"), "", ""

    def _settings(self, form: RelayForm) -> JsonObject:
        """Return what is kept; a password that wasn't typed anew stays."""
        if form.kind == "folder":
            return {"kind": "folder", "folder": form.folder.strip()}
        if form.kind != "postgres":
            return {"kind": "none"}
        kept = self._session.sharing.settings
        same = str(kept.get("host", "")) == form.host.strip() and str(kept.get("user", "")) == form.user.strip()
        password = form.password or (str(kept.get("password", "")) if same else "")
        return {
            "kind": "postgres",
            "host": form.host.strip(),
            "port": int(form.port),
            "database": form.database.strip(),
            "user": form.user.strip(),
            "password": password,
            "ca_file": form.ca_file.strip(),
        }

    def exchange(self) -> None:
        """Exchange now."""
        self._said = ""
        self._session.sharing.exchange_now()

    # — by hand —

    def make_parcel(self) -> None:
        """Gather what the others lack."""
        self._said = ""

        def done(contents: tuple[bytes, ...]) -> None:
            self._desk.offer(contents, _("messages.countersign"))
            if not contents:
                self._said = _("There is nobody to write to yet.")

        self._work.run(self._session.sharing.gather((), self._work.tell), _("Gathering messages"), done)

    def save_parcel(self) -> None:
        """Save the parcel as a file."""
        self._desk.save()

    def read_parcel(self) -> None:
        """Read a parcel from a file or a picture."""
        self._desk.read()

    def paste_parcel(self, picture: bytes, text: str) -> None:
        """Read a parcel from the clipboard."""
        self._desk.paste(picture, text)

    def _arrived(self, contents: Sequence[bytes]) -> None:
        def done(found: TakenParcel) -> None:
            if found.refused or found.passed:
                self._work.problem = sentence(found.refused or found.passed)
            elif found.asked:
                self._said = _("Somebody asks to join. Look at the page of the team.")
            elif found.later:
                self._said = _("It is from a device that isn't known here yet: it is read again once it is.")
            else:
                text = ngettext(
                    "The messages were read; {count} was new.",
                    "The messages were read; {count} were new.",
                    found.events,
                )
                self._said = text.format(count=found.events)

        self._said = ""
        self._work.run(self._session.sharing.take(contents), _("Reading the messages"), done)

    def leave(self) -> None:
        """Go back to the team."""
        self._go.open_team()

    # — showing —

    def _render_open(self) -> None:
        if not self._work.closed:
            self._render()

    def _render(self) -> None:
        session, sharing, work = self._session, self._session.sharing, self._work
        picture = self._picture
        heard: tuple[HeardLine, ...] = ()
        if picture is not None:
            silent = frozenset(item.device for item in sharing.state.report.unheard)
            heard = heard_lines(picture.governance, looking(session, picture), silent)
        kept = bool(sharing.settings.get("password"))
        alone = picture is not None and len([item for item in picture.governance.devices if not item.closed]) < 2  # noqa: PLR2004
        self._view.show_state(
            RelayState(
                heading=_("How messages travel"),
                lead=_("Sealed for the members' devices, and signed. Whatever carries them can read nothing of it."),
                form=self._form,
                kinds=ways(),
                password_hint=_("One is kept in your vault. Type another to change it.")
                if kept
                else _("It is kept in your vault, and never part of an invitation."),
                tested=self._tested[0],
                tested_tone=self._tested[1],
                status=status_rows(session, picture.waiting if picture else 0),
                heard=heard,
                warnings=warning_cards(session, picture.governance if picture else None),
                frames=self._desk.frames,
                as_file=self._desk.as_file,
                saved=self._desk.saved,
                reading=self._desk.reading,
                exchange_blocked=may_not_exchange(session),
                parcel_blocked=self._may_not_gather(alone=alone),
                reading_blocked="" if sharing.hears else sentence(NO_KEY),
                faults=self._faults,
                busy=work.busy,
                problem=work.problem or self._desk.problem,
                said=self._said,
            )
        )

    def _may_not_gather(self, *, alone: bool) -> str:
        if not self._session.sharing.hears:
            return sentence(NO_KEY)
        return _("You are alone here: nobody lacks anything.") if alone else ""


def form_of(settings: JsonObject) -> RelayForm:
    """Return what is kept, as it is typed; the password stays where it is."""
    found = {key: str(settings[key]) for key in _KEYS if key in settings}
    return RelayForm(**found)


def trial_problem(error: CountersignError) -> str:
    """Say why a way that was only tried does not work: nothing waits to be sent by it, and nothing is tried again."""
    if error.code == "relay.unreachable":
        return _("Nothing answers there. See whether it is written as it should be and switched on, then try again.")
    return sentence(error.code, error.params)


def relay_faults(form: RelayForm) -> tuple[Fault, ...]:
    """Say what is missing."""
    found = []
    if form.kind == "folder" and not Path(form.folder.strip()).is_absolute():
        found.append(Fault("folder", _("Choose the folder.")))
    if form.kind == "postgres":
        texts = {
            "host": (form.host, _("Type the server's name.")),
            "database": (form.database, _("Type the database's name.")),
            "user": (form.user, _("Type the user's name.")),
        }
        found += [Fault(key, missing) for key, (text, missing) in texts.items() if not text.strip()]
        if not (form.port.isdecimal() and 0 < int(form.port) <= PORT_LIMIT):
            found.append(Fault("port", _("A port is a number from 1 to 65535; PostgreSQL's own is 5432.")))
    return tuple(found)
