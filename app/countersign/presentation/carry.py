"""Carrying a payment to the bank by hand: what to copy or upload, what to compare, and what the person says they did.

The person's word is shown as their word. Whether money left is told by a fact of the bank and by nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Final, Protocol

from countersign.application.flows.progress import Phase, Progress
from countersign.application.flows.script import in_lane, run_script
from countersign.application.ports.bank import Handover, Reach
from countersign.application.ports.tasks import Lane
from countersign.application.session import Session
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState
from countersign.domain.unicode_safety import CleanText, clean_text
from countersign.presentation.carry_practice import PracticeHands, PracticeState
from countersign.presentation.carry_words import (
    Advice,
    CopyField,
    Question,
    advice,
    copy_fields,
    file_expectations,
    file_steps,
    questions,
)
from countersign.presentation.error_texts import sentence
from countersign.presentation.file_hands import FileHands
from countersign.presentation.formats import isolate, path_text
from countersign.presentation.messages import _
from countersign.presentation.order_by_hand import said_sentence

REFERENCE_LIMIT: Final = 70
LARGEST_PROOF: Final = 10 * 1024 * 1024
_OPEN: Final = frozenset({Phase.CARRYING, Phase.ACCEPTED, Phase.UNKNOWN})


@dataclass(frozen=True, slots=True)
class CarryFile:
    """The payment file: ``digest`` is its SHA-256 in groups of eight, ``sha256`` the same for the clipboard."""

    name: str
    folder: str
    path: str
    digest: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A document of the bank's that is kept with the order."""

    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class CarryState:
    """What the page shows.

    Attributes:
        said: What the person said, and that the bank has said nothing; empty until they said it.
        by_file: The payment is a file, which is uploaded; else it is typed.
        fields: What is copied into the bank's page; with a file, what its portal should show.
        stopped: An answer says that the payment should not be confirmed.
        tampered: Which field was no longer in the clipboard as it was copied; empty where all is well.
        unanswered: Why *I have confirmed it* can't be said yet; empty where it can.
        asks_not_done: The question whether really nothing was confirmed is shown.
    """

    heading: str
    lead: str
    by_file: bool
    said: str = ""
    fields: tuple[CopyField, ...] = ()
    file: CarryFile | None = None
    steps: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    advice: tuple[Advice, ...] = ()
    stopped: bool = False
    tampered: str = ""
    unanswered: str = ""
    asks_not_done: bool = False
    proofs: tuple[Proof, ...] = ()
    practice: PracticeState | None = None
    problem: str = ""


class Carried(Protocol):
    """The order that is carried, and what can be said of it."""

    @property
    def record(self) -> OrderRecord | None:
        """The order, as last read."""

    @property
    def progress(self) -> Progress:
        """Where its submission stands."""

    def handed_over(self, reference: str) -> None:
        """Say that it was carried."""

    def not_handed_over(self) -> None:
        """Say that it was not."""

    def prove(self, name: str, data: bytes) -> None:
        """Keep a document with it."""


@dataclass(slots=True)
class _Said:
    """What the person said on the page so far."""

    answers: dict[str, str] = field(default_factory=dict)
    tampered: str = ""
    asks_not_done: bool = False
    problem: str = ""


class CarryPanel:
    """Leads through carrying one order.

    Attributes:
        practice: The hands at the practice bank.
    """

    def __init__(
        self,
        session: Session,
        order: Carried,
        changed: Callable[[], None],
        hands: FileHands | None,
        bring_in: Callable[[], None],
    ) -> None:
        """Make the panel.

        Args:
            session: The unlocked work.
            order: The order.
            changed: Called when there is something new to show.
            hands: For choosing a document; None where there are no dialogs.
            bring_in: Goes to the page for statements and status files.
        """
        self._session, self._order, self._changed = session, order, changed
        self._hands, self._bring_in = hands, bring_in
        self._said = _Said()
        self.practice = PracticeHands(session, hands, changed)

    # — what a person does —

    def answer(self, question: str, value: str) -> None:
        """Answer what the bank's page shows."""
        self._said.answers[question] = value
        self._changed()

    def clipboard_changed(self, key: str) -> None:
        """Hear that what was copied is no longer what is in the clipboard."""
        self._said.tampered = next((item.label for item in self._fields() if item.key == key), key)
        self._changed()

    def copy_again(self) -> None:
        """Go on after the clipboard differed: the person says that it was themselves."""
        self._said.tampered = ""
        self._changed()

    def open_folder(self) -> None:
        """Have the system show where the payment file is."""
        path = self._handover().path
        if self._hands is not None and path is not None:
            self._hands.open_folder(path.parent)

    def upload(self) -> None:
        """Upload the file at the practice bank's portal."""
        path = self._handover().path
        if path is not None:
            self.practice.upload(path)

    def type_in_app(self) -> None:
        """Type the payment into the practice bank's app."""
        record = self._order.record
        if record is not None:
            self.practice.type_in_app(record.content.payment)

    def fetch_statement(self) -> None:
        """Download the statement of the account that pays."""
        record = self._order.record
        if record is not None:
            self.practice.fetch_statement(record.content.payment.debtor_account)

    def handed_over(self, reference: str) -> None:
        """Say that it was confirmed or handed over at the bank."""
        found = clean_text(reference, REFERENCE_LIMIT) if reference.strip() else CleanText("")
        if not isinstance(found, CleanText):
            self._complain(_("The reference has signs that can't be kept, or is longer than 70. Type it as it stands."))
            return
        self._said.problem = ""
        self._order.handed_over(found.text)

    def ask_not_done(self) -> None:
        """Show the question whether really nothing was confirmed."""
        self._said.asks_not_done = True
        self._changed()

    def keep_open(self) -> None:
        """Leave the order as it is."""
        self._said.asks_not_done = False
        self._changed()

    def not_done(self) -> None:
        """Say that nothing was confirmed at the bank: the order ends."""
        self._said.asks_not_done, self._said.problem = False, ""
        self._order.not_handed_over()

    def add_proof(self) -> None:
        """Choose a document of the bank's to keep with the order."""
        if self._hands is not None:
            self._hands.choose_file(_("Documents and pictures (*.pdf *.png *.jpg *.jpeg *.webp *.heic)"), self._read)

    def bring_in(self) -> None:
        """Go to where statements and status files are brought in."""
        self._bring_in()

    def _read(self, path: Path) -> None:
        def read() -> tuple[str, bytes]:
            with path.open("rb") as file:
                return path.name, file.read(LARGEST_PROOF + 1)

        run_script(self._session.tasks, in_lane(Lane.READ, read), self._keep, self._not_read)

    def _keep(self, found: tuple[str, bytes]) -> None:
        name, data = found
        if not data or len(data) > LARGEST_PROOF:
            self._complain(_("The document is empty or larger than 10 MB. Choose another one."))
            return
        self._said.problem = ""
        self._order.prove(name, data)

    def _not_read(self, error: Exception) -> None:
        if not isinstance(error, OSError):
            raise error
        self._complain(_("The document could not be read. Look whether it is still there."))

    def _complain(self, text: str) -> None:
        self._said.problem = text
        self._changed()

    # — showing —

    def state(self) -> CarryState | None:
        """Say what is to be shown; None where nothing is carried now."""
        record, progress = self._order.record, self._order.progress
        if record is None or not record.by_hand or progress.phase not in _OPEN:
            return None
        handover, said = self._handover(), self._said
        reach = self._reach(record, handover)
        payment = record.content.payment
        practice = self.practice.state(record, reach)
        if record.handed_over_at or record.state is not OrderState.INITIATED:
            return CarryState(
                heading=_("Your bank has the word now"),
                lead=_(
                    "Only a statement or a status file of your bank tells what became of it. A PDF or a picture of its "
                    "confirmation is kept beside it, and settles nothing."
                ),
                by_file=reach is Reach.FILES,
                said=_said(record, self._session.zone),
                proofs=tuple(_proof(*item) for item in record.proofs),
                practice=practice,
                problem=said.problem,
            )
        if progress.handover is None:  # new payments are stopped: nothing is shown that could be carried
            return CarryState(
                heading=_("Don't carry this payment now"),
                lead=sentence(progress.error or "intent.frozen", progress.error_params),
                by_file=reach is Reach.FILES,
                said=_("If you carried it before, say so on the order's page once the stop is lifted."),
                practice=None,
                problem=said.problem,
            )
        found = advice(said.answers)
        by_file = reach is Reach.FILES
        asked = () if by_file else questions(payment, said.answers)
        heading, lead = _headings(reach)
        return CarryState(
            heading=heading,
            lead=lead,
            by_file=by_file,
            fields=file_expectations(payment) if by_file else copy_fields(payment),
            file=_file(handover) if by_file else None,
            steps=file_steps(handover.name) if by_file else (),
            questions=asked,
            advice=found,
            stopped=any(item.tone == "danger" for item in found),
            tampered=said.tampered,
            unanswered=_unanswered(asked),
            asks_not_done=said.asks_not_done,
            practice=practice,
            problem=said.problem,
        )

    def _fields(self) -> tuple[CopyField, ...]:
        record = self._order.record
        return copy_fields(record.content.payment) if record is not None else ()

    def _handover(self) -> Handover:
        return self._order.progress.handover or Handover()

    def _reach(self, record: OrderRecord, handover: Handover) -> Reach:
        bank = self._session.banks.get(record.bank)
        if bank is not None:
            return bank.reach
        return Reach.FILES if handover.path is not None else Reach.MANUAL


def _said(record: OrderRecord, zone: tzinfo) -> str:
    """Say whose word there is so far."""
    if record.state is OrderState.ACCEPTED:
        return _("Your bank's status file says that it took the payment. No statement shows the money yet.")
    if record.handed_over_at:
        return said_sentence(record, zone)
    return _("Nobody knows whether it was carried to your bank. Look there before you do anything else.")


def _headings(reach: Reach) -> tuple[str, str]:
    if reach is Reach.FILES:
        return (
            _("Hand the file to your bank"),
            _("The payment file is written and was read back. Nothing is paid before you release it at your bank."),
        )
    return (
        _("Confirm it in your bank's own app"),
        _("Open your bank's app or page beside this one. Copy each field, compare, and confirm it there."),
    )


def _unanswered(asked: tuple[Question, ...]) -> str:
    if all(item.chosen for item in asked):
        return ""
    return _("Answer the questions first: they are what tells a false payee from the right one.")


def _file(handover: Handover) -> CarryFile:
    if handover.path is None:
        return CarryFile(handover.name, _("It is no longer where it was laid: you may have taken it."), "", "", "")
    groups = (handover.sha256[place : place + 8] for place in range(0, len(handover.sha256), 8))
    return CarryFile(
        name=handover.name,
        folder=path_text(str(handover.path.parent)),
        path=str(handover.path),
        digest=" ".join(groups),
        sha256=handover.sha256,
    )


def _proof(name: str, sha256: str, size: int) -> Proof:
    kilobytes = -(-size // 1024)
    start = isolate(" ".join(sha256[place : place + 8] for place in range(0, 16, 8)) + " …")
    return Proof(name, _("{count} kB, SHA-256 {digest}").format(count=kilobytes, digest=start))
