"""A whole unlocked program without window, disk or network: for tests of presenters and views.

``make_world()`` gives a populated practice workspace; what it holds is written out here, so that tests can name it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from countersign.adapters.rails.pack_file import RailsFile
from countersign.application.ports.bank import BankAccount, BankEntry
from countersign.application.ports.practice import Letter
from countersign.application.ports.tasks import Lane, Tasks
from countersign.application.session import Session
from countersign.application.use_cases.connect_bank import connect_bank
from countersign.application.use_cases.keep_payee import keep_payee
from countersign.application.use_cases.refresh_accounts import fetch_statements, import_statements
from countersign.domain.money import Money
from countersign.domain.payee import DetailsSource, NameCheck, PayeeDetails, PayeeKind, VopOutcome
from countersign.domain.policy import Policy
from countersign.testing.fake_bank import CODE, PASSWORD, ScriptedBank
from countersign.testing.fake_documents import ScriptedFiles
from countersign.testing.fake_files import ListedFiles, carried_connector
from countersign.testing.fake_practice import FakePractice
from countersign.testing.fake_projections import MemoryProjections
from countersign.testing.fake_vault import MemoryVault

__all__ = [
    "CODE",
    "PASSWORD",
    "FakeClock",
    "FakeEntropy",
    "FakePractice",
    "InlineTasks",
    "ManualTasks",
    "MemoryProjections",
    "MemoryVault",
    "ScriptedBank",
    "World",
    "make_world",
]

T = TypeVar("T")

START_MS: Final = 1_795_348_800_000
"""Sunday 22 November 2026, 12:00 UTC."""

DAY_MS: Final = 86_400_000
RAILS: Final = RailsFile()
ZONE: Final = ZoneInfo("Europe/Luxembourg")

MAIN: Final = "LU209990012345678901"
SAVINGS: Final = "LU709990098765432101"
POUNDS: Final = "LU559990055500012345"
SOLICITORS: Final = ("Hartwell & Stone Solicitors LLP", "GB79SVVP99001731926819", "SVVPGB2L")
LANDLORD: Final = ("Jürgen Groß", "DE28999700200532013000", "ISAPDEM2")
SUPPLIER: Final = ("Atelier Verhoeven B.V.", "NL47AMSP0417164300", "AMSPNL2A")
STRANGER_ACCOUNT: Final = "LT309991000123456789"


class FakeClock:
    """A clock that stands still until told otherwise."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self._now = now_ms
        self._monotonic = 0

    def now_ms(self) -> int:
        """Return the time."""
        return self._now

    def monotonic_ms(self) -> int:
        """Return the time that never goes back."""
        return self._monotonic

    def advance(self, milliseconds: int) -> None:
        """Let time pass."""
        self._now += milliseconds
        self._monotonic += milliseconds

    def jump(self, milliseconds: int) -> None:
        """Set the wall clock forward or back; the other one knows nothing of it."""
        self._now += milliseconds


class FakeEntropy:
    """Bytes that look random and are the same in every run."""

    def __init__(self, seed: str = "fake") -> None:
        self._seed = seed
        self._count = 0

    def token_bytes(self, count: int) -> bytes:
        """Return ``count`` bytes."""
        found = b""
        while len(found) < count:
            self._count += 1
            found += hashlib.sha256(f"{self._seed}/{self._count}".encode()).digest()
        return found[:count]

    def request_id(self) -> str:
        """Return a UUID, version 4."""
        return str(uuid.UUID(bytes=self.token_bytes(16), version=4))


class InlineTasks:
    """Does all work at once, on the spot."""

    def __init__(self) -> None:
        self.lanes: list[Lane] = []

    def run(
        self, lane: Lane, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        """Do it."""
        self.lanes.append(lane)
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - handed on, as real tasks do
            failed(error)
            return
        done(result)


class ManualTasks:
    """Keeps work until the test asks for the next piece: for looking at what a page shows meanwhile."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Lane, Callable[[], None]]] = deque()
        self._inline = InlineTasks()

    def run(
        self, lane: Lane, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        """Keep it."""
        self._waiting.append((lane, partial(self._inline.run, lane, work, done, failed)))

    @property
    def waiting(self) -> Sequence[Lane]:
        """The lanes of the work that waits."""
        return tuple(lane for lane, _ in self._waiting)

    def step(self) -> None:
        """Do the next piece."""
        self._waiting.popleft()[1]()

    def finish(self) -> None:
        """Do all there is and all that follows from it."""
        while self._waiting:
            self.step()


@dataclass(slots=True)
class World:
    """A session and the fakes under it."""

    session: Session
    vault: MemoryVault
    reader: MemoryProjections
    bank: ScriptedBank
    practice: FakePractice
    clock: FakeClock
    entropy: FakeEntropy
    payees: dict[str, str] = field(default_factory=dict)  # name to identifier


def make_world(*, tasks: Tasks | None = None, policy: Policy | None = None, populated: bool = True) -> World:
    """Make a practice workspace.

    Args:
        tasks: ``InlineTasks`` if not given.
        policy: The approval rule; the usual one if not given.
        populated: With three own accounts, two years of payments, three known payees and four letters.
    """
    clock, entropy = FakeClock(START_MS - 60 * DAY_MS), FakeEntropy()
    return world_around(MemoryVault(clock, entropy, policy=policy), clock, entropy, tasks, populated=populated)


def world_around(
    vault: MemoryVault, clock: FakeClock, entropy: FakeEntropy, tasks: Tasks | None = None, *, populated: bool = True
) -> World:
    """Make the rest of a world around a vault whose clock stands two months before ``START_MS``; see ``make_world``."""
    reader = MemoryProjections(vault)
    bank = ScriptedBank(clock)
    practice = FakePractice(bank, _letters() if populated else ())
    session = Session(
        vault=vault,
        reader=reader,
        tasks=tasks or InlineTasks(),
        clock=clock,
        entropy=entropy,
        zone=ZONE,
        new_request_id=entropy.request_id,
        connector=carried_connector(clock),
        files=ListedFiles(),
        rails=RAILS,
        practice=practice,
        documents=ScriptedFiles(),
    )
    world = World(session, vault, reader, bank, practice, clock, entropy)
    if populated:
        _populate(world)
    clock.jump(START_MS - clock.now_ms())
    return world


def _populate(world: World) -> None:
    bank, clock = world.bank, world.clock
    name, credential = world.practice.enrol()
    connect_bank(world.vault, world.entropy, name, credential, bank.profile())
    world.session.banks[name], world.session.has_door = bank, True
    bank.name_checks = {
        SOLICITORS[1]: (VopOutcome.CLOSE_MATCH, SOLICITORS[0]),
        STRANGER_ACCOUNT: (VopOutcome.NO_MATCH, ""),
    }
    for payee, account, agent in (LANDLORD, SUPPLIER):
        details = PayeeDetails(payee, account, agent, PayeeKind.COMPANY, DetailsSource.CONTRACT)
        check = NameCheck(VopOutcome.MATCH, payee, account, "", clock.now_ms(), "vop-0")
        world.payees[payee], _ = keep_payee(world.vault, world.entropy, details, "", check)
    clock.jump(START_MS - clock.now_ms())
    bank.own_accounts = [
        _account("acc-1", MAIN, "Main account", Money(41_200_000, "EUR")),
        _account("acc-2", SAVINGS, "Savings", Money(1_250_000, "EUR")),
        _account("acc-3", POUNDS, "Account in pounds", Money(2_384_517, "GBP")),
    ]
    bank.own_entries["acc-1"] = [_entry(number) for number in range(24, 0, -1)]
    import_statements(world.vault, world.entropy, name, fetch_statements(bank, 0))
    bank.calls.clear()


def _account(resource: str, iban: str, name: str, balance: Money) -> BankAccount:
    return BankAccount(resource, iban, name, balance, balance)


def _entry(month: int) -> BankEntry:
    """Return a payment of some EUR 6,000, ``month`` months ago, to the landlord or the supplier."""
    name, account, _ = LANDLORD if month % 2 else SUPPLIER
    minor = 560_000 + month * 7_919 % 90_000
    return BankEntry(
        entry=f"entry-{month:02}",
        booked=True,
        booked_at=START_MS - month * 30 * DAY_MS,
        amount=Money(-minor, "EUR"),
        counterparty=name,
        counterparty_account=account,
        end_to_end_id=f"OLD{month:02}",
        remittance=f"Invoice {1000 + month}",
    )


def _letters() -> tuple[Letter, ...]:
    solicitors, supplier = SOLICITORS, SUPPLIER
    return (
        Letter(
            letter="letter-1",
            kind="invoice_redirected",
            sender_name="Atelier Verhoeven",
            sender_address="facturen@atelier-verhoevven.example",
            date="2026-11-21",
            subject="Invoice 25-0068: new bank details",
            text="Because of an audit our usual account can't receive money. Use the account below from now on.",
            creditor_name=supplier[0],
            creditor_account=STRANGER_ACCOUNT,
            creditor_agent="NERPLT2V",
            amount="18460.00",
            currency="EUR",
            reference="25-0068",
        ),
        Letter(
            letter="letter-2",
            kind="contract",
            sender_name=solicitors[0],
            sender_address="conveyancing@hartwell-stone.example",
            date="2026-11-19",
            subject="14 Orchard Row: exchange of contracts and deposit",
            text="The deposit goes to our client account, as set out on page 4 of the contract you signed.",
            creditor_name="Hartwell and Stone Solicitors",
            creditor_account=solicitors[1],
            creditor_agent=solicitors[2],
            amount="250000.00",
            currency="EUR",
            reference="HS/4471 deposit 14 Orchard Row",
        ),
        Letter(
            letter="letter-3",
            kind="invoice",
            sender_name=supplier[0],
            sender_address="facturen@atelier-verhoeven.example",
            date="2026-11-16",
            subject="Invoice 25-0061",
            text="The account is the one you have paid to before.",
            creditor_name=supplier[0],
            creditor_account=supplier[1],
            creditor_agent=supplier[2],
            amount="6180.00",
            currency="EUR",
            reference="25-0061",
        ),
        Letter(
            letter="letter-4",
            kind="letter",
            sender_name="Alder Practice Bank",
            sender_address="news@alder-practice-bank.example",
            date="2026-11-13",
            subject="Name checks before transfers",
            text="Before a transfer leaves we now ask the payee's bank whether the name belongs to the account.",
            creditor_name="",
            creditor_account="",
            creditor_agent="",
            amount="",
            currency="",
            reference="",
        ),
    )
