"""Showing one order as a code: for whom, how long it is, and as a file too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from countersign.application.flows.script import Script, on_read, on_vault
from countersign.application.order_codes import ANSWERS, gather_order, other_devices
from countersign.application.ports.tasks import Lane
from countersign.application.session import Session
from countersign.application.sharing import NO_KEY
from countersign.application.use_cases.carry_order import OrderParcel
from countersign.domain.errors import CountersignError
from countersign.domain.ledger.members import Device
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import fingerprint_phrase
from countersign.presentation.error_texts import sentence
from countersign.presentation.file_hands import FileHands
from countersign.presentation.formats import money_text
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.parcels import TOO_LONG
from countersign.presentation.team_desk import Work
from countersign.presentation.team_words import Option, name_of

EVERYBODY: Final = ""


@dataclass(frozen=True, slots=True)
class ShowCodeState:
    """What the page shows.

    Attributes:
        phrase: The order's fingerprint: the other device must show the same words.
        readers: For whom it can be, as (value, name); ``reader`` is the one chosen.
        frames: The texts of the codes, shown in turn; none before they are ready.
        as_file: Why there are none, and it goes as a file.
        parts: What is in it, in sentences.
        blocked: Why nothing can be saved, or shown; empty where it can.
        answered: This device has signed an answer: that is what travels.
    """

    heading: str
    lead: str
    payee: str = ""
    amount: str = ""
    phrase: tuple[str, ...] = ()
    readers: tuple[Option, ...] = ()
    reader: str = EVERYBODY
    frames: tuple[str, ...] = ()
    as_file: str = ""
    parts: tuple[str, ...] = ()
    saved: str = ""
    blocked: str = ""
    busy: str = ""
    problem: str = ""
    answered: bool = False


class ShowCodeView(Protocol):
    """The page."""

    def show_state(self, state: ShowCodeState) -> None:
        """Show the state."""


class CodeNavigate(Protocol):
    """Where one goes from there."""

    def open_order(self, order: str) -> None:
        """Show an order."""

    def open_inbox(self, order: str = "") -> None:
        """Show what waits."""

    def open_page(self, key: str, about: str = "") -> None:
        """Show a page by its name."""


@dataclass(frozen=True, slots=True)
class _Known:
    record: OrderRecord | None
    others: tuple[Device, ...]
    readers: tuple[Option, ...]
    answered: bool


class ShowCodePresenter:
    """Gathers what others lack of one order, and has it shown."""

    def __init__(
        self, session: Session, view: ShowCodeView, go: CodeNavigate, words: Sequence[str], hands: FileHands
    ) -> None:
        """Make the presenter.

        Args:
            session: The unlocked work.
            view: The page.
            go: Where to go.
            words: The list that fingerprint phrases are made from.
            hands: The system's dialogs.
        """
        self._session, self._view, self._go, self._words, self._hands = session, view, go, words, hands
        self._work = Work(session, self._render)
        self._order = ""
        self._reader = EVERYBODY
        self._wanted = 0
        self._known: _Known | None = None
        self._parcel: OrderParcel | None = None
        self._frames: tuple[str, ...] = ()
        self._as_file = self._saved = ""

    def start(self, order: str) -> None:
        """Show an order."""
        self._order = order
        self._render()
        self._work.run(self._begin(), _("Making the code"), self._made)

    def close(self) -> None:
        """Show nothing any more; what is under way ends early."""
        self._work.closed = True

    # — what the person does —

    def choose_reader(self, value: str) -> None:
        """Make it for somebody else: it holds what they lack, and nobody but them can read it."""
        if value == self._reader or self._known is None:
            return
        self._reader = value
        self._parcel, self._frames = None, ()
        self._as_file = self._saved = ""
        self._wanted += 1
        if not self._work.busy:
            self._work.run(self._gather(), _("Making the code"), self._made)

    def save(self) -> None:
        """Ask where to put it as a file, with all its documents."""
        parcel = self._parcel
        if parcel is not None and parcel.whole:
            name = _("answer.countersign") if self._known and self._known.answered else _("payment.countersign")
            self._hands.save_file(name, _("Countersign (*.countersign)"), partial(self._write, parcel.whole))

    def read_answer(self) -> None:
        """Read what the other device shows."""
        self._go.open_page("read_code", self._order)

    def leave(self) -> None:
        """Go back to the order."""
        self._go.open_order(self._order)

    # — making it —

    def _begin(self) -> Script[int]:
        self._known = yield from on_vault(self._look)
        return (yield from self._gather())

    def _look(self) -> _Known:
        vault = self._session.sharing.vault
        others = other_devices(vault, self._session.clock.now_ms())
        me = vault.identity
        members = dict.fromkeys(item.member for item in others)
        names = {member: name_of(vault.rules.governance, member) for member in members}
        readers = [(member, names[member]) for member in members if member != me.member]
        if me.member in members:
            readers.insert(0, (me.member, _("My own other devices")))
        if len(readers) > 1:
            readers.insert(0, (EVERYBODY, _("Everybody in the workspace")))
        elif readers:
            readers = [(EVERYBODY, readers[0][1])]
        said = any(item.kind in ANSWERS and item.header.device == me.device for item in vault.events_of(self._order))
        return _Known(vault.order(self._order), others, tuple(readers), said)

    def _gather(self) -> Script[int]:
        """Make the parcel for whoever is chosen by then, and its codes; returns for which choice."""
        sharing, known = self._session.sharing, self._known
        wanted = -1
        while wanted != self._wanted:  # somebody else was chosen meanwhile
            wanted, reader = self._wanted, self._reader
            to = tuple(item.device for item in known.others if item.member == reader) if known and reader else ()

            def go_on(done: int, total: int, wanted: int = wanted) -> bool:
                return wanted == self._wanted and self._tell(done, total)

            parcel = yield from gather_order(sharing, self._order, to, go_on)
            if wanted != self._wanted or not parcel.ended or not parcel.code:
                continue
            self._parcel = parcel
            self._as_file, self._frames = "", ()
            try:
                self._frames = tuple((yield from on_read(partial(sharing.parcels.frames, parcel.code))))
            except CountersignError as error:
                if error.code != TOO_LONG:
                    raise
                self._as_file = sentence(error.code, error.params)
                if not to and known is not None and len(known.readers) > 1:
                    self._as_file += " " + _("It may be shorter for one reader: choose one.")
        return wanted

    def _tell(self, done: int, total: int) -> bool:
        if done and not self._work.closed:
            self._work.busy = _("Making the code: {done} of {total} messages").format(done=done, total=total)
            self._render()
        return not self._work.closed

    def _made(self, _wanted: int) -> None:
        """Nothing to keep: it is in place."""

    def _write(self, contents: Sequence[bytes], path: Path) -> None:
        write = partial(self._session.sharing.parcels.write, path, contents)
        self._session.tasks.run(Lane.READ, write, partial(self._written, path), self._work.failed)

    def _written(self, path: Path, _none: None) -> None:
        self._saved, self._work.problem = _("Saved as {name}.").format(name=path.name), ""
        if not self._work.closed:
            self._render()

    # — showing —

    def _render(self) -> None:
        known, parcel, work = self._known, self._parcel, self._work
        answered = known is not None and known.answered
        state = ShowCodeState(
            _("Your answer as a code") if answered else _("This payment as a code"),
            _("The other device reads it by camera, from the screen, or from pictures. It needs no network."),
            busy=work.busy,
            problem=work.problem,
            blocked=self._blocked(),
            answered=answered,
        )
        if known is None or known.record is None:
            self._view.show_state(state)
            return
        content = known.record.content
        self._view.show_state(
            ShowCodeState(
                state.heading,
                state.lead,
                payee=content.payment.creditor_name,
                amount=money_text(content.payment.instructed_amount, language()),
                phrase=fingerprint_phrase(known.record.digest, self._words),
                readers=known.readers,
                reader=self._reader,
                frames=self._frames,
                as_file=self._as_file,
                parts=_parts(parcel) if parcel is not None else (),
                saved=self._saved,
                blocked=state.blocked,
                busy=work.busy,
                problem=work.problem,
                answered=answered,
            )
        )

    def _blocked(self) -> str:
        known = self._known
        if not self._session.sharing.hears:
            return sentence(NO_KEY)
        if known is not None and known.record is None:
            return _("This payment is not known here any more.")
        if known is not None and not known.others:
            return _("There is no other device to show it to. Invite somebody, or add a device of yours, under Team.")
        if self._parcel is None:
            return _("It is being made ready; try again in a moment.")
        return ""


def _parts(parcel: OrderParcel) -> tuple[str, ...]:
    """Say what is in it."""
    count = len(parcel.recipients)
    readers = ngettext(
        "Sealed for {count} device: no other can read it.", "Sealed for {count} devices: no other can read it.", count
    )
    events = ngettext(
        "It holds {count} signed message that the other side may lack.",
        "It holds {count} signed messages that the other side may lack.",
        parcel.events,
    )
    found = [readers.format(count=count), events.format(count=parcel.events)]
    if parcel.left_out:
        text = ngettext(
            "{count} document is too large for a code. It is in the file.",
            "{count} documents are too large for a code. They are in the file.",
            parcel.left_out,
        )
        found.append(text.format(count=parcel.left_out))
    return tuple(found)
