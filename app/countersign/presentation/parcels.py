"""Parcels that a person carries, for a page: saving one, reading one from a file, a picture or the clipboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from countersign.application.ports.parcels import Gathered, Parcels
from countersign.application.ports.tasks import Lane, Tasks
from countersign.domain.errors import CountersignError
from countersign.presentation.error_texts import sentence, words_of
from countersign.presentation.file_hands import FileHands
from countersign.presentation.messages import _, ngettext

TOO_LONG: Final = "qr.too_long"


class PictureHands(FileHands, Protocol):
    """The system's dialogs, and what reads pictures."""

    def read_picture(self, path: Path) -> bytes:
        """Read a picture from a file, as a portable greymap. Any lane.

        Raises:
            SecurityError: ``qr.no_picture``.
        """


class ParcelDesk:
    """Saves and reads parcels; a code that comes in several pictures is put together as they are read.

    Attributes:
        frames: The parcel to hand over, as texts of codes; none before ``offer``.
        as_file: Why it can't be shown as codes, and goes as a file; empty where it can.
        saved: Under which name it was saved last, in words.
        reading: How far a code was read, in words.
        problem: What did not work, in words.
    """

    def __init__(
        self,
        parcels: Parcels,
        tasks: Tasks,
        hands: PictureHands,
        arrived: Callable[[Sequence[bytes]], None],
        render: Callable[[], None],
    ) -> None:
        """Work for one page.

        Args:
            parcels: Writes and reads them.
            tasks: Runs that off the window's thread.
            hands: The system's dialogs.
            arrived: Takes the parcels that were read: a file, or a code, may hold several, which belong together.
            render: Shows the page anew.
        """
        self._parcels, self._tasks, self._hands = parcels, tasks, hands
        self._arrived, self._render = arrived, render
        self._contents: tuple[bytes, ...] = ()
        self._texts: list[str] = []
        self._queue: list[tuple[str, ...]] = []
        self._gathering = False
        self.frames: tuple[str, ...] = ()
        self.as_file = self.saved = ""
        self.name = "parcel.countersign"
        self.reading = self.problem = ""

    def offer(self, contents: Sequence[bytes], name: str) -> None:
        """Have parcels ready; ``name`` is what their file would be called."""
        if tuple(contents) == self._contents:
            return
        self._contents, self.name, self.frames = tuple(contents), name, ()
        self.as_file = self.saved = ""
        if contents:
            self._tasks.run(Lane.READ, partial(self._parcels.frames, self._contents), self._framed, self._not_framed)

    def _framed(self, frames: Sequence[str]) -> None:
        self.frames = tuple(frames)
        self._render()

    def _not_framed(self, error: Exception) -> None:
        if not isinstance(error, CountersignError) or error.code != TOO_LONG:
            self._failed(error)
            return
        self.as_file = sentence(error.code, error.params)
        self._render()

    def save(self) -> None:
        """Ask where to put the parcel's file, and write it."""
        if self._contents:
            self._hands.save_file(self.name, _("Countersign (*.countersign)"), self._write)

    def _write(self, path: Path) -> None:
        work = partial(self._parcels.write, path, self._contents)
        self._tasks.run(Lane.READ, work, lambda _none: self._written(path), self._failed)

    def _written(self, path: Path) -> None:
        self.problem = ""
        self.saved = _("Saved as {name}.").format(name=path.name)
        self._render()

    def read(self) -> None:
        """Ask for a file, a parcel or a picture, and read it."""
        kinds = _("Countersign and pictures (*.countersign *.png *.jpg *.jpeg)")
        self._hands.choose_file(kinds, self._read)

    def _read(self, path: Path) -> None:
        self.problem = ""
        self._tasks.run(Lane.READ, partial(self._look, path), self._was_read, self._failed)

    def _look(self, path: Path) -> tuple[Sequence[bytes], Sequence[str]]:
        """Read a file: the parcels in it, or the texts of the codes in a picture. READ lane."""
        contents = self._parcels.read(path)
        return (contents, ()) if contents else ((), self._parcels.texts(self._hands.read_picture(path)))

    def _was_read(self, found: tuple[Sequence[bytes], Sequence[str]]) -> None:
        contents, texts = found
        if contents:
            self._arrived(contents)
        else:
            self._take(texts)

    def paste(self, picture: bytes, text: str) -> None:
        """Read what is on the clipboard: a picture, or the text of a code."""
        self.problem = ""
        if picture:
            self._tasks.run(Lane.READ, partial(self._parcels.texts, picture), self._take, self._failed)
        else:
            self._take([text.strip()] if text.strip() else [])

    def _take(self, texts: Sequence[str]) -> None:
        if not texts:
            self.problem = _("No code was found there. Take the picture anew: sharp, and with the whole code on it.")
            self._render()
            return
        self._queue.append(tuple(texts))
        self._gather()

    def _gather(self) -> None:
        """Put together what was read, one reading after the other."""
        if self._gathering or not self._queue:
            return
        self._gathering, texts, before = True, self._queue.pop(0), self._texts
        self._texts = [*before, *(text for text in texts if text not in before)]

        def done(found: Gathered) -> None:
            self._gathering = False
            self._gathered(found)
            self._gather()

        def failed(error: Exception) -> None:
            """Begin anew with what was read last, where that belongs to another parcel than what was read before."""
            self._gathering = False
            if before and isinstance(error, CountersignError) and error.code == "qr.mixed":
                self._texts = []
                self._queue.insert(0, texts)
            else:
                self._failed(error)
            self._gather()

        self._tasks.run(Lane.READ, partial(self._parcels.gather, tuple(self._texts)), done, failed)

    def _gathered(self, found: Gathered) -> None:
        if not found.contents:
            missing = found.total - found.have
            text = ngettext(
                "{have} of {total} parts read; {count} is missing.",
                "{have} of {total} parts read; {count} are missing.",
                missing,
            )
            self.reading = text.format(have=found.have, total=found.total, count=missing)
            self._render()
            return
        self._texts, self.reading = [], ""
        self._arrived(found.contents)

    def _failed(self, error: Exception) -> None:
        self._texts = []
        self.problem = words_of(error)
        self._render()
