"""The documents of one order: opened or saved as a copy, after they were found to be the very ones that were signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from countersign.application.flows.script import Script, on_network, on_read, on_vault, run_script
from countersign.application.ports.documents import DocumentFiles
from countersign.application.session import Session
from countersign.domain.documents import DocumentKind, require_same_bytes, viewed_name
from countersign.domain.errors import CountersignError, UserFacingError
from countersign.domain.order import Attachment, OrderContent
from countersign.presentation.document_words import document_name, hash_text, size_text
from countersign.presentation.file_hands import DocumentHands
from countersign.presentation.formats import isolate
from countersign.presentation.messages import _
from countersign.presentation.order_approvals import name_of
from countersign.presentation.transfer_desk import Problem


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One document.

    Attributes:
        missing: Why it can't be opened yet, and what to do; empty where it is here.
    """

    sha256: str
    name: str
    detail: str
    missing: str


@dataclass(frozen=True, slots=True)
class OrderDocumentsState:
    """What is shown; nothing at all where ``lines`` is empty.

    Attributes:
        lead: From whom they came, and what opening one does.
        said: What was just done, to be told.
    """

    lead: str = ""
    lines: tuple[DocumentLine, ...] = ()
    problem: Problem = field(default_factory=Problem)
    said: str = ""


class OrderDocumentsView(Protocol):
    """The card."""

    def show_documents(self, state: OrderDocumentsState) -> None:
        """Show the state."""


class OrderDocuments:
    """Shows the documents of one order for as long as its page is open. None is ever opened by itself."""

    def __init__(self, session: Session, hands: DocumentHands, view: OrderDocumentsView) -> None:
        """Make the presenter.

        Args:
            session: The unlocked work.
            hands: Saves a copy, and has the system show one.
            view: The card.
        """
        self._session, self._hands, self._view = session, hands, view
        self._order = ""
        self._content: OrderContent | None = None
        self._state = OrderDocumentsState()
        self._leave: Callable[[], None] = lambda: None
        self._closed = False

    def start(self, order: str) -> None:
        """Show the documents of an order, and what arrives of them later."""
        self._order = order
        if self._session.shared is not None:
            self._leave = self._session.shared.listen(self._look)
        self._look()

    def close(self) -> None:
        """Show nothing any more."""
        self._closed = True
        self._leave()

    # — what a person does —

    def open(self, sha256: str) -> None:
        """Have the system show a private copy of a document."""
        wanted = self._find(sha256)
        if wanted is not None:
            self._run(self._laid_out(*wanted), partial(self._show, wanted[0]))

    def save(self, sha256: str) -> None:
        """Ask where to put a copy, and write it there."""
        wanted = self._find(sha256)
        if wanted is not None:
            name = _copy_name(wanted[0])
            self._hands.save_file(name, _("All files (*)"), lambda path: self._save(*wanted, path))

    # — work —

    def _find(self, sha256: str) -> tuple[Attachment, DocumentFiles] | None:
        content, files = self._content, self._session.documents
        found = (item for item in content.attachments if item.sha256 == sha256) if content is not None else ()
        agreed = next(iter(found), None)
        return (agreed, files) if agreed is not None and files is not None else None

    def _bytes_of(self, agreed: Attachment) -> Script[bytes]:
        data = yield from on_vault(partial(self._session.vault.blob, agreed.sha256))
        if data is None:
            raise UserFacingError("document.not_here")
        return data

    def _laid_out(self, agreed: Attachment, files: DocumentFiles) -> Script[Path]:
        data = yield from self._bytes_of(agreed)
        return (yield from on_network(partial(_lay_out, agreed, files, data)))

    def _save(self, agreed: Attachment, files: DocumentFiles, path: Path) -> None:
        said = _("Saved as {name}. It is the very file that was signed.").format(name=isolate(path.name))
        self._run(self._copied(agreed, files, path), lambda _none: self._tell(said))

    def _copied(self, agreed: Attachment, files: DocumentFiles, path: Path) -> Script[None]:
        data = yield from self._bytes_of(agreed)
        yield from on_network(partial(_copy, agreed, files, path, data))

    def _show(self, agreed: Attachment, path: Path) -> None:
        if self._closed:
            return  # the person has left: nothing opens behind their back
        name = document_name(agreed)
        if self._hands.open_document(path):
            self._tell(_("Opened: {name}. It is the very file that was signed.").format(name=name))
        else:
            text = _("No program of this computer shows it. Save a copy, and open that where you can.")
            self._set(replace(self._state, problem=Problem(_("It could not be shown"), text), said=""))

    def _look(self) -> None:
        if not self._closed:
            run_script(self._session.tasks, self._read(), self._take, self._failed)

    def _read(self) -> Script[OrderDocumentsState]:
        session = self._session
        record = yield from on_read(partial(session.reader.order, self._order))
        if record is None or not record.content.attachments:
            return OrderDocumentsState()
        self._content = content = record.content
        names = tuple(item.sha256 for item in content.attachments)
        here = yield from on_read(partial(session.reader.documents_here, names))
        rules = yield from on_read(session.reader.rules)
        own = content.requester == session.vault.identity.member
        who = isolate(name_of(rules.governance, content.requester))
        missing = _missing_text(who, own=own)
        lines = tuple(
            DocumentLine(
                item.sha256,
                document_name(item),
                f"{size_text(item.size)} · {hash_text(item)}",
                "" if item.sha256 in here else missing,
            )
            for item in content.attachments
        )
        return OrderDocumentsState(_lead(who, own=own), lines)

    def _take(self, state: OrderDocumentsState) -> None:
        self._set(replace(state, problem=self._state.problem, said=""))

    def _run(self, script: Script[Path] | Script[None], done: Callable[..., None]) -> None:
        self._state = replace(self._state, problem=Problem(), said="")
        run_script(self._session.tasks, script, done, self._failed)

    def _tell(self, said: str) -> None:
        self._set(replace(self._state, problem=Problem(), said=said))

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, CountersignError):
            raise error
        self._set(replace(self._state, problem=_problem_of(error), said=""))

    def _set(self, state: OrderDocumentsState) -> None:
        self._state = state
        if not self._closed:
            self._view.show_documents(state)


def _copy_name(agreed: Attachment) -> str:
    """Suggest a name for a copy: by the kind that the name says, until the bytes are looked at."""
    ending = agreed.name.rpartition(".")[2].lower()
    kinds = {kind.value: kind for kind in DocumentKind} | {"jpeg": DocumentKind.JPEG}
    return viewed_name(agreed.name, kinds.get(ending, DocumentKind.TEXT))


def _lay_out(agreed: Attachment, files: DocumentFiles, data: bytes) -> Path:
    kind = require_same_bytes(agreed, data)
    return files.lay_out(viewed_name(agreed.name, kind), data)


def _copy(agreed: Attachment, files: DocumentFiles, path: Path, data: bytes) -> None:
    require_same_bytes(agreed, data)
    files.save(path, data)


def _lead(who: str, *, own: bool) -> str:
    if own:
        return _("Attached by you. Before one opens, it is checked to be the very file that you signed.")
    return _(
        "From {name}. Before one opens, it is checked to be the very file that was signed. It opens in another "
        "program: read it as evidence, follow no link in it, and call no number from it."
    ).format(name=who)


def _missing_text(who: str, *, own: bool) -> str:
    if own:
        return _("Not in this copy of the vault. Make a new payment with it, or ask another member for a copy.")
    return _("Not here yet: ask {name} to send it again.").format(name=who)


def _problem_of(error: CountersignError) -> Problem:
    found = Problem.of(error)
    kinds = {"document.program", "document.script", "document.office", "document.archive", "document.web_page"}
    if error.code in kinds | {"document.empty", "document.incomplete", "document.unknown"}:
        return Problem(_("This document is not opened"), found.text)
    return found
