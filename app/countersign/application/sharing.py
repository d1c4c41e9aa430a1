"""Sharing a workspace: which way messages travel, the exchange that goes on while the vault is open, parcels by hand.

Belongs to a session. Where no way is set up, as in a workspace of one, nothing is started. Lives on the owner's thread;
what says VAULT or NETWORK lane runs there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from countersign.application.flows.exchange import Exchange, ExchangeState
from countersign.application.flows.script import Script, on_network, on_vault
from countersign.application.ports.parcels import Parcels
from countersign.application.ports.relay import Relay
from countersign.application.ports.tasks import Lane, Tasks
from countersign.application.ports.vault import LocalSpace
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.change_governance import settle_changes
from countersign.application.use_cases.exchange_envelopes import TakenParcel, Tools, take_parcel
from countersign.application.use_cases.join_workspace import joining_of
from countersign.application.use_cases.publish_envelopes import begin_carried, go_on_carried
from countersign.application.use_cases.relay_notes import read_notes
from countersign.domain.canonical import JsonObject
from countersign.domain.errors import CountersignError, SecurityError

if TYPE_CHECKING:
    from countersign.domain.ledger.chains import Verify

BY_HAND: Final = "file"
"""Under this name parcels that people carry are remembered."""
NO_KEY: Final = "relay.no_key"
"""Why nothing is exchanged where the recovery kit opened the vault."""
_KEPT: Final = "relay"
_WAYS: Final = frozenset({"folder", "postgres"})


@dataclass(slots=True)
class Sharing:
    """What a session has for sharing its workspace.

    Attributes:
        vault: The unlocked vault.
        tasks: The lanes.
        tools: Cryptography, clock and chance.
        parcels: Writes and reads what people carry.
        make_relay: Makes the way to a store, from its settings. NETWORK lane.
        took: Called with the subjects of what others' messages were about.
        settings: How messages travel: ``kind`` is ``folder``, ``postgres`` or ``none``; with the password, if any.
        admitted: Whether this device belongs to its workspace.
        hears: Whether what is sealed for this device can be opened: not where the recovery kit opened the vault.
        state: How the exchange goes.
        failure: Why no exchange could begin, as a code; empty where it could.
        others: Whether other people belong to the workspace.
        stopped_by: Who stopped payments, by name: an emergency stop that is in force in the ledger.
        by_code: Orders that came by code since the vault was opened: their answers may go the same way.
    """

    vault: WorkspaceVault
    tasks: Tasks
    tools: Tools
    parcels: Parcels
    make_relay: Callable[[JsonObject], Relay]
    took: Callable[[frozenset[str]], None] = lambda _subjects: None
    settings: JsonObject = field(default_factory=dict)
    admitted: bool = True
    hears: bool = True
    state: ExchangeState = field(default_factory=ExchangeState)
    failure: str = ""
    others: bool = False
    stopped_by: tuple[str, ...] = ()
    by_code: set[str] = field(default_factory=set)
    _exchange: Exchange | None = None
    _relay: Relay | None = None
    _listeners: list[Callable[[], None]] = field(default_factory=list)
    _closed: bool = False

    # — beginning and ending —

    def begin(self) -> Script[None]:
        """Read how messages travel, and begin to exchange where a way is set up."""
        kept = yield from on_vault(self._read)
        yield from self._go(kept)

    def _read(self) -> JsonObject:
        kept = self.vault.local(LocalSpace.CREDENTIAL).get(_KEPT)
        joining = joining_of(self.vault) if kept is None else None
        settings: JsonObject = joining.invitation.relay if joining is not None else kept or {}
        self.admitted, self.stopped_by = self.vault.admitted, stopped_by(self.vault)
        self.hears = hears(self.vault)
        self.others = self.admitted and sum(bool(item.roles) for item in self.vault.rules.governance.members) > 1
        return settings

    def _go(self, settings: JsonObject) -> Script[None]:
        self.settings, self.failure = settings, ""
        self.stop()
        self.state = ExchangeState()
        if not self.hears and self.connected:
            self.failure = NO_KEY  # nothing that arrived could be read, and nothing may be signed
        if not self.connected or self.lacks_password or self.failure:
            self._tell()
            return
        try:
            relay = yield from on_network(partial(self.make_relay, settings))
        except CountersignError as error:
            self.failure = error.code
            self._tell()
            return
        if self._closed:  # locked meanwhile
            yield from on_network(relay.close)
            return
        self._relay = relay
        self._exchange = Exchange(
            vault=self.vault,
            relay=relay,
            tasks=self.tasks,
            tools=self.tools,
            changed=self._changed,
            took=self._took,
        )
        self._exchange.start()
        self._tell()

    def stop(self) -> None:
        """End the exchange; what is under way is heard out."""
        if self._exchange is not None:
            self._exchange.stop()
            self._exchange = None

    def close(self) -> None:
        """End for good: the vault is about to be locked."""
        self._closed = True
        self.stop()
        self._listeners.clear()

    def let_go(self) -> None:
        """Let go of the store where the lanes are closed already: at the program's end. Closing it twice is no harm."""
        if self._relay is not None:
            self._relay.close()

    def when_quiet(self, call: Callable[[], None]) -> None:
        """End the exchange, and call once nothing of it is under way any more."""
        found, self._exchange = self._exchange, None
        if found is None:
            call()
        else:
            found.stop(call)

    # — listening —

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when something arrived, or the state changed; call what is returned to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def tick(self) -> None:
        """Look whether a round is due: to be called about every second."""
        if self._exchange is not None:
            self._exchange.tick()

    def signed(self) -> None:
        """Have what was signed here published soon: whatever it is, the bank's facts, too. From any thread."""
        exchange = self._exchange
        if exchange is not None:
            exchange.appended()

    def tell_others(self) -> None:
        """Say that something was signed here: it is published soon."""
        if self._exchange is not None:
            self._exchange.exchange()

    def exchange_now(self) -> None:
        """Exchange now, where a way is set up."""
        self.tell_others()

    def _changed(self, state: ExchangeState) -> None:
        before, self.state = self.state, state
        if not self.admitted and not state.busy:
            self.tasks.run(Lane.VAULT, lambda: self.vault.admitted, self._now_admitted, self._not_told)
        elif (before.busy, before.error) != (state.busy, state.error) or before.report is not state.report:
            self._tell()

    def _now_admitted(self, admitted: bool) -> None:  # noqa: FBT001 - what the vault says
        self.admitted = admitted
        self._tell()

    @staticmethod
    def _not_told(error: Exception) -> None:
        raise error

    def _took(self, subjects: frozenset[str]) -> None:
        self.took(subjects)
        if self.vault.identity.workspace in subjects:
            self.look_who_stopped()
        self._tell()

    def look_who_stopped(self) -> None:
        """See anew who stopped payments, and tell where that changed."""
        self.tasks.run(Lane.VAULT, partial(stopped_by, self.vault), self._now_stopped, self._not_told)

    def _now_stopped(self, names: tuple[str, ...]) -> None:
        if names != self.stopped_by:
            self.stopped_by = names
            self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    # — what the pages ask —

    @property
    def verify(self) -> Verify:
        """Check an Ed25519 signature."""
        return self.tools.verify

    @property
    def connected(self) -> bool:
        """Whether a way is set up by which messages travel by themselves."""
        return self.settings.get("kind") in _WAYS

    @property
    def lacks_password(self) -> bool:
        """Whether the way needs a password that isn't kept here: no invitation carries one."""
        return self.settings.get("kind") == "postgres" and not self.settings.get("password")

    @property
    def busy(self) -> bool:
        """Whether an exchange is under way."""
        return self._exchange is not None and self.state.busy

    @property
    def error(self) -> str:
        """Why messages don't travel just now, as a code; empty where they do."""
        return self.failure or self.state.error

    @property
    def heard(self) -> Mapping[str, int]:
        """When the newest checkpoint of each device came, by our clock."""
        return self.state.heard

    def settings_for_others(self) -> JsonObject:
        """Return the way without its password: what an invitation carries."""
        return {key: value for key, value in self.settings.items() if key != "password"} if self.connected else {}

    # — the way —

    def test(self, settings: JsonObject) -> int:
        """Try a way, both to read and to write, and count the messages that lie there; nothing stays. NETWORK lane.

        Raises:
            ConnectorError: ``relay.*``.
        """
        relay = self.make_relay(settings)
        try:
            count = len(relay.names()[0])
            relay.probe()
        finally:
            relay.close()
        return count

    def use(self, settings: JsonObject) -> Script[None]:
        """Keep a way in the vault, and let messages travel by it.

        Raises:
            ConnectorError: ``relay.read_only``: nothing could ever be left there, so nothing has changed. A way that
                can't be reached just now is kept.
        """
        if settings.get("kind") == "folder":
            yield from on_network(partial(self._refuse_read_only, settings))
        yield from on_vault(partial(self._keep, settings))
        yield from self._go(settings)

    def _refuse_read_only(self, settings: JsonObject) -> None:
        try:
            relay = self.make_relay(settings)
            try:
                relay.probe()
            finally:
                relay.close()
        except CountersignError as error:
            if error.code == "relay.read_only":
                raise

    def keep_password(self, password: str) -> Script[None]:
        """Keep the password of the server, and begin to exchange."""
        yield from self.use({**self.settings, "password": password})

    def _keep(self, settings: JsonObject) -> None:
        with self.vault.transaction() as change:
            change.put(LocalSpace.CREDENTIAL, _KEPT, settings)

    # — by hand —

    def gather(
        self, to: Sequence[str] = (), go_on: Callable[[int, int], bool] = lambda _done, _total: True
    ) -> Script[tuple[bytes, ...]]:
        """Seal what others lack, a letter at a time, as envelopes to be carried; a joining device's request.

        Args:
            to: Devices; all others, if not given.
            go_on: Called on the owner's thread with how many events are sealed, of how many; where it says no, nothing
                comes of it.

        Raises:
            SecurityError: ``relay.no_key``: nothing can be sealed here.
        """
        if not self.hears:
            raise SecurityError(NO_KEY)
        notes = yield from on_vault(partial(read_notes, self.vault))
        carried = yield from on_vault(partial(begin_carried, self.vault, self.tools, notes, to))
        while not carried.ended:
            if not go_on(carried.done, carried.total):
                return ()
            carried = yield from on_vault(partial(go_on_carried, self.vault, self.tools, notes, carried))
        return carried.parcels

    def take(self, contents: Sequence[bytes]) -> Script[TakenParcel]:
        """Take in all envelopes that somebody brought at once, one after the other: what they hold builds on it.

        Args:
            contents: At least one.

        Raises:
            SecurityError: ``envelope.*``, ``joining.*``: it was refused; ``relay.no_key``: nothing can be read here.
        """
        if not self.hears:
            raise SecurityError(NO_KEY)
        found = yield from on_vault(partial(self._take, contents[0]))
        for content in contents[1:]:
            found = found.along_with((yield from on_vault(partial(self._take, content))))
        if not self.admitted:
            self.admitted = yield from on_vault(lambda: self.vault.admitted)
        if found.subjects:
            self.took(found.subjects)
        self.tell_others()
        self._tell()
        return found

    def _take(self, content: bytes) -> TakenParcel:
        name = hashlib.sha256(content).hexdigest()
        found = take_parcel(self.vault, self.tools, read_notes(self.vault), BY_HAND, name, content)
        if found.subjects:  # a signature may have been the last that was missing; where a store is, a round sees to it
            settle_changes(self.vault, self.tools.verify)
        return found


def hears(vault: WorkspaceVault) -> bool:
    """Tell whether the key to which others seal messages is here. VAULT lane."""
    try:
        vault.unwrap(b"", b"")
    except SecurityError as error:
        return error.code != "vault.read_only"
    return True


def stopped_by(vault: WorkspaceVault) -> tuple[str, ...]:
    """Name who stopped payments, where that is in force; the oldest first. VAULT lane."""
    if not vault.admitted:
        return ()
    rules = vault.rules
    lifted = frozenset(event for stop in rules.stops for event in stop.lifts)
    standing = [stop for stop in rules.stops if not stop.lifts and stop.event not in lifted]
    members = [rules.governance.member_of(stop.place[1]) for stop in standing]
    return tuple(dict.fromkeys(member.name for member in members if member is not None))
