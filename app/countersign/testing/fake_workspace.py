"""A vault in memory that shares its workspace: the domain's own history and folds, keys that only look like keys."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from countersign.application.failpoints import failpoint
from countersign.application.ports.clock import Clock, Entropy
from countersign.application.ports.vault import Identity, LocalSpace, VaultTransaction
from countersign.application.ports.workspace import ChainHead, Statement, Taken, Waiting
from countersign.domain.approval.limits import day_of
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import History
from countersign.domain.ledger.event import SALT_BYTES, Body, Chain, Event, EventDraft, Header
from countersign.domain.ledger.governance import Device, Governance, GovernanceError, Member, Role, World
from countersign.domain.ledger.heads import Head, SignedHead
from countersign.domain.ledger.merkle import MerkleTree
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import OrderKey, Rules
from countersign.domain.ledger.several_devices import RULE_KINDS, VERSION_KINDS, Ledger, keys_named_in
from countersign.domain.payee import PayeeRecord
from countersign.domain.policy import Policy
from countersign.testing.fake_keys import FakeKeys, FakeSuite, fake_verify
from countersign.testing.fake_parcels import MemoryParcels
from countersign.testing.fake_vault import MemoryVault, _Store

__all__ = ["FakeKeys", "FakeSuite", "MemoryWorkspace", "fake_verify"]


@dataclass(slots=True)
class _Indexed:
    """Accepted shared events; see ``several_devices.Events``."""

    every: dict[str, Event] = field(default_factory=dict)
    subjects: dict[str, list[Event]] = field(default_factory=dict)
    rules: list[Event] = field(default_factory=list)
    approvals: dict[int, list[Event]] = field(default_factory=dict)
    chains: dict[str, list[Event]] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        self.every[event.id] = event
        self.subjects.setdefault(event.header.subject, []).append(event)
        if event.kind in RULE_KINDS:
            self.rules.append(event)
        if event.kind == kinds.ORDER_APPROVED:
            self.approvals.setdefault(day_of(event.header.at), []).append(event)
        chain = self.chains.setdefault(event.header.device, [])
        chain.append(event)
        if len(chain) > 1 and chain[-2].header.seq >= event.header.seq:
            chain.sort(key=lambda item: (item.header.seq, item.id))

    def of_subject(self, subject: str) -> Sequence[Event]:
        return _folding(self.subjects.get(subject, ()))

    def of_rules(self) -> Sequence[Event]:
        return _folding(self.rules)

    def of_versions(self, payee: str) -> Sequence[Event]:
        return [event for event in self.of_subject(payee) if event.kind in VERSION_KINDS]

    def of_approvals(self, utc_day: int) -> Sequence[Event]:
        return _folding(self.approvals.get(utc_day, ()))


class MemoryWorkspace(MemoryParcels, MemoryVault):
    """One device's vault; implements ``WorkspaceVault`` and is its own transaction.

    Attributes:
        keys: The device's.
        waits_since: Event to when it began to wait.
        taken: Parcels that were taken, by the store.
        incidents: Called at the end of every transaction, see ``MemoryVault.before_commit``.
    """

    def __init__(  # a vault that waits to be admitted; ``begun`` makes one whose workspace begins here
        self, clock: Clock, entropy: Entropy, *, keys: FakeKeys, workspace: str, member: str, genesis: str = ""
    ) -> None:
        """Make the vault of a device that belongs nowhere yet."""
        self._clock, self._entropy = clock, entropy
        self.keys = keys
        self._own = keys.device(member)
        self._genesis = genesis
        self.identity = Identity("33" * 16, workspace, World.PRACTICE, self._own.device, member, keys.name)
        self.may_sign = True
        self.before_commit: Callable[[], None] = lambda: None
        self.commits = 0
        self._local: dict[LocalSpace, dict[str, dict[str, Json]]] = {}
        self._private: list[Event] = []
        self._store = _Store()
        self._events = _Indexed()
        self._keys_known: dict[str, bytes] = {self._own.device: keys.signing}
        self._history = History(workspace, self._keys_known, fake_verify, patient=True)
        self.waits_since: dict[str, tuple[Event, int]] = {}
        self.taken: set[tuple[str, str]] = set()
        self._folded: dict[str, OrderRecord | None] = {}
        self._read: Rules | None = None
        self._appended: list[Event] = []

    @classmethod
    def begun(
        cls,
        clock: Clock,
        entropy: Entropy,
        *,
        keys: FakeKeys,
        workspace: str,
        members: Sequence[Member] = (),
        devices: Sequence[Device] = (),
        policy: Policy | None = None,
    ) -> MemoryWorkspace:
        """Begin a workspace: of one, or of all the members and devices that are given beside its own."""
        member = hashlib.sha256(keys.name.encode()).hexdigest()[:32]
        vault = cls(clock, entropy, keys=keys, workspace=workspace, member=member)
        own = Member(member, keys.name, (Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR), vault.recovery_public_key)
        state = Governance(
            epoch=0,
            world=World.PRACTICE,
            members=(own, *members),
            devices=(vault.own_device, *devices),
            policy=policy or Policy(),
        )
        with vault.transaction():
            event = vault.append(EventDraft(kinds.WORKSPACE_CREATED, workspace, state.canonical()))
        vault._genesis = event.id
        return vault

    # — what several devices need —

    @property
    def own_device(self) -> Device:
        """This device."""
        return self._own

    @property
    def recovery_public_key(self) -> str:
        """Of the kit."""
        return self.keys.kit

    @property
    def admitted(self) -> bool:
        """Whether the ledger here knows this device."""
        try:
            found = self.rules.governance.device(self.identity.device)
        except GovernanceError:
            return False
        return found is not None and not found.closed

    @property
    def ledger(self) -> Ledger:
        """The domain's own view."""
        return Ledger(self._history, self._events, self._genesis, fake_verify)

    @property
    def rules(self) -> Rules:
        """Governance and stops."""
        if self._read is None:
            self._read = self.ledger.rules()
        return self._read

    def sign(self, statement: Statement) -> bytes:
        """Sign."""
        if not self.may_sign:
            raise SecurityError("vault.read_only")
        return self.keys.sign(statement.message)

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Open a content key."""
        return self.keys.unwrap(wrapped, info)

    def heads(self) -> Mapping[str, ChainHead]:
        """Return how far the shared chains reach."""
        shared = ((key, tip) for key, tip in self._history.tips.items() if key[1] is Chain.SHARED)
        return {key[0]: ChainHead(tip.seq + 1, tip.id) for key, tip in shared}

    def shared_events(self, device: str, start: int, count: int) -> Sequence[Event]:
        """Read a stretch of a chain: ``count`` places, each with all events that were signed for it."""
        chain = self._events.chains.get(device, [])
        at, end = (bisect_left(chain, place, key=lambda event: event.header.seq) for place in (start, start + count))
        return tuple(chain[at:end])

    def take_in(self, events: Iterable[Event], parcel: tuple[str, str] | None = None) -> Taken:
        """Take in others' events."""
        accepted: list[str] = []
        refused: list[tuple[str, str]] = []
        given: list[Event] = []
        failpoint("vault.commit.before")
        for event in events:
            given.append(event)
            try:
                accepted += self._take(event)
            except SecurityError as error:
                if error.code == "ledger.too_many_waiting":
                    raise
                refused.append((event.id, error.code))
        refused += self._history.refused
        self._history.refused.clear()
        if parcel is not None:
            self.taken.add(parcel)
        self._read, self._folded = None, {}
        failpoint("vault.commit.after")
        waiting = tuple(event.id for event in given if event.id in self.waits_since)
        subjects = frozenset(self._events.every[name].header.subject for name in accepted)
        return Taken(tuple(accepted), waiting, tuple(refused), subjects)

    def _accepted(self, event: Event) -> None:
        self._events.add(event)
        self._store.shared.append(event)

    def _take(self, event: Event) -> list[str]:
        """Take one event, and whatever waited for it or for the keys that it names."""
        if event.id == self._genesis:  # pinned by the invitation
            self._keys_known |= keys_named_in(event)
        found = {event.id: event} | {name: held for name, (held, _) in self.waits_since.items()}
        due = list(self._history.add(event))
        if self._history.store.waits(event.id):
            self.waits_since.setdefault(event.id, (event, self._clock.now_ms()))
        for name in due:  # grows while keys become known
            held = found[name]
            self._accepted(held)
            self.waits_since.pop(name, None)
            for device, key in keys_named_in(held).items():
                if device not in self._keys_known:
                    self._keys_known[device] = key
                    due.extend(self._history.meet(device))
        return due

    def waiting(self) -> Sequence[Waiting]:
        """List the events that wait."""
        return tuple(
            Waiting(name, event.header.device, self._missing(event), since)
            for name, (event, since) in self.waits_since.items()
            if self._history.store.waits(name)
        )

    def _missing(self, event: Event) -> tuple[str, ...]:
        return tuple(parent for parent in event.header.parents if parent not in self._history)

    def two_faced(self) -> Sequence[tuple[Event, Event]]:
        """List what was signed twice."""
        return tuple((self._events.every[a], self._events.every[b]) for a, b in self._history.proofs)

    @contextmanager
    def transaction(self) -> Iterator[VaultTransaction]:
        """Open a transaction; an exception rolls everything back."""
        if not self.may_sign:
            raise SecurityError("vault.read_only")
        local = {space: dict(room) for space, room in self._local.items()}
        private = list(self._private)
        self._appended = []
        try:
            yield self
            self.before_commit()
            failpoint("vault.commit.before")
        except BaseException:
            self._local, self._private = local, private
            self._forget(self._appended)
            raise
        self.commits += 1
        failpoint("vault.commit.after")

    def _forget(self, appended: Sequence[Event]) -> None:
        if appended:
            gone = {event.id for event in appended}
            kept = [event for event in self._events.every.values() if event.id not in gone]
            self._history = History(self.identity.workspace, self._keys_known, fake_verify, patient=True)
            self._events = _Indexed()
            self._store = _Store()
            for event in kept:
                self._history.add(event)
                self._accepted(event)
            for event, _ in self.waits_since.values():
                self._history.add(event)
        self._read, self._folded = None, {}

    def append(self, draft: EventDraft) -> Event:
        """Sign and append an event."""
        if draft.kind in kinds.PRIVATE_KINDS:
            return self._append_private(draft)
        tip = self._history.tips.get((self.identity.device, Chain.SHARED))
        seen = self._history.news(self.identity.device)
        lamports = [item.lamport for item in (*seen, *((tip,) if tip else ()))]
        event = self._signed(
            draft,
            Chain.SHARED,
            (tip.seq + 1, tip.id) if tip else (0, ""),
            tuple(sorted(item.id for item in seen)),
            1 + max(lamports, default=0),
        )
        if draft.kind in RULE_KINDS and self._genesis:
            self.rules.with_event(event, fake_verify)  # raises where it lacks authority
        self._keys_known |= {name: key for name, key in keys_named_in(event).items() if name not in self._keys_known}
        self._history.place(event)
        self._accepted(event)
        self._appended.append(event)
        self._read, self._folded = None, {}
        return event

    def _append_private(self, draft: EventDraft) -> Event:
        last = self._private[-1] if self._private else None
        place = (last.header.seq + 1, last.id) if last else (0, "")
        event = self._signed(draft, Chain.PRIVATE, place, (), last.header.lamport + 1 if last else 1)
        self._private.append(event)
        return event

    def _signed(
        self, draft: EventDraft, chain: Chain, place: tuple[int, str], seen: tuple[str, ...], lamport: int
    ) -> Event:
        body = Body.of(draft.body, self._entropy.token_bytes(SALT_BYTES))
        header = Header(
            workspace=self.identity.workspace,
            device=self.identity.device,
            chain=chain,
            seq=place[0],
            prev=place[1],
            seen=seen,
            lamport=lamport,
            at=self.now_ms,
            kind=draft.kind,
            subject=draft.subject,
            refs=tuple(sorted(set(draft.refs))),
            body_hash=body.hash,
        )
        header.check_form()
        return Event(header, self.keys.sign(bytes.fromhex(header.id)), body)

    def put(self, space: LocalSpace, key: str, value: Mapping[str, Json]) -> None:
        """Keep working state."""
        self._local.setdefault(space, {})[key] = dict(value)

    def drop(self, space: LocalSpace, key: str) -> None:
        """Forget working state."""
        self._local.get(space, {}).pop(key, None)
        if space is LocalSpace.DRAFT:
            self.forget_draft(key)

    def get(self, space: LocalSpace, key: str) -> dict[str, Json] | None:
        """Read working state."""
        return self._local.get(space, {}).get(key)

    def local(self, space: LocalSpace) -> Mapping[str, dict[str, Json]]:
        """Read a room of working state."""
        return dict(self._local.get(space, {}))

    @property
    def now_ms(self) -> int:
        """The time that events carry: it never goes back along a chain."""
        tip = self._history.tips.get((self.identity.device, Chain.SHARED))
        last = self._private[-1].header.at if self._private else 0
        return max(self._clock.now_ms(), tip.at if tip else 0, last)

    @property
    def place(self) -> OrderKey:
        """Where the next shared event will stand."""
        tip = self._history.tips.get((self.identity.device, Chain.SHARED))
        lamports = [item.lamport for item in (*self._history.news(self.identity.device), *((tip,) if tip else ()))]
        return (1 + max(lamports, default=0), self.identity.device, Chain.SHARED.value, tip.seq + 1 if tip else 0)

    def order(self, order: str) -> OrderRecord | None:
        """Fold an order."""
        if order not in self._folded:
            self._folded[order] = self.ledger.order(order)
        return self._folded[order]

    def payee(self, payee: str) -> PayeeRecord | None:
        """Fold a payee."""
        return self.ledger.payee(payee)

    def events(self, chain: Chain, start: int = 0, count: int = 1000) -> Sequence[Event]:
        """Read a chain of this device's."""
        return tuple(self._chain(chain)[start : start + count])

    def events_of(self, subject: str) -> Sequence[Event]:
        """Read all shared events about one subject."""
        return tuple(self._events.of_subject(subject))

    def event(self, event_id: str) -> Event | None:
        """Find an event."""
        return self._events.every.get(event_id) or next((e for e in self._private if e.id == event_id), None)

    def signed_head(self, chain: Chain) -> SignedHead:
        """Sign the present head of one of this device's chains."""
        own, names = self.identity, [bytes.fromhex(event.id) for event in self._chain(chain)]
        head = Head(own.workspace, own.device, chain, len(names), MerkleTree(names).root().hex(), self.now_ms)
        return SignedHead(head, self.sign(head))

    def _chain(self, chain: Chain) -> list[Event]:
        return self._events.chains.get(self.identity.device, []) if chain is Chain.SHARED else self._private


def _folding(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda each: (each.order_key, each.id))
