"""Documents within the third step: attach a contract or an invoice, and take it off again.

A file is read off the window's thread, one after the other. What was read is listed at once and kept in the vault with
the draft; where that fails it is taken off the list again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from countersign.application.flows.script import on_network, on_vault, run_script
from countersign.application.use_cases.attach_documents import (
    erase_document,
    keep_document,
    read_document,
    with_document,
    without_document,
)
from countersign.domain.errors import CountersignError
from countersign.domain.order import Attachment
from countersign.presentation.document_words import bounds_text, document_name, kind_text, size_text
from countersign.presentation.file_hands import FileHands
from countersign.presentation.messages import _
from countersign.presentation.transfer_desk import Problem, TransferDesk

_STOPPED = "document.stopped"


@dataclass(frozen=True, slots=True)
class AttachedRow:
    """A document that is attached."""

    sha256: str
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class DocumentsState:
    """What is attached.

    Attributes:
        bounds: What can be attached.
        busy: What is being read, in words; empty when nothing is.
        may_choose: Whether there are dialogs to choose with.
        said: What was just done, to be told.
    """

    rows: tuple[AttachedRow, ...]
    bounds: str
    busy: str
    problem: Problem
    may_choose: bool
    said: str


class DocumentsPart:
    """Attaches documents to the draft of a desk."""

    def __init__(self, desk: TransferDesk, hands: FileHands | None) -> None:
        """``hands``: for choosing files; None where there are no dialogs."""
        self._desk, self._hands = desk, hands
        self._waiting: list[Path] = []
        self._reading: Path | None = None
        self._turn = 0  # another one after each stop: what was begun before comes to nothing
        self._problem = Problem()
        self._said = ""

    # — what a person does —

    def choose(self) -> None:
        """Ask which file to attach."""
        if self._hands is not None:
            kinds = _("Documents (*.pdf *.png *.jpg *.jpeg *.txt)")
            self._hands.choose_file(kinds, lambda path: self.add([path]))

    def add(self, paths: Sequence[Path]) -> None:
        """Attach files, one after the other."""
        if self._desk.session.documents is None:
            return
        self._waiting += paths
        self._problem, self._said = Problem(), ""
        self._go_on()

    def stop(self) -> None:
        """Read no further."""
        self._turn += 1
        self._waiting.clear()

    def require_read(self) -> bool:
        """Tell whether nothing is being read; else say so: what comes too late would not be signed."""
        if self._reading is not None:
            text = _("It is attached in a moment. Wait for it, or stop reading, and go on then.")
            self._problem = Problem(_("A document is still being read"), text)
            self._desk.render()
        return self._reading is None

    def remove(self, sha256: str) -> None:
        """Take a document off; its bytes are erased, unless an order names them."""
        gone = next((item for item in self._desk.draft.documents if item.sha256 == sha256), None)
        if gone is None:
            return
        self._problem, self._said = Problem(), _("Removed: {name}").format(name=document_name(gone))
        self._desk.change(without_document(self._desk.draft, sha256))
        work = partial(erase_document, self._desk.session.vault, self._desk.draft, sha256)
        run_script(self._desk.session.tasks, on_vault(work), lambda _none: None, self._failed)
        self._desk.render()

    # — reading —

    def _go_on(self) -> None:
        files = self._desk.session.documents
        if self._reading is None and self._waiting and files is not None:
            self._reading = self._waiting.pop(0)
            work = partial(read_document, files, self._reading, partial(self._is_over, self._turn))
            done = partial(self._read, self._turn)
            run_script(self._desk.session.tasks, on_network(work), done, self._not_read)
        self._desk.render()

    def _is_over(self, turn: int) -> bool:
        """Tell whether what was begun in this turn is not wanted any more. Any thread."""
        return turn != self._turn or self._desk.closed

    def _read(self, turn: int, found: tuple[Attachment, bytes]) -> None:
        self._reading, self._problem = None, Problem()
        if self._is_over(turn):
            self._go_on()
            return
        added, data = found
        try:
            self._desk.change(with_document(self._desk.draft, added))
        except CountersignError as error:
            self._refuse(error)
            return
        self._said = _("Attached: {name}").format(name=document_name(added))
        # What is saved afterwards names it, too: the lane keeps the order in which it is asked.
        work = partial(keep_document, self._desk.session.vault, self._desk.draft, data)
        run_script(self._desk.session.tasks, on_vault(work), lambda _none: None, partial(self._not_kept, added))
        self._go_on()

    def _not_read(self, error: Exception) -> None:
        self._reading, self._problem = None, Problem()
        if not isinstance(error, CountersignError):
            raise error
        if error.code == _STOPPED:
            self._go_on()
        else:
            self._refuse(error)

    def _not_kept(self, added: Attachment, error: Exception) -> None:
        self._desk.change(without_document(self._desk.draft, added.sha256))
        self._failed(error)

    def _refuse(self, error: CountersignError) -> None:
        """Say why one was refused, and leave the others: the person should read it."""
        self._waiting.clear()
        self._failed(error)

    def _failed(self, error: Exception) -> None:
        self._problem, self._said = Problem.of(error), ""
        self._desk.render()

    # — showing —

    def state(self) -> DocumentsState:
        """Say what is to be shown."""
        return DocumentsState(
            rows=tuple(
                AttachedRow(item.sha256, document_name(item), f"{kind_text(item)} · {size_text(item.size)}")
                for item in self._desk.draft.documents
            ),
            bounds=bounds_text(),
            busy=_("Reading the document…") if self._reading is not None else "",
            problem=self._problem,
            may_choose=self._hands is not None,
            said=self._said,
        )
