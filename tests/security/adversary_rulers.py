"""How villains try to govern: with signatures that nobody gave, or that were given for another day."""

from __future__ import annotations

from dataclasses import replace

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.governance import Role, change_message
from countersign.domain.policy import Policy
from countersign.testing.fake_workspace import FakeKeys
from tests.security.adversary_signing import a_villain, deliver, signed
from tests.security.adversary_world import Setting


def govern_alone(world: Setting) -> bool:
    """Put an epoch in force that nobody else has signed: other rules, another role, a stranger's keys."""
    seat = a_villain(world)
    rules = seat.vault.rules
    state = rules.governance
    stranger = FakeKeys(f"stranger {world.number}").device(seat.member)
    drawn = world.chance.randrange(3)
    if drawn == 0:
        following = replace(state, policy=Policy(approvals=1, requester_may_approve=False))
    elif drawn == 1:
        everything = tuple(role for role in Role if role is not Role.AUDITOR)
        members = tuple(
            replace(item, roles=everything) if item.member == seat.member else item for item in state.members
        )
        following = replace(state, members=members)
    elif stranger not in state.devices:
        following = replace(state, devices=(*state.devices, stranger))
    else:
        return False
    following = replace(following, epoch=state.epoch + 1)
    parents = (rules.epochs[-1].event,)
    message = change_message(parents, following)
    mine = {"device": seat.device, "signature": seat.vault.keys.sign(message).hex()}
    world.truth.signatures.add((seat.device, message, mine["signature"]))
    theirs = [{"device": item.device, "signature": "00" * 64} for item in state.devices if item.device != seat.device]
    said: dict[str, Json] = {
        "parents": list(parents),
        "state": following.canonical(),
        "signatures": [mine, *theirs],
    }
    signed(world, seat, (kinds.GOVERNANCE_CHANGED, seat.vault.identity.workspace, said), parents)
    return True


def carry_late(world: Setting) -> bool:
    """Put in force what others once signed, by whoever proposed it, as if nothing had been heard since."""
    seat = a_villain(world)
    known = [item for item in seat.vault.every if item.body is not None]
    given: dict[str, dict[str, Json]] = {}
    for item in known:
        if item.kind in {kinds.GOVERNANCE_PROPOSED, kinds.GOVERNANCE_ENDORSED}:
            found = item.says()
            given.setdefault(str(found["change"]), {})[item.header.device] = found["signature"]
    proposals = [item.says() for item in known if item.kind == kinds.GOVERNANCE_PROPOSED]
    proposals = [item for item in proposals if len(given[str(item["change"])]) > 1]
    tip = seat.vault.tips.get(seat.device)
    if not proposals or tip is None:
        return False
    proposal = world.chance.choice(proposals)
    past, listed = world.truth.facts[tip.id].past, proposal["parents"]
    parents = [str(item) for item in listed] if isinstance(listed, list) else []
    named = [world.truth.facts[name] for name in parents]
    new = {fact.device: fact for fact in named if not past & fact.bit}
    signatures: list[Json] = [
        {"device": name, "signature": one} for name, one in sorted(given[str(proposal["change"])].items())
    ]
    body: dict[str, Json] = {name: proposal[name] for name in ("parents", "state", "expires_at")}
    body["signatures"] = signatures
    new.pop(seat.device, None)
    said = (kinds.GOVERNANCE_CHANGED, seat.vault.identity.workspace, body)
    event = signed(world, seat, said, parents, seen=sorted(fact.event.id for fact in new.values()))
    return world.chance.random() < 0.5 or deliver(world, seat, [event])
