"""A workspace of four devices at work, drawn from a seed; and what its events amount to in a vault they arrive at."""

from __future__ import annotations

import random  # noqa: TID251 - worlds and orders of arrival, drawn from a printed seed
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from countersign.adapters.vault.arrivals import Arrivals
from countersign.adapters.vault.book import Book
from countersign.adapters.vault.database import Connection, new_memory_database
from countersign.adapters.vault.projector import Projector
from countersign.adapters.vault.verification import projection_hashes
from countersign.application.ports.workspace import Taken
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.money import Money
from countersign.domain.order import money_object
from tests.integration.vault.story import added, elsewhere, entry
from tests.unit.domain.ledger.world import START, WORKSPACE, OrderDesk, Pen, Workspace, identifier, treasury

NOTE = kinds.INCIDENT_RAISED


@dataclass
class Crowd:
    """Four devices of three persons who hear of each other now and then; some sign twice, some are closed."""

    seed: int
    rng: random.Random = field(init=False)
    workspace: Workspace = field(init=False)
    desks: list[OrderDesk] = field(init=False)
    heard: dict[str, set[str]] = field(default_factory=dict)
    extra: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.workspace, first = treasury(approvals=self.rng.choice([1, 2]))
        pens = self.workspace.pens
        same = self.rng.random() < 0.1  # two devices may claim one name
        self.desks = [
            first,
            *(OrderDesk(self.workspace, pens[at], "order 1" if same else f"order {at + 1}") for at in (1, 3)),
        ]
        for desk, payee in zip(self.desks, (1, 2, 1 if self.rng.random() < 0.2 else 3), strict=True):
            desk.payee_name = f"payee {payee}"
            desk.payee = identifier(desk.payee_name)
        for pen in pens[1:]:
            pen.write(NOTE, identifier("hello"), {}, seen=(self.workspace.genesis,))
        for desk in self.desks:
            desk.add_payee()
            desk.freeze()
            desk.assess()
        for _ in range(self.rng.randrange(8, 24)):
            self.rng.choice(self._deeds())()
        if self.rng.random() < 0.4:
            self._fork()

    @property
    def events(self) -> list[Event]:
        """All that was written, parents before children."""
        return sorted([*self.workspace.events, *self.extra], key=lambda each: (each.order_key, each.id))

    def _deeds(self) -> list[Callable[[], object]]:
        return [
            *([self._approve] * 4),
            *([self._intend] * 2),
            *([self._report] * 2),
            *([self._pay] * 3),
            self._stop,
            self._edit_payee,
            *([self._freeze] if self.rng.random() < 0.2 else []),
            self._govern,
            *([self._dispute] if self.rng.random() < 0.4 else []),
            self._state,
            self._say_elsewhere,
        ]

    def _pen(self) -> Pen:
        return self.rng.choice(self.workspace.pens)

    def _hear(self, pen: Pen) -> tuple[Event, ...]:
        """Let a device hear of others, as far as their chains reach now."""
        others = [each for each in self.workspace.pens if each is not pen and each.shared]
        found = [each.shared[-1] for each in others if self.rng.random() < 0.5]
        return tuple(event for event in found if self._is_news(pen, event))

    def _is_news(self, pen: Pen, event: Event) -> bool:
        known = self.heard.setdefault(pen.device, set())
        if event.id in known:
            return False
        known.add(event.id)
        return True

    def _write(self, pen: Pen, kind: str, subject: str, body: dict[str, Json]) -> Event:
        return pen.write(kind, subject, body, seen=self._hear(pen))

    def _approve(self) -> None:
        desk, pen = self.rng.choice(self.desks), self._pen()
        body = desk.approval_body(epoch=self._epoch())
        seen = {desk.assessed.id: desk.assessed, **{event.id: event for event in self._hear(pen)}}
        named = [event for event in seen.values() if event.header.device != pen.device]
        one_each = {event.header.device: event for event in sorted(named, key=lambda each: each.header.seq)}
        pen.write(kinds.ORDER_APPROVED, desk.order, body, refs=(), seen=tuple(one_each.values()))

    def _epoch(self) -> int:
        return self.rng.choice([0, 0, 0, 1])

    def _intend(self) -> None:
        desk = self.rng.choice(self.desks)
        seen = self._hear(desk.sender)
        known = [event for head in seen for event in self._pen_of(head).shared if event.header.seq <= head.header.seq]
        approvals = [item for item in known if item.kind == kinds.ORDER_APPROVED and item.header.subject == desk.order]
        one_each = {item.header.device: item for item in approvals}
        if approvals or self.rng.random() < 0.3:
            desk.intend(list(one_each.values()), seen=seen, changes={"epoch": self._epoch()})

    def _pay(self) -> None:
        """Let others approve, and the sender send what it knows of; somebody may stop it without knowing."""
        desk = self.rng.choice(self.desks)
        given: dict[str, Event] = {}
        for pen in self.rng.sample(self.workspace.pens, 3):
            if pen.member != desk.sender.member and pen.member not in given:
                given[pen.member] = desk.approve(pen)
        approvals = list(given.values())[: self.workspace.policy.approvals]
        if self.rng.random() < 0.3:
            self._write(self._pen(), kinds.ORDER_STOPPED, desk.order, {"reason": "no"})
        desk.intend(approvals, seen=approvals)
        if self.rng.random() < 0.7:
            desk.say(kinds.ORDER_INITIATED, payment_id="P1")

    def _pen_of(self, event: Event) -> Pen:
        return next(pen for pen in self.workspace.pens if pen.device == event.header.device)

    def _report(self) -> None:
        desk, pen = self.rng.choice(self.desks), self._pen()
        body: dict[str, Json] = {
            "payment_id": "P1",
            "transaction_status": self.rng.choice(["ACSP", "ACSC", "RJCT"]),
            "authorised": True,
            "reason": "",
        }
        self._write(pen, kinds.ORDER_STATUS_CHANGED, desk.order, body)

    def _stop(self) -> None:
        self._write(self._pen(), kinds.ORDER_STOPPED, self.rng.choice(self.desks).order, {"reason": "no"})

    def _edit_payee(self) -> None:
        desk = self.rng.choice(self.desks)
        body = {**desk.version.says(), "name": f"Name {self.rng.randrange(3)}", "supersedes": [desk.version.id]}
        self._write(self._pen(), kinds.PAYEE_CHANGED, desk.payee, body)

    def _freeze(self) -> None:
        self._write(self._pen(), kinds.WORKSPACE_FROZEN, identifier("stop"), {})

    def _govern(self) -> None:
        """Change the policy, or close a device; sometimes two do so at once."""
        signers = [self.workspace.pens[0], self.workspace.pens[3]]
        state = self.workspace.state(epoch=1)
        if self.rng.random() < 0.5:
            state = replace(state, policy=replace(state.policy, approvals=self.rng.choice([1, 2])))
        else:
            lost = self.workspace.pens[self.rng.randrange(1, 3)]
            last = self.rng.choice(lost.shared).id
            gone = replace(lost.entry, closed=True, last_shared=last)
            state = replace(state, devices=tuple(gone if item == lost.entry else item for item in state.devices))
        said = self.workspace.change([self.workspace.genesis.id], state, signers)
        self._write(self.rng.choice(signers), kinds.GOVERNANCE_CHANGED, identifier("workspace"), said)

    def _dispute(self) -> None:
        """Let devices put changes in force that hear nothing of each other, and others settle them likewise."""
        pens = self.rng.sample(self.workspace.pens, 2)
        rivals = [self._decide(pen, [self.workspace.genesis], 1, wait) for pen, wait in zip(pens, (5, 6), strict=True)]
        for pen in self.rng.sample(self.workspace.pens, self.rng.choice([0, 1, 2, 3])):
            settled = self._decide(pen, rivals, 2, self.rng.choice([7, 8]))
            if self.rng.random() < 0.3:
                self._decide(pen, [settled], 3, self.rng.choice([7, 9]))

    def _decide(self, author: Pen, parents: Sequence[Event], epoch: int, wait: int) -> Event:
        policy = replace(self.workspace.policy, wait_seconds=wait)
        state = self.workspace.state(epoch=epoch, policy=policy)
        said = self.workspace.change([item.id for item in parents], state, self.workspace.pens[::3])
        seen = [item for item in parents if item.header.device != author.device]
        return author.write(kinds.GOVERNANCE_CHANGED, identifier("workspace"), said, seen=seen)

    def _state(self) -> None:
        entries: list[Json] = [
            entry(f"e{number}", self.rng.choice([-25_000_000, -100, 250]), START + number, end_to_end_id="CS0123456789")
            for number in self.rng.sample(range(4), 2)
        ]
        body: dict[str, Json] = {
            "account": "resource-1",
            "bank": "practice",
            "iban": "DE89370400440532013000",
            "name": "Everyday",
            "balance": money_object(Money(self.rng.randrange(1000), "EUR")),
            "available": money_object(Money(5, "EUR")),
            "as_of": START,
            "entries": entries,
        }
        self._write(self._pen(), kinds.STATEMENT_IMPORTED, identifier(f"statement {self.rng.random()}"), body)

    def _say_elsewhere(self) -> None:
        pen, which = self._pen(), self.rng.randrange(3)
        self._write(pen, kinds.PAYMENT_ELSEWHERE, identifier(f"elsewhere {which}"), elsewhere(100 * which + 100, START))
        self._write(pen, kinds.ACCOUNT_ADDED, identifier("account"), added(which))

    def _fork(self) -> None:
        """Let one device sign two events for one place."""
        pen = self.workspace.pens[self.rng.randrange(1, 4)]
        if len(pen.shared) > 1:
            before = pen.shared[self.rng.randrange(len(pen.shared) - 1)]
            desk = self.rng.choice(self.desks)
            other = pen.draft(kinds.ORDER_STOPPED, desk.order, {"reason": "other face"}, after=before)
            self.extra.append(other)
            if self.rng.random() < 0.5:
                told = next(each for each in self.workspace.pens if each is not pen)
                told.write(NOTE, identifier("told"), {}, seen=(other,))


class Shelf:
    """A vault's tables in memory, without keys and without a disk."""

    def __init__(self, workspace: Workspace) -> None:
        self.connection: Connection = new_memory_database(ledger=True)
        self.book = Book(self.connection, WORKSPACE, workspace.genesis.id)

    def take(self, events: Iterable[Event]) -> Taken:
        """Take a batch in."""
        self.book.begin()
        self.connection.execute("BEGIN")
        taken = Arrivals(self.connection, self.book, START).take(events)
        self.connection.execute("COMMIT")
        return taken

    def said(self) -> tuple[object, ...]:
        """Return all that must not depend on the order of arrival."""
        tips = sorted((device, tip.id) for (device, chain), tip in self.book.tables.tips().items())
        rules = self.book.ledger.rules()
        return (
            projection_hashes(self.connection),
            tips,
            self.book.history.proofs,
            [(item.event, item.state.epoch) for item in rules.epochs],
            rules.contested,
            sorted((name, item.base) for name, item in rules.changes.items()),
            rules.frozen,
            self.book.history.waiting,
        )

    def rebuilt(self) -> dict[str, str]:
        """Return the hashes of the projections when they are made anew by another who reads the tables."""
        fresh = new_memory_database()
        Projector(fresh, Book(self.connection)).replay_all(lambda _event: None)
        found = projection_hashes(fresh)
        fresh.close()
        return found

    def close(self) -> None:
        """Let go of the memory."""
        self.connection.close()


def in_any_order(events: Sequence[Event], rng: random.Random) -> list[list[Event]]:
    """Deliver every event at least once: in batches, with duplicates, some without their body at first."""
    arriving: list[Event] = []
    for event in events:
        arriving += [event] * rng.choice([1, 1, 1, 2])
        if rng.random() < 0.15 and event.kind not in kinds.GOVERNANCE_KINDS:
            arriving.append(replace(event, body=None))
    rng.shuffle(arriving)
    if rng.random() < 0.3:  # nearly in order
        arriving.sort(key=lambda each: each.header.lamport + rng.randrange(4))
    bare = [event for event in arriving if event.body is None]
    batches = []
    while arriving:
        size = rng.choice([1, 3, 10, 100])
        batches.append(arriving[:size])
        arriving = arriving[size:]
    names = {event.id for event in bare}
    return [*batches, [event for event in events if event.id in names]]
