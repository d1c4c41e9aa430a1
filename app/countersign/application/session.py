"""A session: what unlocked work stands on. Made at unlock, gone at lock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from countersign.application.flows.basket_run import BasketRun
from countersign.application.flows.basket_signing import BasketSigning
from countersign.application.flows.basket_submission import BasketSubmission
from countersign.application.flows.signing import Signing
from countersign.application.flows.submission import Progress, Submission
from countersign.application.ports.bank import Bank, Reach
from countersign.application.ports.bank_files import BankFiles
from countersign.application.ports.clock import Clock, Entropy
from countersign.application.ports.documents import DocumentFiles
from countersign.application.ports.practice import PracticeWorld
from countersign.application.ports.rails import Rails
from countersign.application.ports.tasks import Tasks
from countersign.application.ports.vault import LocalSpace, Projections, Vault
from countersign.application.use_cases.relied_on import known_in
from countersign.domain.canonical import Json, JsonObject
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger.order_record import OrderRecord

if TYPE_CHECKING:
    from countersign.application.sharing import Sharing

Together = TypeVar("Together", bound=BasketRun)
OfOne = TypeVar("OfOne", Submission, Signing)
Listener = Callable[[Progress], None]


@dataclass(slots=True)
class Submissions:
    """The submissions and further signatures of this session: they outlive the pages that show them."""

    _open: dict[str, Submission] = field(default_factory=dict)
    _signings: dict[str, Signing] = field(default_factory=dict)
    _together: dict[str, BasketRun] = field(default_factory=dict)
    _listeners: dict[str, list[Listener]] = field(default_factory=dict)
    _quiet: list[Callable[[], None]] = field(default_factory=list)

    def get(self, order: str, make: Callable[[Callable[[Progress], None]], Submission]) -> Submission:
        """Return the one submission of an order; ``make`` gets the callback that tells all listeners."""
        if order not in self._open:
            self._open[order] = make(lambda progress: self._tell(order, progress))
        return self._open[order]

    def signing(self, order: str, make: Callable[[Callable[[Progress], None]], Signing]) -> Signing:
        """Return the one further signature that is given here on an order, as ``get``."""
        if order not in self._signings:
            self._signings[order] = make(lambda progress: self._tell(signing_of(order), progress))
        return self._signings[order]

    def together(self, name: str, kind: type[Together], make: Callable[[Listener], Together]) -> Together:
        """Return the one run that signs these orders together, as ``get``; ``name`` is for ``listen``."""
        found = self._together.get(name)
        if not isinstance(found, kind):
            found = self._together[name] = make(lambda progress: self._tell(name, progress))
        return found

    def together_with(self, orders: Sequence[str]) -> tuple[BasketRun, ...]:
        """Return the runs that sign any of these orders with others."""
        return tuple(run for run in self._together.values() if not set(run.orders).isdisjoint(orders))

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
        runs: list[Submission | Signing | BasketRun] = [*self._open.values(), *self._signings.values()]
        if any(run.busy for run in (*runs, *self._together.values())):
            return
        waiting, self._quiet = self._quiet, []
        for call in waiting:
            call()


def signing_of(order: str) -> str:
    """Return the name under which ``Submissions.listen`` tells of an order's further signature."""
    return f"signing {order}"


def together_name(orders: Sequence[str], *, further: bool = False) -> str:
    """Return the name under which ``Submissions.listen`` tells of orders that are signed together."""
    return f"{'sign' if further else 'send'} together {' '.join(sorted(orders))}"


@dataclass(slots=True)
class Session:
    """Everything a presenter of the unlocked program is given.

    Attributes:
        zone: The person's time zone.
        practice: The practice world, where this workspace lives in it.
        connector: Makes the connector of a kept connection, from its settings.
        files: Reads what banks write.
        rails: What is known of the ways to pay.
        banks: The connected banks, by the names under which the vault knows the connections.
        accounts: Which connection each own account is reached by: an account is its number and its bank's code within a
            national clearing, which is empty where the number is an IBAN.
        has_door: Whether a connection to a bank with a door for programs is kept, be it reached now or not.
        shared: How this device shares its workspace with others.
        documents: The files that documents of orders come from and are opened as; None where there are none.
        customer: Whose device this is at the practice bank (PSU-ID); empty for the person of that world.
    """

    vault: Vault
    reader: Projections
    tasks: Tasks
    clock: Clock
    entropy: Entropy
    zone: tzinfo
    new_request_id: Callable[[], str]
    connector: Callable[[str, JsonObject], Bank]
    files: BankFiles
    rails: Rails
    practice: PracticeWorld | None = None
    banks: dict[str, Bank] = field(default_factory=dict)
    accounts: dict[tuple[str, str], str] = field(default_factory=dict)
    has_door: bool = False
    submissions: Submissions = field(default_factory=Submissions)
    shared: Sharing | None = None
    customer: str = ""
    documents: DocumentFiles | None = None

    def close(self) -> None:
        """Let go of the banks, of the relay and of the practice world. The vault is closed by its door.

        Copies of documents that were opened are taken away.
        """
        if self.documents is not None:
            self.documents.clear()
        if self.shared is not None:
            self.shared.close()
        for held in (*self.banks.values(), self.practice):
            if held is not None:
                held.close()
        self.banks.clear()

    @property
    def sharing(self) -> Sharing:
        """How this device shares its workspace with others; an error in the program where it can't."""
        if self.shared is None:
            raise RuntimeError("not shared")
        return self.shared

    @property
    def admitted(self) -> bool:
        """Whether this device belongs to its workspace: false while it waits to be admitted."""
        return self.shared is None or self.shared.admitted

    def when_quiet(self, call: Callable[[], None]) -> None:
        """Call once no exchange is under way, neither with a bank nor with other devices."""
        if self.shared is None:
            self.submissions.when_quiet(call)
        else:
            self.shared.when_quiet(lambda: self.submissions.when_quiet(call))

    @property
    def bank_id(self) -> str:
        """Under which name the vault knows the bank with a door for programs; empty where there is none."""
        return next((name for name, bank in self.banks.items() if bank.reach is Reach.XS2A), "")

    @property
    def bank(self) -> Bank | None:
        """The bank with a door for programs, once there is one."""
        return self.banks.get(self.bank_id)

    @property
    def expects_door(self) -> bool:
        """Whether a bank with a door for programs belongs here; all others are reached by hand."""
        return self.has_door or not self.banks

    def connected(self) -> Bank:
        """Return the bank with a door for programs.

        Raises:
            UserFacingError: ``bank.not_connected``.
        """
        bank = self.bank
        if bank is None:
            raise UserFacingError("bank.not_connected")
        return bank

    def attach(self, connection: str, settings: JsonObject) -> None:
        """Make the connector of a kept connection."""
        self.banks[connection] = self.connector(connection, settings)

    def bank_of_account(self, number: str, agent_member: str) -> Bank | None:
        """Return the bank that an own account is reached by; None where it isn't connected."""
        return self.banks.get(self.accounts.get((number, agent_member), self.bank_id))

    def bank_of(self, record: OrderRecord) -> tuple[str, Bank]:
        """Return the bank that an order was given to, or that its account is reached by.

        Raises:
            UserFacingError: ``bank.not_connected``.
        """
        payment = record.content.payment
        account = (payment.debtor_account, payment.debtor_agent_member)
        name = record.bank or self.accounts.get(account, self.bank_id)
        bank = self.banks.get(name)
        if bank is None:
            raise UserFacingError("bank.not_connected")
        return name, bank

    def submission(self, order: str) -> Submission:
        """Return the one submission of an order."""
        return self.submissions.get(order, partial(self._run_of, Submission, order))

    def signing(self, order: str) -> Signing:
        """Return the one further signature that is given here on an order."""
        return self.submissions.signing(order, partial(self._run_of, Signing, order))

    def _run_of(self, kind: type[OfOne], order: str, changed: Callable[[Progress], None]) -> OfOne:
        return kind(
            order=order,
            find_bank=self.bank_of,
            vault=self.vault,
            tasks=self.tasks,
            new_request_id=self.new_request_id,
            read=self.read_order,
            changed=changed,
            others=partial(self.submissions.together_with, (order,)),
        )

    def together(self, orders: Sequence[str]) -> BasketSubmission:
        """Return the one run that hands these orders in and signs them by one code."""

        def make(changed: Listener) -> BasketSubmission:
            return BasketSubmission(
                orders=tuple(orders),
                find_bank=self.bank_of,
                vault=self.vault,
                tasks=self.tasks,
                read=self.read_order,
                changed=changed,
                new_request_id=self.new_request_id,
                others=partial(self.submissions.together_with, tuple(orders)),
                submission=self.submission,
            )

        return self.submissions.together(together_name(orders), BasketSubmission, make)

    def signing_together(self, orders: Sequence[str]) -> BasketSigning:
        """Return the one further signature that is given here on what waits in a basket."""

        def make(changed: Listener) -> BasketSigning:
            return BasketSigning(
                orders=tuple(orders),
                find_bank=self.bank_of,
                vault=self.vault,
                tasks=self.tasks,
                read=self.read_order,
                changed=changed,
                new_request_id=self.new_request_id,
                others=partial(self.submissions.together_with, tuple(orders)),
            )

        return self.submissions.together(together_name(orders, further=True), BasketSigning, make)

    def read_order(self, order: str) -> OrderRecord:
        """Read an order through the writing connection. VAULT lane.

        Raises:
            UserFacingError: ``order.unknown``.
        """
        return known_in(self.vault, order)

    def connections(self) -> dict[str, dict[str, Json]]:
        """Return the kept connections with their settings. VAULT lane."""
        return {name: dict(value) for name, value in self.vault.local(LocalSpace.CREDENTIAL).items()}

    def credential(self) -> tuple[str, dict[str, Json]] | None:
        """Return the kept connection to a bank with a door for programs, if there is one. VAULT lane."""
        return next(((name, kept) for name, kept in self.connections().items() if "credential" in kept), None)
