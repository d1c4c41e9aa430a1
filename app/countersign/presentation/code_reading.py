"""Reading a code that another device shows: from pictures, the clipboard, the screen, or a camera.

All of it is untrusted, and nothing but the window's own work is done on its thread: pictures are decoded one at a time
in the lane that reads, and a picture that comes meanwhile is left out; the code goes round and round.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from countersign.application.flows.script import Script, on_vault
from countersign.application.ports.parcels import Collected, Collector
from countersign.application.ports.tasks import Lane
from countersign.application.session import Session
from countersign.application.sharing import NO_KEY
from countersign.application.use_cases.exchange_envelopes import TakenParcel
from countersign.domain.errors import CountersignError
from countersign.domain.order_state import OrderState
from countersign.presentation.code_showing import CodeNavigate
from countersign.presentation.error_texts import sentence
from countersign.presentation.messages import _, ngettext
from countersign.presentation.parcels import PictureHands
from countersign.presentation.team_desk import Work

FILES_LIMIT: Final = 400
"""Twice as many as the longest code has pictures."""
PATIENCE: Final = 30
"""So many pictures without a code, and it is said what may help."""

_KEPT_BACK: Final = "kept back"

TakePicture = Callable[[], bytes]
"""Gives a picture as a portable greymap; to be called in a lane. Raises ``SecurityError``: ``qr.no_picture``."""


class PictureSource(Protocol):
    """Where pictures come from, one after the other. Everything on the window's thread, and at once."""

    def open(self) -> None:
        """Begin."""

    def latest(self) -> TakePicture | None:
        """Return the newest picture; None where there is none that is new."""

    @property
    def failure(self) -> str:
        """Why there are none, and how to go on, in words; empty where there are."""

    def close(self) -> None:
        """End; calling it again does no harm."""


class PictureSources(Protocol):
    """What there is to read from on this computer."""

    def screen(self) -> PictureSource:
        """Return what looks at the screen."""

    def camera(self) -> PictureSource:
        """Return the camera."""

    @property
    def no_camera(self) -> str:
        """Why there is no camera, and how to go on, in words; empty where one may be."""


@dataclass(frozen=True, slots=True)
class ReadCodeState:
    """What the page shows.

    Attributes:
        watching: ``screen`` or ``camera`` while that is looked at; empty else.
        progress: How far the code was read, in words; ``have`` and ``total`` likewise.
        hint: What may help, or what was ignored.
        blocked: Why nothing can be read here; empty where it can.
        camera_blocked: Why the camera can't be used; empty where it may.
        may_stop: Something goes on that can be stopped.
    """

    heading: str
    lead: str
    watching: str = ""
    progress: str = ""
    have: int = 0
    total: int = 0
    hint: str = ""
    blocked: str = ""
    camera_blocked: str = ""
    busy: str = ""
    problem: str = ""
    said: str = ""
    may_stop: bool = False


class ReadCodeView(Protocol):
    """The page."""

    def show_state(self, state: ReadCodeState) -> None:
        """Show the state."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What came of one picture: the parcels of a file, or how far a code was put together."""

    contents: tuple[bytes, ...]
    collected: Collected
    codes: int = 0


class ReadCodePresenter:
    """Reads pictures until a message is whole, takes it in, and opens the order that it is about."""

    def __init__(
        self, session: Session, view: ReadCodeView, go: CodeNavigate, hands: PictureHands, sources: PictureSources
    ) -> None:
        """Make the presenter.

        Args:
            session: The unlocked work.
            view: The page.
            go: Where to go.
            hands: The system's dialogs, and what reads pictures from files.
            sources: The screen and the camera.
        """
        self._session, self._view, self._go = session, view, go
        self._hands, self._sources = hands, sources
        self._work = Work(session, self._render)
        self._parcels = session.sharing.parcels
        self._collector: Collector = self._parcels.collector()
        self._order = ""
        self._source: PictureSource | None = None
        self._watching = ""
        self._queue: list[Callable[[], _Look]] = []
        self._queued = 0
        self._looking = False
        self._collected = Collected((), 0, 0)
        self._empty = 0
        self._hint = self._said = ""

    def start(self, order: str = "") -> None:
        """Show the page; ``order``: whose answer is awaited."""
        self._order = order
        self._render()

    def close(self) -> None:
        """Look at nothing any more."""
        self._end()
        self._work.closed = True

    # — where from —

    def choose_file(self) -> None:
        """Ask for a picture, or a file."""
        kinds = _("Countersign and pictures (*.countersign *.png *.jpg *.jpeg)")
        self._hands.choose_file(kinds, lambda path: self.read_files((path,)))

    def read_files(self, paths: Sequence[Path]) -> None:
        """Read pictures, or a file, in this order."""
        self._stop_watching()
        self._look_at([partial(self._file, path) for path in paths[:FILES_LIMIT]])

    def paste(self, take: TakePicture | None, text: str) -> None:
        """Read what is on the clipboard: a picture, or the text of a code, which may be empty."""
        self._stop_watching()
        if take is not None:
            self._look_at([partial(self._picture, take)])
        elif text.strip():
            self._look_at([partial(self._texts, [text.strip()])])
        else:
            self._work.problem = _("There is no picture on the clipboard. Take a screenshot of the code, then paste.")
            self._render()

    def watch_screen(self) -> None:
        """Look at the screen until a code was read from it."""
        self._watch("screen", self._sources.screen())

    def watch_camera(self) -> None:
        """Look through the camera until a code was read."""
        if not self._sources.no_camera:
            self._watch("camera", self._sources.camera())

    def stop(self) -> None:
        """Read no further; what was read of a code stays for another try."""
        self._end()
        self._render()

    def leave(self) -> None:
        """Go back."""
        if self._order:
            self._go.open_order(self._order)
        else:
            self._go.open_inbox()

    def tick(self) -> None:
        """Look at the newest picture, unless one is being looked at: to be called several times a second."""
        source = self._source
        if source is None or self._looking or self._work.busy:
            return
        if source.failure:
            self._work.problem = source.failure
            self._stop_watching()
            self._render()
            return
        take = source.latest()
        if take is not None:
            self._run(partial(self._picture, take))

    def _watch(self, kind: str, source: PictureSource) -> None:
        self._end()
        self._begin()
        self._source, self._watching = source, kind
        source.open()
        self._render()

    def _stop_watching(self) -> None:
        source, self._source, self._watching = self._source, None, ""
        if source is not None:
            source.close()

    def _end(self) -> None:
        self._stop_watching()
        self._queue.clear()
        self._queued = 0

    def _begin(self) -> None:
        self._work.problem = self._said = self._hint = ""
        self._empty = 0

    # — looking, a picture at a time —

    def _look_at(self, looks: Sequence[Callable[[], _Look]]) -> None:
        if self._work.busy:
            return
        if not self._queue:
            self._begin()
            self._queued = 0
        self._queue += looks
        self._queued += len(looks)
        self._next()
        self._render()

    def _next(self) -> None:
        if self._queue and not self._looking:
            self._run(self._queue.pop(0))

    def _run(self, look: Callable[[], _Look]) -> None:
        self._looking = True
        self._session.tasks.run(Lane.READ, look, self._looked, self._not_looked)

    def _file(self, path: Path) -> _Look:
        contents = tuple(self._parcels.read(path))
        if contents:
            return _Look(contents, Collected((), 0, 0))
        return self._picture(partial(self._hands.read_picture, path))

    def _picture(self, take: TakePicture) -> _Look:
        return self._texts(self._parcels.texts(take()))

    def _texts(self, texts: Sequence[str]) -> _Look:
        found = self._collector.add(texts)
        return _Look(found.contents, found, len(texts))

    def _looked(self, look: _Look) -> None:
        self._looking = False
        if self._work.closed:
            return
        if look.contents:
            self._end()
            self._collected = Collected((), 0, 0)
            self._hint = ""
            self._work.run(self._take(look.contents), _("Reading the messages"), self._taken)
            return
        before, self._collected = self._collected, look.collected
        self._empty = 0 if look.codes else self._empty + 1
        self._hint = self._hint_of(look, stuck=before == look.collected)
        if not self._queue and not self._watching and not look.codes:
            self._work.problem = _(
                "No code was found there. Take the picture anew: sharp, and with the whole code on it."
            )
        if look.codes and not self._queue and not self._watching and not self._hint:
            self._hint = _("Read the other pictures, too, in any order.")
        self._next()
        self._render()

    def _hint_of(self, look: _Look, *, stuck: bool) -> str:
        found = look.collected
        if found.damaged:
            return sentence("qr.damaged")
        if found.foreign:
            return sentence("qr.foreign")
        if found.several:
            return _("Codes of two messages were seen. They are kept apart; show one of them only, and it goes faster.")
        if self._watching and self._empty >= PATIENCE:
            if self._watching == "screen":
                return _("No code is in sight. Move this window aside, so that the whole code can be seen.")
            return _("No code is in sight. Hold it straight and near, and see that nothing glares on it.")
        return self._hint if stuck else ""

    def _not_looked(self, error: Exception) -> None:
        self._looking = False
        if not isinstance(error, CountersignError):
            self._end()
            raise error
        if self._work.closed:
            return
        self._work.problem = sentence(error.code, error.params)
        if not self._queue:
            self._stop_watching()
        self._next()
        self._render()

    # — taking it in —

    def _take(self, contents: Sequence[bytes]) -> Script[tuple[TakenParcel, str]]:
        found = yield from self._session.sharing.take(contents)
        where = yield from on_vault(partial(self._page_for, found.about))
        if where and where != _KEPT_BACK:
            self._session.sharing.by_code.add(found.about)
        return found, where

    def _page_for(self, order: str) -> str:
        """Return where an order is shown: what waits for an answer from here in the inbox, others on their page.

        One whose words are kept back by need to know is shown nowhere.

        VAULT lane.
        """
        vault = self._session.sharing.vault
        record = vault.order(order) if order else None
        if record is None:
            kept_back = bool(order) and any(item.body is None for item in vault.events_of(order))
            return _KEPT_BACK if kept_back else ""
        waits = record.state is OrderState.PREPARED and record.sender != vault.identity.device
        return "inbox" if waits else "order"

    def _taken(self, result: tuple[TakenParcel, str]) -> None:
        found, where = result
        if found.refused or found.passed:
            self._work.problem = sentence(found.refused or found.passed)
        elif found.later:
            self._said = _("It is from a device that isn't known here yet: it is read again once it is.")
        elif where == _KEPT_BACK:
            self._said = _("The messages were read. Your role doesn’t include the details of this payment.")
        elif where == "order":
            self._go.open_order(found.about)
        elif where:
            self._go.open_inbox(found.about)
        elif found.about:
            self._work.problem = _(
                "The payment can’t be shown: it rests on messages that this device lacks. Show the code again there, "
                "for this device, or bring a file from Team, How messages travel."
            )
        elif found.asked:
            self._said = _("Somebody asks to join. Look at the page of the team.")
        else:
            text = ngettext(
                "The messages were read; {count} was new.", "The messages were read; {count} were new.", found.events
            )
            self._said = text.format(count=found.events)

    # — showing —

    def _render(self) -> None:
        if self._work.closed:
            return
        found = self._collected
        waiting = self._queued - len(self._queue)
        progress = ""
        if found.total:
            progress = _("{have} of {total} pictures read.").format(have=found.have, total=found.total)
        elif self._watching:
            progress = _("Looking for a code…")
        elif self._queue or self._looking:
            progress = _("Looking at picture {number} of {count}.").format(number=waiting, count=self._queued)
        self._view.show_state(
            ReadCodeState(
                _("Read the answer") if self._order else _("Read a code"),
                _("What another device shows: a payment to approve, or an answer. It is checked before it counts."),
                watching=self._watching,
                progress=progress,
                have=found.have,
                total=found.total,
                hint=self._hint,
                blocked="" if self._session.sharing.hears else sentence(NO_KEY),
                camera_blocked=self._sources.no_camera,
                busy=self._work.busy,
                problem=self._work.problem,
                said=self._said,
                may_stop=bool(self._watching or self._queue),
            )
        )
