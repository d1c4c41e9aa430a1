"""How villains sign and leave what nothing of the program would: they hold real keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from countersign.application.use_cases.seal_envelope import seal_envelope
from countersign.domain.canonical import Json
from countersign.domain.ledger.checkpoint import SignedCheckpoint
from countersign.domain.ledger.envelope import Purpose
from countersign.domain.ledger.event import SALT_BYTES, Body, Chain, Event, Header
from countersign.domain.ledger.governance import Device
from countersign.domain.ledger.letter import Letter
from countersign.testing.fake_workspace import FakeSuite
from tests.security.adversary_world import Seat, Setting, open_devices


def signed(
    world: Setting,
    seat: Seat,
    said: tuple[str, str, Mapping[str, Json]],
    refs: Sequence[str] = (),
    instead_of: Event | None = None,
    seen: Sequence[str] | None = None,
) -> Event:
    """Sign an event with a device's real key, as nothing of the program would.

    Args:
        world: Where.
        seat: Whose key.
        said: Kind, subject and body.
        refs: What it names.
        instead_of: An own event whose place is taken a second time; at the end of the chain, if not given.
        seen: What it admits to have heard of others; then it is dated like its last one. All of it now, if not given.
    """
    truth, device = world.truth, seat.device
    body = Body.of(dict(said[2]), world.chance.randbytes(SALT_BYTES))
    tips = seat.vault.tips
    own = tips.pop(device, None)
    now = world.clock.now_ms() if seen is None else 0
    seen = tuple(sorted(tip.id for tip in tips.values())) if seen is None else tuple(seen)
    seq, prev = (own.seq + 1, own.id) if own else (0, "")
    if instead_of is not None:
        seq, prev = instead_of.header.seq, instead_of.header.prev
    parents = [found.header for name in (*seen, prev) if (found := seat.vault.event(name))]
    header = Header(
        workspace=seat.vault.identity.workspace,
        device=device,
        chain=Chain.SHARED,
        seq=seq,
        prev=prev,
        seen=seen,
        lamport=1 + max((item.lamport for item in parents), default=0),
        at=max(now, *(item.at for item in parents if item.device == device), 0),
        kind=said[0],
        subject=said[1],
        refs=tuple(sorted(set(refs))),
        body_hash=body.hash,
    )
    event = Event(header, seat.vault.keys.sign(bytes.fromhex(header.id)), body)
    truth.note(event, honest=seat.honest)
    if instead_of is None:
        seat.vault.take_in([event])
    return event


def deliver(
    world: Setting,
    seat: Seat,
    events: Sequence[Event],
    to: Sequence[Device] = (),
    checkpoint: SignedCheckpoint | None = None,
) -> bool:
    """Leave a letter for others in the store, beside what the program leaves there."""
    others = [item for item in to or open_devices(seat) if item.device != seat.device]
    if not others:
        return False
    seat.vault.saying(None if checkpoint is None else checkpoint.checkpoint)
    letter = Letter(tuple(events), checkpoint)
    now = world.clock.now_ms()
    seat.relay.put(seal_envelope(seat.vault, FakeSuite(), letter, others, Purpose.EVENTS, seat.tools.entropy, now))
    return True


def a_villain(world: Setting) -> Seat:
    """Draw one of their devices."""
    return world.chance.choice(world.villains)
