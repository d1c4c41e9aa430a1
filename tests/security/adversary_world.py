"""A world of the adversary campaign: a few persons and their devices around one store that nobody trusts.

Everything is drawn from one number. What is really signed goes into the truth at the moment of signing; what a device
knows comes from the program alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random  # noqa: TID251 - worlds are drawn from a printed number

from countersign.application.flows.exchange import ExchangeReport, Memory, exchange_once
from countersign.application.flows.script import run_script
from countersign.application.ports.vault import VaultTransaction
from countersign.application.ports.workspace import Statement, Taken
from countersign.application.use_cases.exchange_envelopes import Tools
from countersign.domain.approval.rule import ApprovalRule, Need
from countersign.domain.errors import ConnectorError, CountersignError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chain_store import ChainTip, MemoryStore
from countersign.domain.ledger.checkpoint import Checkpoint
from countersign.domain.ledger.envelope import BINDING_BYTES, MAGIC, EnvelopeHeader
from countersign.domain.ledger.event import Chain, Event, EventDraft
from countersign.domain.ledger.governance import Device, Governance, Member, Role, World
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.domain.ledger.several_devices import RULE_KINDS, Ledger
from countersign.domain.policy import Policy
from countersign.testing.fake_relay import AdversaryStore, FakeRelay, parcel_name
from countersign.testing.fake_workspace import FakeKeys, FakeSuite, MemoryWorkspace, fake_verify
from countersign.testing.fakes import FakeClock, FakeEntropy, InlineTasks
from tests.security.adversary_truth import Truth

WORKSPACE = "22" * 16
BAND = 1_000_000
"""Minor units: above this, more must sign."""


@dataclass
class Post:
    """What was really sealed and left, by the binding that everybody can read."""

    letters: dict[bytes, tuple[EnvelopeHeader, Checkpoint | None]] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)  # parcels, by name

    def find(self, content: bytes) -> tuple[EnvelopeHeader, Checkpoint | None] | None:
        return self.letters.get(content[len(MAGIC) : len(MAGIC) + BINDING_BYTES])


class Store(AdversaryStore):
    """The adversary's store, which can also become honest without giving back what it lost."""

    def be_honest(self) -> None:
        """Withhold nothing from now on; what was dropped is gone for good."""
        self._side.clear()
        self.release()


class Watched(MemoryWorkspace):
    """A vault whose signatures go into the truth. It remembers what it folded until an event could change it."""

    truth: Truth
    post: Post
    honest = True
    _kept: Ledger | None = None
    _said: Checkpoint | None = None

    def prepare(self, truth: Truth, post: Post) -> None:
        self.truth, self.post = truth, post
        self.news: list[str] = []

    def begin_with(self, genesis: Event) -> None:
        """Take the first event, as an invitation would name it."""
        self._genesis = genesis.id
        self.take_in([genesis])

    def saying(self, checkpoint: Checkpoint | None) -> None:
        """Name the checkpoint that goes with whatever is sealed next."""
        self._said = checkpoint

    @property
    def tips(self) -> dict[str, ChainTip]:
        """Where the shared chains end."""
        return {key[0]: tip for key, tip in self._history.tips.items() if key[1] is Chain.SHARED}

    @property
    def forks(self) -> dict[str, int]:
        """The first place of each shared chain that is known to be signed twice."""
        return {key[0]: found[0] for key, found in self._history.store.forks().items()}

    @property
    def every(self) -> Iterable[Event]:
        """All events that were accepted."""
        return self._events.every.values()

    @property
    def ledger(self) -> Ledger:
        known = self._kept
        if known is None or known.events is not self._events or known.genesis != self._genesis:
            self._kept = known = Ledger(self._history, self._events, self._genesis, fake_verify)
        return known

    def sign(self, statement: Statement) -> bytes:
        """Sign, and let the truth know."""
        if isinstance(statement, Checkpoint):
            self._said = statement
        elif isinstance(statement, EnvelopeHeader):
            self.post.letters[statement.message] = (statement, self._said)
        else:
            signature = super().sign(statement)
            self.truth.signatures.add((self.identity.device, statement.message, signature.hex()))
        return super().sign(statement)

    @contextmanager
    def transaction(self) -> Iterator[VaultTransaction]:
        """Open a transaction; what was signed and committed is true."""
        self._ends = dict(self._history.tips)
        with super().transaction() as change:
            yield change
        for event in self._appended:
            self.truth.note(event, honest=self.honest)
            self.news.append(event.id)

    def append(self, draft: EventDraft) -> Event:
        folded, read = self._folded, self._read
        event = super().append(draft)
        self._remember([event], folded, read)
        return event

    def take_in(self, events: Iterable[Event], parcel: tuple[str, str] | None = None) -> Taken:
        folded, read = self._folded, self._read
        forks = {key: len(found) for key, found in self._history.store.forks().items()}
        taken = super().take_in(events, parcel)
        self.news += taken.accepted
        if forks == {key: len(found) for key, found in self._history.store.forks().items()}:
            self._remember([self._events.every[name] for name in taken.accepted], folded, read)
        return taken

    def _remember(self, events: Sequence[Event], folded: dict[str, OrderRecord | None], read: Rules | None) -> None:
        if not any(event.kind in RULE_KINDS for event in events):
            changed = {event.header.subject for event in events}
            self._folded = {subject: known for subject, known in folded.items() if subject not in changed}
            self._read = read

    def _forget(self, appended: Sequence[Event]) -> None:
        """Take back what this device just appended: nothing rests on it yet."""
        store, index = self._history.store, self._events
        assert isinstance(store, MemoryStore)
        for event in reversed(appended):
            header = event.header
            place = ((header.device, Chain.SHARED), header.seq)
            left = tuple(name for name in store._places.pop(place) if name != event.id)  # noqa: SLF001 - the fake's
            if left:
                store._places[place] = left  # noqa: SLF001
            del store._events[event.id], index.every[event.id]  # noqa: SLF001
            lists = (index.subjects[header.subject], index.rules, index.chains[header.device], self._store.shared)
            for listed in (*lists, *index.approvals.values()):
                if event in listed:
                    listed.remove(event)
        store._tips = dict(self._ends)  # noqa: SLF001
        self._read, self._folded, self._kept = None, {}, None


class SpyRelay(FakeRelay):
    """A device's way to the store that remembers what went through."""

    def __init__(self, store: Store, reader: str, post: Post) -> None:
        super().__init__(store, reader)
        self.post = post
        self.read: list[bytes] = []  # parcels as they were left, of this round
        self.listed: frozenset[str] | None = None  # of a full listing in this round
        self.own: list[str] = []

    def put(self, content: bytes) -> str:
        try:
            name = super().put(content)
        finally:
            left = parcel_name(content)
            if left in self.store.put_honestly:  # where this failed, the last one there is somebody else's
                self.post.left.add(left)
        self.own.append(name)
        return name

    def drop(self, name: str) -> None:
        super().drop(name)
        self.own = [known for known in self.own if known != name]

    def get(self, name: str) -> bytes | None:
        found = super().get(name)
        if found is not None and name in self.post.left:
            self.read.append(found)
        return found

    def names(self, mark: str = "") -> tuple[Sequence[str], str]:
        found = super().names(mark)
        if not mark:
            self.listed = frozenset(found[0])
        return found


@dataclass
class Seat:
    """One device."""

    name: str
    member: str
    vault: Watched
    relay: SpyRelay
    tools: Tools
    memory: Memory = field(default_factory=Memory)
    report: ExchangeReport | None = None
    broken: str = ""  # why a round failed that the store let through
    reached: dict[str, tuple[Checkpoint, int]] = field(default_factory=dict)  # newest of each speaker, and when it came

    @property
    def device(self) -> str:
        return self.vault.identity.device

    @property
    def honest(self) -> bool:
        return self.vault.honest

    def round(self) -> bool:
        """Make one round; tells whether it went through."""
        self.relay.read, self.relay.listed, self.report = [], None, None
        failed: list[Exception] = []
        reports: list[ExchangeReport] = []
        script = exchange_once(self.vault, self.relay, self.tools, self.memory)
        run_script(InlineTasks(), script, reports.append, failed.append)
        if failed:
            if not isinstance(failed[0], CountersignError):
                raise failed[0]
            self.broken = "" if isinstance(failed[0], ConnectorError) else failed[0].code
            self.relay.own.clear()
            self.memory = Memory()
            return False
        self.report = reports[0]
        return True


@dataclass
class Setting:
    """A world."""

    number: int
    chance: Random
    clock: FakeClock
    store: Store
    truth: Truth
    post: Post
    seats: list[Seat]
    orders: list[str] = field(default_factory=list)
    payees: list[str] = field(default_factory=list)
    on_round: Callable[[Seat], None] = lambda _seat: None

    def round(self, seat: Seat) -> bool:
        """Let a device make a round, and somebody look at what came of it; tells whether it went through."""
        through = seat.round()
        self.on_round(seat)
        return through

    @property
    def honest(self) -> list[Seat]:
        return [seat for seat in self.seats if seat.honest]

    @property
    def villains(self) -> list[Seat]:
        return [seat for seat in self.seats if not seat.honest]

    def identifier(self) -> str:
        return self.chance.randbytes(16).hex()

    def pick(self, seats: Sequence[Seat]) -> Seat | None:
        return self.chance.choice(seats) if seats else None


R, A, G, V = Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR, Role.AUDITOR


def policies(chance: Random) -> Policy:
    """Draw a policy: how many sign, and what is asked above the band."""
    above = chance.choice(
        [
            (),
            (ApprovalRule("large", "EUR", BAND, needs=(Need("", 2),)),),
            (ApprovalRule("large", "EUR", BAND, needs=(Need("board", 1),)),),
            (ApprovalRule("large", "EUR", BAND, needs=(Need("board", 1), Need("treasury", 1))),),
            (ApprovalRule("large", "EUR", BAND, needs=(Need("treasury", 1), Need("board", 1)), ordered=True),),
            (ApprovalRule("large", "EUR", BAND, second_device=True),),
        ]
    )
    return Policy(approvals=chance.choice([1, 2]), requester_may_approve=False, rules=above)


def make_world(number: int) -> Setting:
    """Make a world: four devices of three persons, to six of five."""
    chance = Random(f"world {number}")
    clock, truth, post = FakeClock(), Truth(), Post()
    store = Store(f"store {number}")
    size = chance.choice([4, 5, 6])
    alone = chance.random() < 0.3  # one administrator only
    persons = [
        ("mei", chance.choice([(R, A, G), (R, G)]), ("treasury",)),
        ("tom", (A,) if alone else (A, G), ("treasury", "board")),
        ("mal", chance.choice([(R, A), (A, R, G)]), ("board",)),
        *([("ann", (V,), ())] if size > 4 else []),
        *([("cho", (R, A), ("board", "treasury"))] if size > 5 else []),
    ]
    twice = chance.choice(["tom", "mal", "mal"])
    names = [*(name for name, _, _ in persons), f"{twice} again"]
    keys = {name: FakeKeys(f"{number} {name}") for name in names}
    members = {name: FakeKeys(name).kit[:32] for name, _, _ in persons}
    people = [Member(members[name], name, roles, keys[name].kit, groups) for name, roles, groups in persons]
    devices = [keys[name].device(members[name.split()[0]]) for name in names]
    vaults = [_vault(clock, number, name, keys[name], members[name.split()[0]]) for name in names]
    for vault in vaults:
        vault.prepare(truth, post)
    state = Governance(0, World.PRACTICE, tuple(people), tuple(devices), policies(chance))
    _begin(vaults, state)
    seats = [_seat(vault, name, store, post, clock) for vault, name in zip(vaults, names, strict=True)]
    for seat in seats:
        seat.vault.honest = not seat.name.startswith("mal")
    return Setting(number, chance, clock, store, truth, post, seats)


def _vault(clock: FakeClock, number: int, name: str, keys: FakeKeys, member: str) -> Watched:
    return Watched(clock, FakeEntropy(f"{number} {name}"), keys=keys, workspace=WORKSPACE, member=member)


def _begin(vaults: Sequence[Watched], state: Governance) -> None:
    first = vaults[0]
    with first.transaction() as change:
        event = change.append(EventDraft(kinds.WORKSPACE_CREATED, WORKSPACE, state.canonical()))
    for vault in vaults:
        vault.begin_with(event)


def _seat(vault: Watched, name: str, store: Store, post: Post, clock: FakeClock) -> Seat:
    tools = Tools(FakeSuite(), fake_verify, clock, FakeEntropy(f"seal {vault.keys.name}"))
    return Seat(name, vault.identity.member, vault, SpyRelay(store, name, post), tools)


def open_devices(seat: Seat) -> list[Device]:
    """List the open devices as a device knows them."""
    return [item for item in seat.vault.rules.governance.devices if not item.closed]


Step = Callable[[Setting], bool]
