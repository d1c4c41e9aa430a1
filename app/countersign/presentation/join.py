"""Join a workspace: the invitation where a vault is made, and the page of a device that waits to be admitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC

from countersign.application.flows.script import Script, on_vault
from countersign.application.ports.clock import Clock
from countersign.application.ports.tasks import Tasks
from countersign.application.ports.vault import Vault
from countersign.application.ports.vault_door import NewVault
from countersign.application.session import Session
from countersign.application.use_cases.exchange_envelopes import TakenParcel
from countersign.application.use_cases.join_workspace import Joining, joining_of, read_invitation
from countersign.domain.errors import CountersignError
from countersign.domain.ledger.governance import World
from countersign.domain.ledger.joining import Invitation
from countersign.domain.order import fingerprint_phrase
from countersign.presentation.error_texts import sentence
from countersign.presentation.formats import isolate
from countersign.presentation.join_state import InvitationState, JoiningParts, WaitingState, WaitingView
from countersign.presentation.messages import _
from countersign.presentation.parcels import ParcelDesk, PictureHands
from countersign.presentation.relay_words import relay_place, relay_problem
from countersign.presentation.team_desk import Work
from countersign.presentation.team_words import day_text, in_a_row, role_name


class InvitationReader:
    """Reads an invitation, before there is a vault.

    Attributes:
        invitation: As it was read; None before.
        joining: Whether the person said that they were invited.
    """

    def __init__(self, joining: JoiningParts, tasks: Tasks, clock: Clock, hands: PictureHands) -> None:
        """Make the reader; ``attach`` says whom it tells."""
        self._clock, self._verify, self._make = clock, joining.verify, joining.make_vault
        parcels = joining.parcels
        self._desk = ParcelDesk(parcels, tasks, hands, self._arrived, self._tell)
        self._changed: Callable[[], None] = lambda: None
        self._problem = ""
        self.invitation: Invitation | None = None
        self.joining = False

    def attach(self, changed: Callable[[], None]) -> None:
        """Tell of everything that changes."""
        self._changed = changed

    def choose(self, *, joining: bool) -> None:
        """Begin a workspace, or join one."""
        self.joining = joining
        self._tell()

    def make_vault(self, new: NewVault) -> Vault:
        """Make a vault whose device asks to be admitted. VAULT lane."""
        if self.invitation is None:
            raise RuntimeError("no invitation")
        return self._make(new, self.invitation)

    def save_parcel(self) -> None:
        """Save nothing: an invitation is only read here."""

    def read_parcel(self) -> None:
        """Read it from a file or a picture."""
        self._problem = ""
        self._desk.read()

    def paste_parcel(self, picture: bytes, text: str) -> None:
        """Read it from the clipboard."""
        self._problem = ""
        self._desk.paste(picture, text)

    def _arrived(self, contents: Sequence[bytes]) -> None:
        try:
            self.invitation = read_invitation(contents[0], self._verify, self._clock.now_ms()).invitation
        except CountersignError as error:
            self._problem = sentence(error.code, error.params)
        self._tell()

    def _tell(self) -> None:
        self._changed()

    @property
    def state(self) -> InvitationState:
        """What the card shows."""
        found = self.invitation
        return InvitationState(
            joining=self.joining,
            title=_("{name} invites you").format(name=isolate(found.inviter_name)) if found else "",
            name=found.name if found else "",
            lines=invitation_lines(found) if found else (),
            reading=self._desk.reading,
            warning=_(
                "An invitation alone proves nothing. Before you are admitted, you and {name} read six words to each "
                "other."
            ).format(name=isolate(found.inviter_name))
            if found
            else "",
            problem=self._problem or self._desk.problem,
        )


def invitation_lines(invitation: Invitation) -> tuple[str, ...]:
    """Say what an invitation says."""
    roles = in_a_row(role_name(role) for role in invitation.roles)
    lines = [
        _("As {roles}.").format(roles=roles)
        if roles
        else _("As another device of {name}.").format(name=isolate(invitation.name))
    ]
    if invitation.groups:
        groups = in_a_row(isolate(group) for group in invitation.groups)
        lines.append(_("In: {groups}.").format(groups=groups))
    lines.append(
        _("It is about practice money.") if invitation.world is World.PRACTICE else _("It is about real money.")
    )
    lines.append(_("It can be answered until {day}.").format(day=day_text(invitation.expires_at, UTC)))
    place = relay_place(invitation.relay)
    if place:
        lines.append(_("Messages travel through {place}.").format(place=place))
    return tuple(lines)


class WaitingPresenter:
    """Shows the request and the words, and waits for the welcome."""

    def __init__(
        self,
        session: Session,
        view: WaitingView,
        admitted: Callable[[], None],
        words: Sequence[str],
        hands: PictureHands,
    ) -> None:
        """Wait.

        Args:
            session: Of the device that waits.
            view: The page.
            admitted: Called once the device belongs to the workspace.
            words: What the phrase is made from.
            hands: The system's dialogs.
        """
        self._session, self._view, self._admitted, self._words = session, view, admitted, words
        self._work = Work(session, self._render)
        self._desk = ParcelDesk(session.sharing.parcels, session.tasks, hands, self._arrived, self._render_open)
        self._joining: Joining | None = None
        self._unreadable = False
        self._leave = session.sharing.listen(self._heard)

    def start(self) -> None:
        """Show the page."""
        self._render()

        def script() -> Script[tuple[Joining | None, tuple[bytes, ...]]]:
            joining = yield from on_vault(lambda: joining_of(self._session.sharing.vault))
            return joining, (yield from self._session.sharing.gather())

        def done(found: tuple[Joining | None, tuple[bytes, ...]]) -> None:
            self._joining = found[0]
            self._desk.offer(found[1], _("join-request.countersign"))

        self._work.run(script(), "", done)

    def close(self) -> None:
        """Show nothing any more."""
        self._work.closed = True
        self._leave()

    def _heard(self) -> None:
        if self._session.sharing.admitted:
            self.close()
            self._admitted()
        else:
            self._render_open()

    def look_again(self) -> None:
        """Ask the relay."""
        self._session.sharing.exchange_now()

    def keep_password(self, password: str) -> None:
        """Keep the password of the server, which no invitation carries."""

        def done(_none: None) -> None:
            self._session.sharing.exchange_now()

        self._work.run(self._session.sharing.keep_password(password), _("Connecting"), done)

    def save_parcel(self) -> None:
        """Save the request as a file."""
        self._desk.save()

    def read_parcel(self) -> None:
        """Read the welcome from a file or a picture."""
        self._desk.read()

    def paste_parcel(self, picture: bytes, text: str) -> None:
        """Read the welcome from the clipboard."""
        self._desk.paste(picture, text)

    def _arrived(self, contents: Sequence[bytes]) -> None:
        def done(found: TakenParcel) -> None:
            if found.refused or found.passed:
                self._work.problem = sentence(found.refused or found.passed)
            elif not self._session.sharing.admitted:
                self._desk.reading = _("That was read. It doesn't admit this device yet.")

        self._work.run(self._session.sharing.take(contents), _("Reading the welcome"), done)

    def _render_open(self) -> None:
        if not self._work.closed:
            self._render()

    def _render(self) -> None:
        joining, work, sharing = self._joining, self._work, self._session.sharing
        heading = _("Waiting to be admitted")
        if joining is None:
            lead = _("Your vault is made. Your request is being read.")
            self._view.show_state(WaitingState(heading, lead, busy=work.busy, problem=work.problem))
            return
        name = isolate(joining.invitation.inviter_name)
        place = relay_place(joining.invitation.relay)
        by_relay = sharing.connected
        self._view.show_state(
            WaitingState(
                heading=heading,
                lead=_("Your vault is made. {name} and perhaps others still have to admit this device.").format(
                    name=name
                ),
                frames=self._desk.frames,
                saved=self._desk.saved,
                phrase=" ".join(fingerprint_phrase(joining.phrase_digest, self._words)),
                phrase_lead=_(
                    "Call {name} on a number you knew before, and read these words to each other. If they differ, "
                    "somebody stands in between: stop there, and tell {name}."
                ).format(name=name),
                status=self._status(name),
                by_relay=_("It was left in {place} as well; {name} finds it there.").format(place=place, name=name)
                if by_relay
                else "",
                check_blocked="" if by_relay else _("No connection is set up here: read the welcome from a file."),
                password_for=_("{place} asks for the password of {user}.").format(
                    place=place, user=isolate(str(joining.invitation.relay.get("user", "")))
                )
                if sharing.lacks_password
                else "",
                reading=self._desk.reading,
                busy=work.busy,
                problem=work.problem or self._desk.problem or relay_problem(self._session),
            )
        )

    def _status(self, name: str) -> str:
        sharing = self._session.sharing
        if not sharing.connected:
            return _("Once {name} has admitted you, a welcome comes back by hand. Read it below.").format(name=name)
        if sharing.busy:
            return _("Looking whether you are admitted.")
        return _("Not admitted yet. Countersign looks again by itself.")
