"""Export a whole workspace for an audit: slice by slice, each short enough for the VAULT lane."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from countersign.application.ports.clock import Clock, Entropy, new_identifier
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.need_to_know import by_need
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint
from countersign.domain.ledger.event import Chain, Event, EventDraft
from countersign.domain.ledger.governance import Governance, Role
from countersign.domain.workspace_export import Closing, Opening, event_line

SLICE: Final = 50
_WINDOW: Final = 16
_MAY: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported.

    Attributes:
        events: How many records.
        withheld: Of these, how many without what they say.
        size: In bytes.
        hash: SHA-256 of the file: 64 hex digits.
        genesis: The workspace's fingerprint.
    """

    events: int
    withheld: int
    size: int
    hash: str
    genesis: str


def may_export(governance: Governance, device: str) -> bool:
    """Tell whether the person behind a device may export the workspace: administrators and auditors may."""
    member = governance.member_of(device)
    return member is not None and bool(_MAY & set(member.roles))


class WorkspaceExport:
    """One export under way. VAULT lane only.

    What is exported is what was known when it began, however much arrives meanwhile.

    Attributes:
        done: How many places of the chains were passed.
        total: How many there are; a place that was signed twice counts once.
    """

    def __init__(self, vault: WorkspaceVault, clock: Clock) -> None:
        """Look how far the chains reach.

        Raises:
            UserFacingError: ``export.role``, ``export.not_admitted``.
            SecurityError: ``vault.read_only``.
        """
        if not vault.admitted:
            raise UserFacingError("export.not_admitted")
        if not vault.may_sign:
            raise SecurityError("vault.read_only")
        rules, own = vault.rules, vault.identity.device
        if not may_export(rules.governance, own):
            raise UserFacingError("export.role")
        self._vault, self._own = vault, vault.own_device
        self._genesis = rules.epochs[0].event
        heads = {device: (head.size, head.event) for device, head in vault.heads().items() if head.size}
        checkpoint = Checkpoint.of(vault.identity.workspace, own, clock.now_ms(), heads)
        self._checkpoint = SignedCheckpoint(checkpoint, vault.sign(checkpoint))
        chains = (self._chain(device, size) for device, (size, _event) in sorted(heads.items()))
        self._merged = heapq.merge(*chains, key=lambda event: event.order_key)
        self._hash = hashlib.sha256()
        self._size = self._events = self._withheld = 0
        self.done, self.total = 0, sum(size for size, _event in heads.values())

    def _chain(self, device: str, size: int) -> Iterator[Event]:
        for start in range(0, size, _WINDOW):
            yield from self._vault.shared_events(device, start, min(_WINDOW, size - start))

    def begin(self) -> bytes:
        """Return the opening."""
        return self._written(Opening(self._genesis, self._checkpoint).line)

    def go_on(self) -> bytes:
        """Return the next events; nothing once there are no more."""
        events = tuple(islice(self._merged, SLICE))
        if not events:
            self.done = self.total
            return b""
        shown = self._permitted(events)
        self._events += len(shown)
        self._withheld += sum(event.body is None for event in shown)
        self.done = min(self._events, self.total)
        return self._written(b"".join(map(event_line, shown)))

    def _permitted(self, events: Sequence[Event]) -> Sequence[Event]:
        """Leave out the bodies that this person's role doesn't need, even where they are here from before."""
        return by_need(self._vault, self._vault.rules.governance, events, [self._own])[0][0]

    def end(self) -> bytes:
        """Sign all that was written, and return the closing."""
        closing = Closing(self._events, self._hash.copy().hexdigest())
        return self._written(Closing(closing.events, closing.hash, self._vault.sign(closing)).line)

    def record(self, entropy: Entropy) -> Exported:
        """Put on private record that it leaves the vault, once all of it is written.

        Raises:
            SecurityError: ``vault.read_only``.
        """
        found = Exported(self._events, self._withheld, self._size, self._hash.hexdigest(), self._genesis)
        body: dict[str, Json] = {"sha256": found.hash, "events": found.events, "withheld": found.withheld}
        with self._vault.transaction() as change:
            subject = new_identifier(entropy)
            change.append(EventDraft(kinds.WORKSPACE_EXPORTED, subject, body, chain=Chain.PRIVATE))
        return found

    def _written(self, content: bytes) -> bytes:
        self._hash.update(content)
        self._size += len(content)
        return content
