"""A member who cheats with devices of their own, and a thief with one that was closed: they hold real keys."""

from __future__ import annotations

from typing import Final

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint
from countersign.domain.ledger.event import SALT_BYTES, Body, Chain, Event, Header
from countersign.domain.ledger.governance import Role
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState
from countersign.testing.fake_workspace import FakeKeys
from tests.security.adversary_rulers import carry_late, govern_alone
from tests.security.adversary_signing import a_villain, deliver, signed
from tests.security.adversary_steps import make_order, open_order
from tests.security.adversary_world import Seat, Setting, Step, open_devices

ALIVE: Final = (OrderState.PREPARED, OrderState.APPROVED, OrderState.STOPPED, OrderState.INTENDED)
_HOUR: Final = 3_600_000


def _approval(record: OrderRecord, seat: Seat, epoch: int, expires_at: int) -> tuple[str, str, dict[str, Json]]:
    body: dict[str, Json] = {
        "digest": record.digest,
        "epoch": epoch,
        "assessment": record.assessment_event,
        "expires_at": expires_at,
    }
    return (kinds.ORDER_APPROVED, record.content.order, body)


def _refs(record: OrderRecord, *more: str) -> list[str]:
    return sorted({record.frozen_event, record.assessment_event, *more} - {""})


def approve_own(world: Setting) -> bool:
    """Ask for a payment at one device, and approve it at every device of one's own."""
    seats = [seat for seat in world.villains if seat.member == world.villains[0].member]
    member = seats[0].vault.rules.governance.member(seats[0].member)
    if member is None or Role.REQUESTER not in member.roles:
        return False
    order = make_order(world, seats[0], world.chance.choice(seats).device)
    for seat in seats:
        seat.vault.take_in([*seats[0].vault.shared_events(seats[0].device, 0, 10_000)])
        record = seat.vault.order(order)
        if record is not None:
            epoch = seat.vault.rules.governance.epoch
            said = _approval(record, seat, epoch, world.clock.now_ms() + 72 * _HOUR)
            deliver(world, seat, [signed(world, seat, said, _refs(record))])
    return True


def approve_twice(world: Setting) -> bool:
    """Approve again and again, at every device of one's own."""
    first = a_villain(world)
    record = open_order(world, first)
    if record is None:
        return False
    for seat in world.villains:
        found = seat.vault.order(record.content.order)
        if found is not None:
            said = _approval(found, seat, seat.vault.rules.governance.epoch, world.clock.now_ms() + 72 * _HOUR)
            signed(world, seat, said, _refs(found, *(item.event for item in found.counted)))
    return True


def approve_in_another_epoch(world: Setting) -> bool:
    """Approve, and name an epoch that isn't the one in force."""
    seat = a_villain(world)
    record = open_order(world, seat)
    if record is None:
        return False
    epoch = max(0, seat.vault.rules.governance.epoch + world.chance.choice([-2, -1, 1, 2]))
    signed(world, seat, _approval(record, seat, epoch, world.clock.now_ms() + 72 * _HOUR), _refs(record))
    return True


def approve_for_ever(world: Setting) -> bool:
    """Replay an approval: what was signed for one order, said of another; or one that is over already."""
    seat = a_villain(world)
    record, other = open_order(world, seat), open_order(world, seat, ALIVE)
    if record is None or other is None:
        return False
    now = world.clock.now_ms()
    said = _approval(other, seat, seat.vault.rules.governance.epoch, world.chance.choice([now - 1, now + _HOUR]))
    signed(world, seat, (said[0], record.content.order, said[2]), _refs(record))
    return True


def _intent(record: OrderRecord, seat: Seat) -> tuple[str, str, dict[str, Json]]:
    body: dict[str, Json] = {
        "digest": record.digest,
        "epoch": seat.vault.rules.governance.epoch,
        "approvals": sorted(item.event for item in record.counted),
        "end_to_end_id": record.content.payment.end_to_end_id,
        "request_id": "11111111-2222-4333-8444-555555555555",
        "bank": "practice",
        "never_executes_unauthorised": True,
    }
    return (kinds.ORDER_SUBMISSION_INTENDED, record.content.order, body)


def confirm_anyway(world: Setting) -> bool:
    """Confirm without any right to it: another's order, one's own at the device that made it, for ever, long ago."""
    seat = a_villain(world)
    record = open_order(world, seat)
    if record is None:
        return False
    now, epoch = world.clock.now_ms(), seat.vault.rules.governance.epoch
    named = world.chance.choice([epoch, epoch, max(0, epoch - 1), epoch + 1])
    _kind, order, body = _approval(record, seat, named, now + world.chance.choice([-1, 72 * _HOUR, 1 << 40]))
    return deliver(world, seat, [signed(world, seat, (kinds.ORDER_CONFIRMED, order, body), _refs(record))])


def send_anyway(world: Setting) -> bool:
    """Put an intent on record without being the sender, without a quorum, after a stop, or a second time."""
    seat = a_villain(world)
    record = open_order(world, seat, ALIVE)
    if record is None:
        return False
    event = signed(world, seat, _intent(record, seat), _refs(record, *(item.event for item in record.counted)))
    return world.chance.random() < 0.5 or deliver(world, seat, [event])


def show_two_faces(world: Setting) -> bool:
    """Sign something else for a place of the own chain, and show it to some only."""
    seat = a_villain(world)
    chain = [item for item in seat.vault.shared_events(seat.device, 0, 10_000) if item.kind != kinds.WORKSPACE_CREATED]
    if not chain or len(world.truth.doubled) > 1:
        return False
    again = [item for item in chain if item.header.seq in world.truth.doubled.get(seat.device, ())]
    instead = world.chance.choice([*again, *chain[-3:]])  # a third face for a place, or another place
    record = open_order(world, seat, ALIVE)
    said: tuple[str, str, dict[str, Json]] = (kinds.TEMPLATE_KEPT, world.identifier(), {"text": "another"})
    refs: list[str] = []
    prior = world.truth.facts[instead.header.prev] if instead.header.prev else None
    if record is not None and prior is not None and _knew(world, prior.event.id, record):
        way = world.chance.randrange(4)
        now = world.clock.now_ms()
        refs = _refs(record)
        if way == 0:
            said = _approval(record, seat, seat.vault.rules.governance.epoch, now + 72 * _HOUR)
        elif way == 1:
            said = _intent(record, seat)
            refs = _refs(record, *(item.event for item in record.counted))
        elif way == 2:
            body: dict[str, Json] = {"digest": record.digest, "reason": "rejected.other"}
            said = (kinds.ORDER_STOPPED, record.content.order, body)
        else:
            to = world.chance.choice(world.seats).device
            said = (kinds.ORDER_SENDER_RELEASED, record.content.order, {"digest": record.digest, "to": to})
    event = signed(world, seat, said, refs, instead_of=instead)
    others = [item for item in open_devices(seat) if item.device != seat.device]
    return deliver(world, seat, [event], world.chance.sample(others, max(1, len(others) // 2)) if others else ())


def _knew(world: Setting, event: str, record: OrderRecord) -> bool:
    """Tell whether what an order rests on doesn't rest on the place that is signed twice."""
    names = (record.frozen_event, record.assessment_event, *(item.event for item in record.counted))
    own = world.truth.facts[event]
    rests = [world.truth.facts[name] for name in names if name in world.truth.facts]
    return all(item.device != own.device or own.past & item.bit or item is own for item in rests)


def lift_or_release(world: Setting) -> bool:
    """Lift a stop, or hand over the sending, without any right to it."""
    seat = a_villain(world)
    stops = tuple(item.event for item in seat.vault.rules.stops if not item.lifts)
    record = open_order(world, seat)
    if stops and world.chance.random() < 0.5:
        signed(world, seat, (kinds.WORKSPACE_UNFROZEN, seat.vault.identity.workspace, {}), stops)
    elif record is not None:
        said = {"digest": record.digest, "to": seat.device}
        signed(world, seat, (kinds.ORDER_SENDER_RELEASED, record.content.order, said), _refs(record))
    else:
        return False
    return True


def lie_about_heads(world: Setting) -> bool:
    """Sign a checkpoint that names events which nobody signed, or less than is there."""
    seat = a_villain(world)
    heads = {device: (head.size, head.event) for device, head in seat.vault.heads().items()}
    device = world.chance.choice(sorted(heads))
    size, event = heads[device]
    heads[device] = world.chance.choice([(size + 3, "ab" * 32), (max(1, size - 1), event), (size, "cd" * 32)])
    at = world.clock.now_ms() + world.chance.choice([0, 60_000])
    found = Checkpoint.of(seat.vault.identity.workspace, seat.device, at, heads)
    return deliver(world, seat, (), checkpoint=SignedCheckpoint(found, seat.vault.sign(found)))


def forge_for_others(world: Setting) -> bool:
    """Pass on approvals, in a letter of one's own, that others are said to have signed."""
    seat = a_villain(world)
    return deliver(world, seat, forged(world, seat, seat.vault.keys))


def forged(world: Setting, seat: Seat, keys: FakeKeys) -> list[Event]:
    """Make approvals, or a stop's lifting, at the end of others' chains, with a key that isn't theirs."""
    record = open_order(world, seat)
    found: list[Event] = []
    for other in world.honest:
        tip = seat.vault.tips.get(other.device)
        if tip is None or record is None:
            continue
        said = _approval(record, other, seat.vault.rules.governance.epoch, world.clock.now_ms() + 72 * _HOUR)
        body = Body.of(said[2], world.chance.randbytes(SALT_BYTES))
        rest = seat.vault.event(record.assessment_event)
        if rest is None:
            continue
        header = Header(
            workspace=seat.vault.identity.workspace,
            device=other.device,
            chain=Chain.SHARED,
            seq=tip.seq + 1,
            prev=tip.id,
            seen=() if rest.header.device == other.device else (rest.id,),
            lamport=1 + max(tip.lamport, 0 if rest.header.device == other.device else rest.header.lamport),
            at=max(tip.at, world.clock.now_ms()),
            kind=said[0],
            subject=said[1],
            refs=tuple(_refs(record)),
            body_hash=body.hash,
        )
        found.append(Event(header, keys.sign(bytes.fromhex(header.id)), body))
    return found


def steal(world: Setting) -> bool:
    """Take a device away from its person, from whom the others may close it."""
    again = [seat for seat in world.honest if seat.name.endswith("again")]
    if not again:
        return False
    again[0].vault.honest = False
    return True


def go_on_when_closed(world: Setting) -> bool:
    """Approve and send with a device that was closed, whoever has it now."""
    closed = {item.device for seat in world.honest for item in seat.vault.rules.governance.devices if item.closed}
    seats = [seat for seat in world.seats if seat.device in closed]
    if not seats:
        return False
    seat = world.chance.choice(seats)
    seat.vault.honest = False
    done = False
    for order in world.orders[-6:]:
        record = seat.vault.order(order)
        if record is None or record.state not in ALIVE:
            continue
        said = _approval(record, seat, seat.vault.rules.governance.epoch, world.clock.now_ms() + 72 * _HOUR)
        events = [signed(world, seat, said, _refs(record))]
        if record.sender == seat.device:
            events.append(signed(world, seat, _intent(record, seat), _refs(record, *(i.event for i in record.counted))))
        done = deliver(world, seat, events) or done
    return done


VILLAINS: Final[dict[str, tuple[float, Step]]] = {
    "approve_own": (1, approve_own),
    "approve_twice": (2, approve_twice),
    "approve_in_another_epoch": (1, approve_in_another_epoch),
    "approve_for_ever": (1, approve_for_ever),
    "confirm_anyway": (1, confirm_anyway),
    "send_anyway": (2, send_anyway),
    "show_two_faces": (0.5, show_two_faces),
    "govern_alone": (0.5, govern_alone),
    "carry_late": (0.2, carry_late),
    "lift_or_release": (1, lift_or_release),
    "lie_about_heads": (0.5, lie_about_heads),
    "forge_for_others": (1, forge_for_others),
    "steal": (0.2, steal),
    "go_on_when_closed": (1, go_on_when_closed),
}
