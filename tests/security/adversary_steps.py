"""What the people of a world do, each at a device of their own, as far as it lets them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from countersign.application.flows.exchange import Memory
from countersign.application.ports.bank import BankProfile, CommitPoint
from countersign.application.use_cases.approve_order import append_stop, sign_approval
from countersign.application.use_cases.change_governance import (
    decline_change,
    endorse_change,
    next_state,
    open_changes,
    propose_change,
    with_member,
    without_device,
)
from countersign.application.use_cases.confirm_order import confirm_order
from countersign.application.use_cases.hand_over_sending import end_lost_order, hand_over_sending
from countersign.application.use_cases.record_submission import record_intent
from countersign.application.use_cases.reject_order import REJECTIONS, REPAIRS, reject_order
from countersign.domain.approval.progress import confirmation_obstacle
from countersign.domain.canonical import Json
from countersign.domain.errors import CountersignError, SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import Governance, Role, World
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order import OrderContent, last_digits
from countersign.domain.order_state import OrderState
from countersign.domain.payment import PaymentFields, PaymentProduct
from countersign.testing.fake_workspace import fake_verify
from tests.security.adversary_world import BAND, Seat, Setting, Step, policies

OPEN: Final = (OrderState.PREPARED, OrderState.APPROVED)
_ACCOUNT: Final = "FR1420041010050500013M02606"
_PROFILE: Final = BankProfile(
    "practice",
    "SVVPGB2L",
    practice=True,
    commit_point=CommitPoint.SCA_ANSWER,
    never_executes_unauthorised=True,
    products=(PaymentProduct.SEPA,),
)


def request(world: Setting) -> bool:
    """Ask for a payment; now and then another device is to send it."""
    asking = [seat for seat in world.seats if _has(seat, Role.REQUESTER)]
    seat = world.pick(asking)
    if seat is None:
        return False
    sender = world.chance.choice(world.seats) if world.chance.random() < 0.3 else seat
    make_order(world, seat, sender.device)
    return True


def make_order(world: Setting, seat: Seat, sender: str) -> str:
    """Put an order on record, and a payee where none is there to be paid."""
    order = world.identifier()
    known = [payee for payee in world.payees if (found := seat.vault.payee(payee)) and not found.in_conflict]
    payee = world.chance.choice(known) if known and world.chance.random() < 0.7 else world.identifier()
    with seat.vault.transaction() as change:
        if payee not in known:
            change.append(EventDraft(kinds.PAYEE_ADDED, payee, _details("Notariat Beispiel", ())))
            world.payees.append(payee)
        record = change.payee(payee)
        if record is None:
            raise SecurityError("author.unknown_device")  # a closed device writes nothing that counts
        content = OrderContent(
            workspace=seat.vault.identity.workspace,
            world=World.PRACTICE,
            order=order,
            nonce=world.identifier(),
            sender_device=sender,
            requester=seat.member,
            payee=payee,
            payee_version=record.version.event,
            debtor_name=seat.name,
            payment=PaymentFields(
                instructed_amount=Money(world.chance.choice([BAND // 2, 3 * BAND]), "EUR"),
                debtor_account="DE89370400440532013000",
                creditor_name="Notariat Beispiel",
                creditor_account=_ACCOUNT,
                creditor_agent="",
                end_to_end_id="CS0123456789",
                remittance="Flat 12",
                requested_execution_date="",
                product=PaymentProduct.SEPA,
            ),
        )
        body: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
        frozen = change.append(EventDraft(kinds.ORDER_FROZEN, order, body, refs=(record.version.event,)))
        assessed: dict[str, Json] = {"digest": content.digest, "assessment": {"score": 10, "stops": []}}
        change.append(EventDraft(kinds.ORDER_ASSESSED, order, assessed, refs=(frozen.id,)))
    world.orders.append(order)
    return order


def _details(name: str, supersedes: Sequence[str]) -> dict[str, Json]:
    return {
        "name": name,
        "account": _ACCOUNT,
        "agent": "",
        "kind": "escrow",
        "source": "contract",
        "supersedes": list(supersedes),
    }


def open_order(world: Setting, seat: Seat, states: Sequence[OrderState] = OPEN) -> OrderRecord | None:
    """Choose one of the newest orders that are open as a device knows them."""
    recent = world.orders[-12:]
    world.chance.shuffle(recent)
    for order in recent:
        record = seat.vault.order(order)
        if record is not None and record.state in states:
            return record
    return None


def approve(world: Setting) -> bool:
    """Sign an approval of whatever is open, whether or not it would count."""
    seat = world.chance.choice(world.seats)
    record = open_order(world, seat, (OrderState.PREPARED,))
    if record is None:
        return False
    with seat.vault.transaction() as change:
        sign_approval(change, record)
    return True


def confirm(world: Setting) -> bool:
    """Confirm whatever is open, at any device that lets somebody."""
    seat = world.chance.choice(world.seats)
    record = open_order(world, seat)
    governance = seat.vault.rules.governance
    for order in world.orders[-6:]:  # one that is really wanted of this device, where there is such a one
        found = seat.vault.order(order)
        if found is not None and not confirmation_obstacle(found, governance, seat.device, world.clock.now_ms()):
            record = found
    if record is None:
        return False
    payment = record.content.payment
    confirm_order(seat.vault, record.content.order, payment, record.digest, last_digits(payment.creditor_account))
    return True


def reject(world: Setting) -> bool:
    """Reject an order, or return it for repair."""
    seat = world.chance.choice(world.seats)
    record = open_order(world, seat)
    if record is None:
        return False
    reject_order(seat.vault, record.content.order, record.digest, world.chance.choice([*REJECTIONS, *REPAIRS]), "no")
    return True


def stop(world: Setting) -> bool:
    """Call an order off, whoever may."""
    seat = world.chance.choice(world.seats)
    record = open_order(world, seat)
    if record is None:
        return False
    with seat.vault.transaction() as change:
        append_stop(change, record.content.order, "changed_mind")
    return True


def send(world: Setting) -> bool:
    """Put the single intent on record, at whatever device thinks that it may."""
    seat = world.chance.choice(world.seats)
    record = open_order(world, seat, (OrderState.APPROVED,))
    if record is None:
        return False
    intend(world, seat, record)
    return True


def send_on(world: Setting) -> bool:
    """Let a device that an order names look whether it may send."""
    for seat in world.chance.sample(world.seats, len(world.seats)):
        for order in world.orders[-12:]:
            record = seat.vault.order(order)
            if record is not None and record.state is OrderState.APPROVED and record.sender == seat.device:
                intend(world, seat, record)
                return True
    return False


def intend(world: Setting, seat: Seat, record: OrderRecord) -> None:
    """Record the intent as the program does before it sends."""
    request_id = f"11111111-2222-4333-8444-{world.chance.randrange(10**12):012}"
    record_intent(seat.vault, record.content.order, "practice", _PROFILE, request_id)


def hand_over(world: Setting) -> bool:
    """Hand the sending over to any device."""
    seat = world.chance.choice(world.seats)
    mine = [
        order for order in world.orders[-12:] if (record := seat.vault.order(order)) and record.sender == seat.device
    ]
    if not mine:
        return False
    hand_over_sending(seat.vault, world.chance.choice(mine), world.chance.choice(world.seats).device)
    return True


def end_lost(world: Setting) -> bool:
    """End an order whose sender was closed; where there is none, try it with another."""
    seat = world.chance.choice(world.honest)
    records = [found for order in world.orders if (found := seat.vault.order(order)) and found.state in OPEN]
    closed = {item.device for item in seat.vault.rules.governance.devices if item.closed}
    lost = [record for record in records if record.sender in closed] or records
    if not lost:
        return False
    end_lost_order(seat.vault, world.chance.choice(lost).content.order)
    return True


def freeze(world: Setting) -> bool:
    """Stop everything."""
    seat = world.chance.choice(world.seats)
    with seat.vault.transaction() as change:
        change.append(EventDraft(kinds.WORKSPACE_FROZEN, seat.vault.identity.workspace, {}))
    return True


def unfreeze(world: Setting) -> bool:
    """Lift the stops that a device knows of."""
    frozen = [seat for seat in world.seats if seat.vault.rules.frozen]
    frozen = [seat for seat in frozen if _has(seat, Role.ADMINISTRATOR)] or frozen
    seat = world.pick(frozen)
    if seat is None:
        return False
    with seat.vault.transaction() as change:
        refs = tuple(sorted(item.event for item in change.rules.stops if not item.lifts))
        change.append(EventDraft(kinds.WORKSPACE_UNFROZEN, seat.vault.identity.workspace, {}, refs=refs))
    return True


def propose_policy(world: Setting) -> bool:
    """Propose another policy; where the next epoch is contested, that settles it."""
    return _propose(world, lambda seat: next_state(seat.vault.rules, policy=policies(world.chance)))


def propose_member(world: Setting) -> bool:
    """Propose other groups, another name, or other roles of somebody."""

    def state(seat: Seat) -> Governance:
        member = world.chance.choice(seat.vault.rules.governance.members)
        way = world.chance.randrange(3)
        if way == 0:
            return with_member(seat.vault.rules, replace(member, name=f"{member.name[:3]} {world.chance.random()}"))
        if way == 1:
            groups = world.chance.choice([(), ("board",), ("treasury",), ("board", "treasury")])
            return with_member(seat.vault.rules, replace(member, groups=groups))
        kept = tuple(role for role in member.roles if role is not Role.APPROVER)
        roles = kept if kept != member.roles else (*member.roles, Role.APPROVER)
        return with_member(seat.vault.rules, replace(member, roles=roles))

    return _propose(world, state)


def propose_closing(world: Setting) -> bool:
    """Propose that a device is closed, as long as enough are left."""
    spare = [seat for seat in world.seats if seat.name.startswith("mal") or seat.name.endswith("again")]
    closed = sum(item.closed for item in world.seats[0].vault.rules.governance.devices)
    if closed > 1:
        return False
    lost = world.chance.choice(spare)
    return _propose(world, lambda seat: without_device(seat.vault, lost.device))


def _propose(world: Setting, state: Callable[[Seat], Governance]) -> bool:
    seat = world.pick([seat for seat in world.seats if _has(seat, Role.ADMINISTRATOR)])
    if seat is None:
        return False
    propose_change(seat.vault, fake_verify, state(seat))
    return True


def endorse(world: Setting) -> bool:
    """Sign a proposed change, or decline it."""
    seat = world.chance.choice(world.seats)
    changes = open_changes(seat.vault, fake_verify)
    if not changes:
        return False
    change = world.chance.choice(changes).change
    if world.chance.random() < 0.1:
        decline_change(seat.vault, fake_verify, change)
    else:
        endorse_change(seat.vault, fake_verify, change)
    return True


def edit_payee(world: Setting) -> bool:
    """Write another version of a payee; whoever sees a conflict settles it."""
    seat = world.chance.choice(world.seats)
    if not world.payees:
        return False
    payee = world.chance.choice(world.payees[-6:])
    record = seat.vault.payee(payee)
    if record is None or not (_has(seat, Role.REQUESTER) or _has(seat, Role.APPROVER)):
        return False
    with seat.vault.transaction() as change:
        body = _details(f"Notariat {world.chance.randrange(100)}", [item.event for item in record.current])
        change.append(EventDraft(kinds.PAYEE_CHANGED, payee, body))
    return True


def exchange(world: Setting) -> bool:
    """Make one round."""
    seat = world.chance.choice(world.seats)
    return world.round(seat)


def wait(world: Setting) -> bool:
    """Let time pass: seconds, minutes, seldom days."""
    minute = 60_000
    world.clock.advance(world.chance.choice([1_000, 31_000, minute, 4 * minute, 6 * minute]))
    if world.chance.random() < 0.01:
        world.clock.advance(50 * 60 * minute)
    return True


def restart(world: Setting) -> bool:
    """Let a program die: what was only in memory is gone."""
    world.chance.choice(world.seats).memory = Memory()
    return True


def _has(seat: Seat, role: Role) -> bool:
    member = seat.vault.rules.governance.member(seat.member)
    return member is not None and role in member.roles


STEPS: Final[dict[str, tuple[float, Step]]] = {
    "request": (4, request),
    "approve": (18, approve),
    "confirm": (8, confirm),
    "reject": (1, reject),
    "stop": (0.7, stop),
    "send": (3, send),
    "send_on": (8, send_on),
    "hand_over": (2, hand_over),
    "end_lost": (0.7, end_lost),
    "freeze": (0.4, freeze),
    "unfreeze": (5, unfreeze),
    "propose_policy": (1.5, propose_policy),
    "propose_member": (1, propose_member),
    "propose_closing": (1.5, propose_closing),
    "endorse": (9, endorse),
    "edit_payee": (0.7, edit_payee),
    "exchange": (40, exchange),
    "wait": (10, wait),
    "restart": (1, restart),
}


def attempt(world: Setting, name: str, step: Step) -> str:
    """Try something; a refusal with a code is an answer too. Tells what came of it: done, refused, nothing."""
    try:
        return "done" if step(world) else "nothing"
    except CountersignError:
        return "refused"
