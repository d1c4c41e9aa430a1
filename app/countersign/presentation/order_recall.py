"""Asking a bank by file for the money back: why, and what the person does with the request that was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol

from countersign.application.flows.progress import Phase, Progress
from countersign.application.ports.bank import Handover
from countersign.domain.ledger.order_record import OrderRecord
from countersign.presentation.formats import isolate, path_text, time_text
from countersign.presentation.messages import _, language
from countersign.presentation.transfer_desk import Option


@dataclass(frozen=True, slots=True)
class RecallState:
    """What the page shows.

    Attributes:
        may_ask: A request can be written.
        asks: The question why is shown.
        chosen: The reason that was chosen, or empty.
        written: Which request was written, when and why; empty where none was.
        file: The request's file.
        folder: Where it lies, in words.
        steps: What to do with it.
    """

    may_ask: bool
    asks: bool = False
    reasons: tuple[Option, ...] = ()
    chosen: str = ""
    written: str = ""
    file: str = ""
    folder: str = ""
    steps: tuple[str, ...] = ()


class Recalled(Protocol):
    """The order whose money is asked back."""

    @property
    def progress(self) -> Progress:
        """Where its submission stands."""

    def open(self, order: str, then: Callable[[Phase], None]) -> None:
        """Take the order up."""

    def recall(self, reason: str) -> None:
        """Write the request."""


class OrderRecall:
    """Leads to a request, and to what is done with it."""

    def __init__(self, zone: tzinfo, order: Recalled, changed: Callable[[], None]) -> None:
        """Make it.

        Args:
            zone: The person's time zone.
            order: The order.
            changed: Called when there is something new to show.
        """
        self._zone, self._order, self._changed = zone, order, changed
        self._asks, self._chosen = False, ""
        self._written = Handover()

    def ask(self) -> None:
        """Show the question why."""
        self._asks, self._chosen = True, ""
        self._changed()

    def leave(self) -> None:
        """Write nothing."""
        self._asks = False
        self._changed()

    def choose(self, reason: str) -> None:
        """Say why."""
        self._chosen = reason
        self._changed()

    def write(self, order: str) -> None:
        """Write the request, once it was said why."""
        reason = self._chosen
        if not self._asks or not reason:
            return
        self._asks = False
        self._order.open(order, lambda _phase: self._order.recall(reason))

    def state(self, record: OrderRecord, *, idle: bool) -> RecallState | None:
        """Say what is to be shown; None where there is nothing to ask back by file.

        Args:
            record: The order.
            idle: Whether nothing else is under way.
        """
        may_ask = record.recallable and not record.returned_at
        if not may_ask and not record.recalled_at:
            return None
        written = self._order.progress.recall
        if written is not None:
            self._written = written
        asks = self._asks and may_ask
        reasons = tuple(Option(code, *words) for code, words in _reasons().items())
        if asks or not record.recalled_at:
            return RecallState(may_ask and idle and not asks, asks=asks and idle, reasons=reasons, chosen=self._chosen)
        return RecallState(
            may_ask=may_ask and idle,
            written=_("Written on {time}. Reason: {reason}.").format(
                time=isolate(time_text(record.recalled_at, str(getattr(self._zone, "key", "UTC")), language())),
                reason=recall_reason(record.recall_reason),
            ),
            file=record.recall_file,
            folder=self._folder(record.recall_file),
            steps=_steps() if may_ask else (),
        )

    def _folder(self, name: str) -> str:
        path = self._written.path
        if path is None or path.name != name:
            return _("In your folder for payment files, beside the payment file")
        return path_text(str(path.parent))


def recall_reason(code: str) -> str:
    """Say why, for a code of ours; another one as it is."""
    words = _reasons().get(code)
    return words[0] if words else code


def _reasons() -> dict[str, tuple[str, str]]:
    """Word the ISO 20022 ExternalCancellationReason1Code that a payer may say; code, then title and meaning."""
    return {
        "FRAD": (
            _("Fraud"),
            _("You were deceived, or somebody else made this payment. Call your bank and the police as well, now."),
        ),
        "DUPL": (_("Sent twice"), _("The same payment went to the bank more than once.")),
        "TECH": (_("A technical fault"), _("A program sent something that nobody meant to send.")),
        "CUST": (_("Another reason"), _("Your bank may ask you why. The payee may have to agree.")),
    }


def _steps() -> tuple[str, ...]:
    return (
        _("Call your bank first if it is urgent: a file may be read only on its next business day."),
        _("Upload the file in your bank's portal, where you uploaded the payment file, and release it there."),
        _("Bring in your bank's answer. It is the bank's word only: a statement shows whether the money is back."),
    )
