"""A session: what unlocked work stands on. Made at unlock, gone at lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo

from countersign.application.flows.submission import Progress, Submission
from countersign.application.ports.bank import Bank
from countersign.application.ports.clock import Clock, Entropy
from countersign.application.ports.practice import PracticeWorld
from countersign.application.ports.tasks import Tasks
from countersign.application.ports.vault import LocalSpace, Projections, Vault
from countersign.domain.canonical import Json
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger.order_record import OrderRecord

Listener = Callable[[Progress], None]


@dataclass(slots=True)
class Submissions:
    """The submissions of this session: they outlive the pages that show them."""

    _open: dict[str, Submission] = field(default_factory=dict)
    _listeners: dict[str, list[Listener]] = field(default_factory=dict)
    _quiet: list[Callable[[], None]] = field(default_factory=list)

    def get(self, order: str, make: Callable[[Callable[[Progress], None]], Submission]) -> Submission:
        """Return the one submission of an order; ``make`` gets the callback that tells all listeners."""
        if order not in self._open:
            self._open[order] = make(lambda progress: self._tell(order, progress))
        return self._open[order]

    def listen(self, order: str, listener: Listener) -> Callable[[], None]:
        """Be told of an order's progress; call what is returned to stop."""
        listeners = self._listeners.setdefault(order, [])
        listeners.append(listener)
        return lambda: listeners.remove(listener) if listener in listeners else None

    def when_quiet(self, call: Callable[[], None]) -> None:
        """Call once no exchange with a bank is under way: at once, or when the last has been put on record."""
        self._quiet.append(call)
        self._tell_quiet()

    def _tell(self, order: str, progress: Progress) -> None:
        for listener in tuple(self._listeners.get(order, ())):
            listener(progress)
        self._tell_quiet()

    def _tell_quiet(self) -> None:
        if any(submission.busy for submission in self._open.values()):
            return
        waiting, self._quiet = self._quiet, []
        for call in waiting:
            call()


@dataclass(slots=True)
class Session:
    """Everything a presenter of the unlocked program is given.

    Attributes:
        zone: The person's time zone.
        practice: The practice world, where this workspace lives in it.
        bank: The connected bank, once there is one.
        bank_id: Under which name the vault knows the connection.
    """

    vault: Vault
    reader: Projections
    tasks: Tasks
    clock: Clock
    entropy: Entropy
    zone: tzinfo
    new_request_id: Callable[[], str]
    practice: PracticeWorld | None = None
    bank: Bank | None = None
    bank_id: str = ""
    submissions: Submissions = field(default_factory=Submissions)

    def close(self) -> None:
        """Let go of the bank and of the practice world. The vault is closed by its door."""
        for held in (self.bank, self.practice):
            if held is not None:
                held.close()
        self.bank = None

    def connected(self) -> Bank:
        """Return the bank.

        Raises:
            UserFacingError: ``bank.not_connected``.
        """
        if self.bank is None:
            raise UserFacingError("bank.not_connected")
        return self.bank

    def submission(self, order: str) -> Submission:
        """Return the one submission of an order."""
        bank = self.connected()

        def make(changed: Callable[[Progress], None]) -> Submission:
            return Submission(
                order=order,
                bank_id=self.bank_id,
                vault=self.vault,
                bank=bank,
                tasks=self.tasks,
                new_request_id=self.new_request_id,
                read=self.read_order,
                changed=changed,
            )

        return self.submissions.get(order, make)

    def read_order(self, order: str) -> OrderRecord:
        """Read an order through the writing connection. VAULT lane.

        Raises:
            UserFacingError: ``order.unknown``.
        """
        found = self.vault.order(order)
        if found is None:
            raise UserFacingError("order.unknown")
        return found

    def credential(self) -> tuple[str, dict[str, Json]] | None:
        """Return the kept bank connection, if there is one. VAULT lane."""
        kept = self.vault.local(LocalSpace.CREDENTIAL)
        return next(((name, dict(value)) for name, value in kept.items()), None)
