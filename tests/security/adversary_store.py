"""The store of a world, and an outsider with every right in it: neither holds a key of a member."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from countersign.application.ports.vault import Identity
from countersign.application.ports.workspace import Statement
from countersign.application.use_cases.seal_envelope import seal_envelope
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint
from countersign.domain.ledger.envelope import Envelope, Purpose, SignedLetter, WrappedKey, hint_of, wrapping_info
from countersign.domain.ledger.event import Body, Chain, Event, Header
from countersign.domain.ledger.governance import Member, Role, change_message
from countersign.domain.ledger.letter import Letter
from countersign.domain.policy import Policy
from countersign.testing.fake_relay import Mischief
from countersign.testing.fake_workspace import FakeKeys, FakeSuite
from tests.security.adversary_villains import forged
from tests.security.adversary_world import Seat, Setting, Step, open_devices


@dataclass(frozen=True)
class Stranger:
    """Seals letters in anybody's name, with a key of its own."""

    identity: Identity
    keys: FakeKeys

    def sign(self, statement: Statement) -> bytes:
        return self.keys.sign(statement.message)

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        return self.keys.unwrap(wrapped, info)


def mischief(what: Mischief, world: Setting) -> bool:
    """Let the store do one of its operations."""
    return world.store.act(what) is not None


def release(world: Setting) -> bool:
    """Show what was held back."""
    world.store.release()
    return True


def heal(world: Setting) -> bool:
    """Be honest for a while."""
    world.store.heal()
    return True


def unreachable(world: Setting) -> bool:
    """Be down for a while, see ``up_again``."""
    world.store.down = True
    return True


def up_again(world: Setting) -> None:
    """Be reached again, sooner or later."""
    if world.store.down and world.chance.random() < 0.1:
        world.store.down = False


def lose_answers(world: Setting) -> bool:
    """Keep what is left, and say that it failed."""
    world.store.lost_answers += 1
    return True


def insert(world: Setting, events: list[Event], checkpoint: bool = False) -> bool:  # noqa: FBT002
    """Leave a letter in the name of an honest device, or of one that nobody knows."""
    keys = FakeKeys(f"stranger {world.number}")
    victim = world.chance.choice(world.honest)
    own = keys.device(victim.member).device
    sender = world.chance.choice([victim.device, own])
    stranger = Stranger(replace(victim.vault.identity, device=sender), keys)
    now = world.clock.now_ms()
    said = None
    if checkpoint:
        heads = {device: (head.size + 1, "ef" * 32) for device, head in victim.vault.heads().items()}
        claimed = Checkpoint.of(victim.vault.identity.workspace, sender, now + 1, heads)
        said = SignedCheckpoint(claimed, stranger.sign(claimed))
    letter = Letter(tuple(events), said)
    others = open_devices(victim)
    content = seal_envelope(stranger, FakeSuite(), letter, others, Purpose.EVENTS, victim.tools.entropy, now)
    world.store.down, was = False, world.store.down
    world.store.lost_answers, lost = 0, world.store.lost_answers
    world.store.put("outsider", content)
    world.store.down, world.store.lost_answers = was, lost
    return bool(events) or checkpoint


def insert_approval(world: Setting) -> bool:
    """Insert approvals that approvers are said to have signed."""
    seat = world.chance.choice(world.honest)
    return insert(world, forged(world, seat, FakeKeys(f"stranger {world.number}")))


def insert_key(world: Setting) -> bool:
    """Insert a member with a key of one's own, and rules that let one person do everything."""
    seat = world.chance.choice(world.honest)
    keys = FakeKeys(f"stranger {world.number}")
    rules, member = seat.vault.rules, world.identifier()
    state = rules.governance
    everything = tuple(role for role in Role if role is not Role.AUDITOR)
    following = replace(
        state,
        epoch=state.epoch + 1,
        members=(*state.members, Member(member, "Eve", everything, keys.kit)),
        devices=(*state.devices, keys.device(member)),
        policy=world.chance.choice([state.policy, Policy(approvals=1, requester_may_approve=False)]),
    )
    parents = (rules.epochs[-1].event,)
    message = change_message(parents, following)
    said: dict[str, Json] = {
        "parents": list(parents),
        "state": following.canonical(),
        "signatures": [{"device": item.device, "signature": keys.sign(message).hex()} for item in state.devices],
    }
    return insert(world, [_continued(world, seat, (kinds.GOVERNANCE_CHANGED, said), keys, parents)])


def insert_policy(world: Setting) -> bool:
    """Insert a stop's lifting in an administrator's name."""
    seat = world.chance.choice(world.honest)
    stops = tuple(item.event for item in seat.vault.rules.stops if not item.lifts)
    keys = FakeKeys(f"stranger {world.number}")
    return insert(world, [_continued(world, seat, (kinds.WORKSPACE_UNFROZEN, {}), keys, stops)])


def _continued(
    world: Setting, seat: Seat, said: tuple[str, dict[str, Json]], keys: FakeKeys, refs: tuple[str, ...]
) -> Event:
    """Continue an honest device's chain with a key that isn't its own."""
    tips = seat.vault.tips
    author = world.chance.choice(world.honest).device
    tip = tips.pop(author, None)
    body = Body.of(said[1], world.chance.randbytes(16))
    parents = [*tips.values(), *([tip] if tip else [])]
    header = Header(
        workspace=seat.vault.identity.workspace,
        device=author,
        chain=Chain.SHARED,
        seq=tip.seq + 1 if tip else 0,
        prev=tip.id if tip else "",
        seen=tuple(sorted(item.id for item in tips.values())),
        lamport=1 + max(item.lamport for item in parents),
        at=world.clock.now_ms(),
        kind=said[0],
        subject=seat.vault.identity.workspace,
        refs=tuple(sorted(refs)),
        body_hash=body.hash,
    )
    return Event(header, keys.sign(bytes.fromhex(header.id)), body)


def insert_claim(world: Setting) -> bool:
    """Insert a checkpoint in somebody's name that claims more than there is."""
    return insert(world, [], checkpoint=True)


def insert_garbage(world: Setting) -> bool:
    """Insert bytes."""
    world.store.down, was = False, world.store.down
    world.store.lost_answers, lost = 0, world.store.lost_answers
    world.store.put("outsider", world.chance.randbytes(world.chance.randrange(200)))
    world.store.down, world.store.lost_answers = was, lost
    return True


def delete_rejection(world: Setting) -> bool:
    """Delete every parcel with a rejection, a freeze or an approval, for good."""
    wanted = world.chance.choice([kinds.ORDER_STOPPED, kinds.WORKSPACE_FROZEN, kinds.ORDER_APPROVED])
    places = {(item.device, item.event.header.seq) for item in world.truth.kinds.get(wanted, ())[-5:]}
    gone = []
    for name, content in world.store.put_honestly.items():
        letter = world.post.find(content)
        ranges = letter[0].ranges if letter else ()
        if any(item.device == device and item.first <= seq <= item.last for item in ranges for device, seq in places):
            gone.append(name)
    for name in gone:
        world.store.put_honestly.pop(name)
        for seat in world.seats:
            world.store.shelf(seat.name).remove(name)
    world.store.touch()
    return bool(gone)


def readdress(world: Setting) -> bool:
    """Wrap the key of a letter that one received for others, too."""
    seat = world.chance.choice(world.villains)
    for name in reversed(seat.relay.store.listed(seat.name)[-20:]):
        content = seat.relay.store.given(seat.name, name)
        if content is None or name not in world.post.left:
            continue
        envelope = Envelope.parse(content)
        wrapped = envelope.wrapped_for(seat.device)
        if wrapped is None:
            continue
        try:
            key = seat.vault.unwrap(wrapped, wrapping_info(envelope.binding))
        except SecurityError:
            continue
        inside = FakeSuite().decrypt(key, envelope.sealed, envelope.front)
        to = world.chance.choice(open_devices(seat))
        if inside is None:
            continue
        message = SignedLetter.parse(inside).header.message
        again = FakeSuite().wrap(bytes.fromhex(to.exchange_public_key), key, wrapping_info(message))
        keys = (WrappedKey(hint_of(message, to.device), again),)
        front = Envelope(message, keys, b"").front
        _leave(seat, Envelope(message, keys, FakeSuite().encrypt(key, inside, front)).content)
        return True
    return False


def _leave(seat: Seat, content: bytes) -> None:
    """Leave bytes that no device left as a letter of its own."""
    seat.relay.store.put(seat.name, content)


STORE: Final[dict[str, tuple[float, Step]]] = {
    **{f"store.{what.value}": (1.0, partial(mischief, what)) for what in Mischief},
    "store.release": (2, release),
    "store.heal": (2, heal),
    "store.down": (0.5, unreachable),
    "store.lost_answer": (0.5, lose_answers),
    "outsider.approval": (1, insert_approval),
    "outsider.key": (0.5, insert_key),
    "outsider.lifting": (0.5, insert_policy),
    "outsider.checkpoint": (0.5, insert_claim),
    "outsider.garbage": (0.3, insert_garbage),
    "readdress": (0.5, readdress),
    "outsider.delete": (1, delete_rejection),
}
