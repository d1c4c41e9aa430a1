"""A workspace of several administrators whose devices know what they are told, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Device, recovery_message
from countersign.domain.ledger.rules import Rules
from countersign.domain.policy import Policy
from tests.unit.domain.ledger.world import ALL_ROLES, WORKSPACE, Pen, Workspace, identifier, key_of

SUBJECT = identifier("governance")
NAMES = ("ada", "ben", "cho", "dan", "eve", "fay")


def policy(wait: int) -> Policy:
    """Return one that can be told from others by its wait."""
    return Policy(requester_may_approve=False, wait_seconds=wait)


@dataclass
class House:
    """Six administrators with a device each; a device knows what it is told, and nothing else."""

    pens: dict[str, Pen] = field(default_factory=lambda: {name: Pen(f"{name} 1", name) for name in NAMES})
    given: Workspace | None = None

    def __post_init__(self) -> None:
        """Let everybody say hello."""
        self.workspace = self.given or Workspace([*self.pens.values()], policy(3), dict.fromkeys(NAMES, ALL_ROLES))
        self.genesis = self.workspace.genesis
        for pen in [*self.pens.values()][1:]:
            pen.write(kinds.INCIDENT_RAISED, SUBJECT, {}, seen=(self.genesis,))

    @property
    def rules(self) -> Rules:
        """Read governance from all that was written."""
        return self.workspace.ledger().rules()

    def stands(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the line without the genesis, and what is contested."""
        return tuple(dict.fromkeys(item.event for item in self.rules.epochs))[1:], self.rules.contested

    def change(
        self,
        author: str,
        parents: Iterable[Event],
        wait: int,
        *,
        seen: Iterable[Event] = (),
        epoch: int = 1,
        signers: Iterable[str] = NAMES[:4],
        gil: Pen | None = None,
        **state: object,
    ) -> Event:
        """Let a device put a change in force that four have signed."""
        pens = self.pens | ({"gil": gil} if gil else {})
        following = self.workspace.state(epoch=epoch, policy=policy(wait), **state)
        parents_named = sorted(item.id for item in parents)
        body = self.workspace.change(parents_named, following, [pens[name] for name in signers])
        return self.pens[author].write(kinds.GOVERNANCE_CHANGED, SUBJECT, body, seen=tuple(seen))

    def rivals(self) -> tuple[Event, Event]:
        """Let Ada and Ben make rivals."""
        return self.change("ada", [self.genesis], 4), self.change("ben", [self.genesis], 5)

    def closed(self, name: str, last: Event) -> Device:
        """Return a device as closed."""
        return replace(self.pens[name].entry, closed=True, last_shared=last.id)


def names(*events: Event) -> tuple[str, ...]:
    """Return their names, sorted."""
    return tuple(sorted(item.id for item in events))


def recover(house: House, author: str, device: Device, kind: str, seen: Iterable[Event] = (), key: str = "") -> Event:
    """Add or close a device with the recovery key of its member."""
    signature = key_of(key or f"recovery {device.member}").sign(recovery_message(WORKSPACE, device)).hex()
    body: dict[str, Json] = {"device": device.canonical(), "recovery_signature": signature}
    return house.pens[author].write(kind, SUBJECT, body, seen=tuple(seen))
