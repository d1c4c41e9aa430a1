"""Files that banks wrote, as a list in memory; and banks that payments are carried to, without a disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from countersign.application.ports.bank import Bank, BankProfile, CommitPoint, Handover, Initiation, Reach
from countersign.application.ports.bank_files import FilePart, ListColumns, ListPreview, Reading
from countersign.application.ports.clock import Clock
from countersign.domain.canonical import JsonObject
from countersign.domain.errors import ConnectorError, FailureKind, UserFacingError
from countersign.domain.payment import PaymentFields, PaymentProduct
from countersign.testing.fake_bank import ScriptedBank


@dataclass(slots=True)
class ListedFiles:
    """Implements ``BankFiles``: by file name, the parts that reading it yields."""

    files: dict[str, Sequence[FilePart]] = field(default_factory=dict)

    def read(self, path: Path, progress: Reading | None = None) -> Iterator[FilePart]:
        """Yield the parts of a listed file."""
        parts = self.files.get(path.name)
        if parts is None:
            raise UserFacingError("file.unknown_kind")
        for number, part in enumerate(parts, 1):
            if progress is not None:
                progress(number, len(parts))
            yield part

    @staticmethod
    def preview(path: Path) -> ListPreview | None:
        """Say that no file is a list whose columns could be chosen."""
        del path
        return None

    def read_list(self, path: Path, columns: ListColumns, progress: Reading | None = None) -> Iterator[FilePart]:
        """Yield the parts of a listed file, whatever its columns."""
        del columns
        yield from self.read(path, progress)

    @staticmethod
    def fingerprint(path: Path) -> str:
        """Return a hash of the name."""
        return hashlib.sha256(path.name.encode()).hexdigest()


@dataclass(slots=True)
class CarriedByHand(ScriptedBank):
    """A bank that payments are carried to: it lays out, and nobody can ask it.

    Attributes:
        how: By file or by hand.
        laid_out: What was laid out, by end-to-end identification.
        taken: Whether somebody took it away.
    """

    how: Reach = Reach.FILES
    laid_out: dict[str, PaymentFields] = field(default_factory=dict)
    taken: bool = False

    @property
    def reach(self) -> Reach:
        """By file or by hand."""
        return self.how

    @property
    def baskets(self) -> None:
        """None: the person carries each payment."""

    def profile(self) -> BankProfile:
        """Declare."""
        self.called("profile")
        return BankProfile(
            name="Own bank",
            bic="",
            practice=True,
            commit_point=CommitPoint.INITIATION,
            never_executes_unauthorised=False,
            products=tuple(PaymentProduct),
            reach=self.how,
            checks_names=False,
        )

    def initiate(self, payment: PaymentFields, request_id: str) -> Initiation:
        """Lay out."""
        del request_id
        self.called("initiate")
        self.laid_out[payment.end_to_end_id] = payment
        self.may_lose("initiate")
        return self._laid_out(payment)

    def withdraw(self, payment: PaymentFields) -> None:
        """Take back what was laid out."""
        self.called("withdraw")
        if self.taken:
            raise ConnectorError(FailureKind.TERMINAL, "bank.perhaps_handed_over")
        self.laid_out.pop(payment.end_to_end_id, None)

    def write_recall(self, payment: PaymentFields, reason: str, note: str = "") -> Handover:
        """Name a file, where payments are files and this one is still there."""
        del note
        self.called("write_recall")
        if self.how is not Reach.FILES:
            raise ConnectorError(FailureKind.TERMINAL, "bank.no_door")
        if self.taken:
            raise ConnectorError(FailureKind.TERMINAL, "bank.recall_needs_file")
        name = f"RECALL-{payment.end_to_end_id}-{reason}.xml"
        return Handover(Path("/payments") / name, name, "cd" * 32)

    def recall_initiation(self, payment_id: str, product: PaymentProduct, payment: PaymentFields) -> Initiation:
        """Find what was laid out."""
        del product
        self.called("recall_initiation")
        if payment_id not in self.laid_out:
            raise ConnectorError(FailureKind.RETRYABLE, "bank.nothing_handed_over")
        return self._laid_out(payment)

    def _laid_out(self, payment: PaymentFields) -> Initiation:
        name = f"{payment.end_to_end_id}.xml"
        handover = Handover(Path("/payments") / name, name, "ab" * 32) if self.how is Reach.FILES else Handover()
        return Initiation(payment.end_to_end_id, None, None, "", "", None, handover)


def carried_connector(clock: Clock) -> Callable[[str, JsonObject], Bank]:
    """Return what makes connectors from kept settings."""

    def connect(_name: str, settings: JsonObject) -> Bank:
        return CarriedByHand(clock, how=Reach(str(settings["reach"])))

    return connect
