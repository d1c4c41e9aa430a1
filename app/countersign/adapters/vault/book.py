"""The ledger as one connection has it: its history, and what folds into orders, payees and rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from countersign.adapters.vault.chain_tables import ChainTables
from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.adapters.vault.database import Connection
from countersign.adapters.vault.event_store import EventStore
from countersign.adapters.vault.schema import DAY_MS
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import History
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.members import Role
from countersign.domain.ledger.order_authors import may_forbid
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.domain.ledger.several_devices import VERSION_KINDS, Ledger, keys_named_in

_CHECKED: Final = 100_000
_NEVER_ERASED: Final = frozenset({kinds.ORDER_STOPPED, kinds.WORKSPACE_FROZEN})


class Book:
    """See the module. Reads are as of the connection's transaction, once ``refresh`` was called in it.

    Attributes:
        events: The events in their tables.
        tables: The chains in theirs.
        keys: The signing keys of all devices that any event of governance names.
        history: The rules of chains over them.
        ledger: What they amount to.
    """

    def __init__(self, connection: Connection, workspace: str = "", genesis: str = "") -> None:
        """Read where the ledger begins.

        Args:
            connection: Reading or writing.
            workspace: Where nothing has arrived yet, the workspace that is expected.
            genesis: Likewise the event that it must begin with.
        """
        self.events = EventStore(connection)
        self.tables = ChainTables(connection, self.events)
        self._before: dict[str, bytes] = {}
        self._checked: dict[str, tuple[bytes, str]] = {}
        self._rule_events: dict[str, Event] = {}
        self._listed: tuple[tuple[int, int], Sequence[Event]] | None = None
        first = self.events.genesis()
        self.keys: dict[str, bytes] = {}
        self.of_rules()  # fills the keys
        named = first.header.workspace if first else workspace
        self.history = History(named, self.keys, verify_ed25519, self.tables, patient=True)
        self.ledger = Ledger(self.history, self, first.id if first else genesis, verify_ed25519)

    def refresh(self) -> None:
        """Notice what another connection has written."""
        self.tables.refresh()
        self.ledger.answers.forget()  # the body of an event may have come after the event

    def begin(self) -> None:
        """Remember what a transaction may have to be taken back to."""
        self._before = dict(self.keys)

    def forget(self) -> None:
        """Let go of what a transaction wrote that was taken back."""
        self.tables.forget()
        self._rule_events, self._listed = {}, None
        self.keys.clear()
        self.keys.update(self._before)

    @property
    def begun(self) -> bool:
        """Whether the genesis is here."""
        return bool(self.ledger.genesis) and self.ledger.genesis in self.history

    def meet(self, event: Event) -> Sequence[str]:
        """Note an event that was accepted: it is genuine.

        Returns:
            The devices that it names, being of governance, whose keys were not known before.
        """
        self._vouch(event)
        if event.kind == kinds.WORKSPACE_CREATED and not self.ledger.genesis:
            self.history.workspace = event.header.workspace
            self.ledger = replace(self.ledger, genesis=event.id)
        found = keys_named_in(event)
        fresh = [device for device in found if device not in self.keys]
        self.keys.update(found)
        return fresh

    def rules_or_none(self) -> Rules | None:
        """Return governance and stops; None before the genesis has arrived."""
        return self.ledger.rules() if self.begun else None

    def held_up_by(self, record: OrderRecord, rules: Rules) -> tuple[str, ...]:
        """Name what waits for its parents and may forbid sending an order: a store may keep back what it rests on."""
        order, freeze = record.content.order, kinds.WORKSPACE_FROZEN
        about = [item for item in self.tables.waiting_with(order) if item.header.subject == order]
        found = [item for item in about if may_forbid(record, item, rules)]
        found += [item for item in self.tables.waiting_with(freeze) if item.kind == freeze]
        there = {device.device for device in rules.governance.devices if not device.closed}
        return tuple(item.id for item in found if item.header.device in there)

    def erased(self, event: Event) -> bool:
        """Tell whether the body of an event was erased by somebody who may: its own member, or an administrator.

        A rejection, a stop or an emergency stop is erased by nobody (LEDGER rule 2): it would be undone by that.
        """
        rules = self.rules_or_none()
        if rules is None or event.kind in _NEVER_ERASED:
            return False
        governance = rules.governance
        author, asked = governance.member_of(event.header.device), (kinds.DATA_ERASED,)
        words = self._genuine(self.events.of_subject(event.header.subject, asked))
        who = [governance.member_of(item.header.device) for item in self.ledger.counting(words, rules)]
        return any(item is not None and (item == author or Role.ADMINISTRATOR in item.roles) for item in who)

    def of_subject(self, subject: str) -> Sequence[Event]:
        """Read the shared events about one subject, in folding order."""
        return self._genuine(self.events.of_subject(subject))

    def of_rules(self) -> Sequence[Event]:
        """Read the events of governance and of emergency stops, in folding order; each is parsed once."""
        key = self.events.rules_key()
        if self._listed is None or self._listed[0] != key:
            names = self.events.rule_names()
            for name in names:
                if name not in self._rule_events:
                    event = self.events.find(name)
                    if event is not None and event.id == name:
                        self._rule_events[name] = event
            listed = [self._rule_events[name] for name in names if name in self._rule_events]
            for event in listed:
                self.keys.update(keys_named_in(event))
            self._listed = (key, self._genuine(listed))
        return self._listed[1]

    def of_versions(self, payee: str) -> Sequence[Event]:
        """Read the versions of a payee, in folding order."""
        return self._genuine(self.events.of_subject(payee, VERSION_KINDS))

    def of_approvals(self, utc_day: int) -> Sequence[Event]:
        """Read the approvals of a day, in folding order."""
        return self._genuine(self.events.of_approvals(utc_day * DAY_MS, (utc_day + 1) * DAY_MS))

    def _genuine(self, events: Sequence[Event]) -> Sequence[Event]:
        """Leave out what somebody wrote into the tables: an event that its device did not sign, or another body.

        Asked in a workspace of several devices only, and once for each event: what one device writes alone is held by
        the anchor and by the signature of its newest event, and the full verification names whatever is wrong.
        """
        if len(self.keys) <= 1:
            return events
        return [event for event in events if self._is_genuine(event)]

    def _is_genuine(self, event: Event) -> bool:
        body, mark = event.body, (event.signature, event.body.hash if event.body else "")
        if self._checked.get(event.id) == mark:
            return True
        key = self.keys.get(event.header.device)
        signed = key is not None and verify_ed25519(key, event.signature, bytes.fromhex(event.id))
        if not signed or (body is not None and body.hash != event.header.body_hash):
            return False
        self._vouch(event)
        return True

    def _vouch(self, event: Event) -> None:
        if len(self._checked) >= _CHECKED:
            self._checked.clear()
        self._checked[event.id] = (event.signature, event.body.hash if event.body else "")
