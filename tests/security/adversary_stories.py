"""Steps that only matter in a row: rules that change, and devices that are closed, while an order is on its way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from countersign.application.use_cases.approve_order import sign_approval
from countersign.application.use_cases.change_governance import (
    endorse_change,
    next_state,
    open_changes,
    propose_change,
    settle_changes,
    without_device,
)
from countersign.application.use_cases.hand_over_sending import hand_over_sending
from countersign.domain.errors import CountersignError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import Governance, Role
from countersign.domain.policy import Policy
from countersign.testing.fake_workspace import fake_verify
from tests.security.adversary_steps import intend, make_order, send_on
from tests.security.adversary_villains import go_on_when_closed
from tests.security.adversary_world import Seat, Setting, Step, policies


def gather(world: Setting, count: int = 2) -> None:
    """Let everybody make some rounds, as far as the store lets them."""
    for _ in range(count):
        for seat in world.seats:
            world.round(seat)
        world.clock.advance(1_000)


def _begin(world: Setting, without: str = "") -> str:
    """Ask for a payment at a device of somebody honest who may, and let everybody hear of it."""
    asking = [seat for seat in world.honest if Role.REQUESTER in _roles(seat) and seat.member != without] or world.seats
    seat = world.chance.choice(asking)
    order = make_order(world, seat, seat.device)
    gather(world)
    return order


def _approve(world: Setting, order: str, most: int, without: str = "") -> None:
    """Let so many devices approve, whoever can."""
    for seat in world.chance.sample(world.seats, len(world.seats)):
        record = seat.vault.order(order)
        if most and seat.member != without and record is not None and record.state.value == "prepared":
            try:
                with seat.vault.transaction() as change:
                    sign_approval(change, record)
            except CountersignError:
                continue
            most -= 1


def _govern(world: Setting, following: Callable[[Seat], Governance]) -> None:
    """Bring a change of governance into force, if everybody is asked and the store lets them answer."""
    seats = [seat for seat in world.seats if Role.ADMINISTRATOR in _roles(seat)]
    if not seats:
        return
    seat = world.chance.choice(seats)
    propose_change(seat.vault, fake_verify, following(seat))
    gather(world)
    for other in world.seats:
        for change in open_changes(other.vault, fake_verify):
            if other.member in change.may_sign:
                endorse_change(other.vault, fake_verify, change.change)
    gather(world)
    settle_changes(seat.vault, fake_verify)
    gather(world)


def change_rules_on_the_way(world: Setting) -> bool:
    """Approve under one epoch, go on under another, and send."""
    order = _begin(world)
    _approve(world, order, 1)
    gather(world)
    strict = Policy(approvals=2, requester_may_approve=False)
    policy = world.chance.choice([strict, policies(world.chance)])
    _govern(world, lambda seat: next_state(seat.vault.rules, policy=policy))
    _approve(world, order, 1)
    gather(world)
    return send_on(world) or True


def close_on_the_way(world: Setting) -> bool:
    """Close a device, which goes on; then send."""
    spare = [seat for seat in world.seats if seat.name.startswith("mal") or seat.name.endswith("again")]
    lost = world.chance.choice(spare)
    order = _begin(world, without=lost.member)
    _govern(world, lambda seat: without_device(seat.vault, lost.device))
    _approve(world, order, 1, without=lost.member)
    go_on_when_closed(world)
    gather(world, 3)
    return send_on(world) or True


def stop_on_the_way(world: Setting) -> bool:
    """Freeze or reject while somebody else approves; then send."""
    order = _begin(world)
    _approve(world, order, 2)
    seat = world.chance.choice(world.honest)
    record = seat.vault.order(order)
    if world.chance.random() < 0.5:
        with seat.vault.transaction() as change:
            change.append(EventDraft(kinds.WORKSPACE_FROZEN, seat.vault.identity.workspace, {}))
    elif record is not None:
        with seat.vault.transaction() as change:
            body = {"digest": record.digest, "reason": "rejected.other"}
            change.append(EventDraft(kinds.ORDER_STOPPED, order, body, refs=(record.frozen_event,)))
    gather(world)
    return send_on(world) or True


def change_at_once(world: Setting) -> bool:
    """Let two administrators put rival epochs in force, sign both, and settle it afterwards."""
    seats = [seat for seat in world.seats if Role.ADMINISTRATOR in _roles(seat)]
    for seat in world.chance.sample(seats, min(2, len(seats))):
        state = next_state(seat.vault.rules, policy=policies(world.chance))
        if state.policy != seat.vault.rules.governance.policy:
            propose_change(seat.vault, fake_verify, replace(state))
    gather(world)
    for other in world.seats:
        for change in open_changes(other.vault, fake_verify):
            if other.member in change.may_sign:
                endorse_change(other.vault, fake_verify, change.change)
    gather(world)
    return bool(seats)


def settle_twice(world: Setting) -> bool:
    """Settle rivals in two ways, at two devices that hear of the signatures before they hear of each other."""
    change_at_once(world)
    seats = [seat for seat in world.seats if Role.ADMINISTRATOR in _roles(seat) and seat.vault.rules.contested]
    if len(seats) < 2:
        return True
    both = world.chance.sample(seats, 2)
    for seat in both:
        propose_change(seat.vault, fake_verify, next_state(seat.vault.rules, policy=policies(world.chance)))
    gather(world)
    others = [seat for seat in world.seats if seat not in both]
    for other in others:
        for change in open_changes(other.vault, fake_verify):
            if other.member in change.may_sign:
                endorse_change(other.vault, fake_verify, change.change)
    for seat in both:
        for other in others:
            seat.vault.take_in(other.vault.shared_events(other.device, 0, 10_000))
        settle_changes(seat.vault, fake_verify)
    gather(world)
    return True


def send_at_once(world: Setting) -> bool:
    """Hand the sending over, and let both devices try it before they hear of each other."""
    order = _begin(world)
    _approve(world, order, 2)
    gather(world)
    here = [seat for seat in world.seats if (record := seat.vault.order(order)) and record.sender == seat.device]
    if not here:
        return False
    to = world.chance.choice([seat for seat in world.honest if seat is not here[0]])
    hand_over_sending(here[0].vault, order, to.device)
    gather(world)
    for seat in world.chance.sample([here[0], to], 2):
        record = seat.vault.order(order)
        with suppress(CountersignError):
            if record is not None:
                intend(world, seat, record)
    gather(world)
    return True


def _roles(seat: Seat) -> set[Role]:
    member = seat.vault.rules.governance.member(seat.member)
    return set(member.roles) if member else set()


STORIES: Final[dict[str, tuple[float, Step]]] = {
    "change_rules_on_the_way": (0.4, change_rules_on_the_way),
    "close_on_the_way": (0.2, close_on_the_way),
    "stop_on_the_way": (0.4, stop_on_the_way),
    "change_at_once": (0.3, change_at_once),
    "settle_twice": (0.2, settle_twice),
    "send_at_once": (0.3, send_at_once),
}
