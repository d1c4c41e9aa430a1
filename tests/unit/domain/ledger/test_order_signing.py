"""Further signatures at the bank: whose they are, when they may be given, and that they begin and move nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.bank_signing import BankSigning, SigningState
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Role
from countersign.domain.ledger.order_signing import OUTCOMES, signing_obstacle
from countersign.domain.order_state import OrderState, TransactionStatus
from tests.unit.domain.approval.team import DAY, ROLES, START, Desk, Firm, firm
from tests.unit.domain.ledger.world import Pen, identifier

S = OrderState


def at_the_bank(*, status: str = "PATC", **changes: object) -> tuple[Firm, Desk]:
    """Return an order that Ada's device sent and authorised; Ben approved it."""
    workspace, desk = firm(**changes)  # type: ignore[arg-type]  # tests name the fields
    desk.prepared()
    approval = desk.sign(workspace.pen("ben"))
    desk.intend([approval], seen=(approval,))
    desk.say(kinds.ORDER_INITIATED, payment_id="P1")
    desk.say(kinds.ORDER_AUTHORISATION_STARTED, authorisation_id="A1", purpose="payment")
    desk.say(kinds.ORDER_ANSWER_INTENDED, digest=desk.digest, authorisation_id="A1", attempt=1)
    desk.say(kinds.ORDER_AUTHORISED, authorisation_id="A1")
    if status:
        desk.report(status, reason="One more signature is needed.")
    return workspace, desk


def start(desk: Desk, pen: Pen, authorisation: str = "B1") -> Event:
    return desk.say(kinds.ORDER_SIGNING_STARTED, pen, digest=desk.digest, authorisation_id=authorisation)


def intend(desk: Desk, pen: Pen, authorisation: str = "B1", **changes: Json) -> Event:
    body: dict[str, Json] = {"digest": desk.digest, "authorisation_id": authorisation, "attempt": 1, **changes}
    return desk.say(kinds.ORDER_SIGNING_INTENDED, pen, **body)


def end(desk: Desk, pen: Pen, outcome: str, authorisation: str = "B1") -> Event:
    return desk.say(kinds.ORDER_SIGNING_ENDED, pen, authorisation_id=authorisation, outcome=outcome, reason="why")


def fault(desk: Desk, event: Event) -> str:
    return dict(desk.record().faults).get(event.id, "")


def own(desk: Desk, pen: Pen) -> BankSigning:
    found = desk.record().signing_of(pen.device)
    assert found is not None
    return found


def test_the_bank_waits_for_another_signature_while_it_says_so() -> None:
    _, desk = at_the_bank(status="")
    before = desk.record()
    assert (before.state, before.awaits_signature, before.partly_signed) == (S.ACCEPTED, False, False)
    desk.report("PATC", reason="One more signature is needed.")
    record = desk.record()
    assert (record.state, record.awaits_signature, record.partly_signed) == (S.ACCEPTED, True, True)
    assert record.missing == "One more signature is needed."
    desk.report("ACSP")
    record = desk.record()
    assert (record.state, record.awaits_signature, record.partly_signed) == (S.ACCEPTED, False, True)


def test_what_was_heard_earlier_takes_nothing_back() -> None:
    workspace, desk = at_the_bank()
    desk.report("ACSP")
    desk.report("PATC", workspace.pen("dan"))
    record = desk.record()
    assert (record.status, record.awaits_signature, record.faults) == (TransactionStatus.ACSP, False, ())


def test_somebody_elses_signature_alone_is_not_ours() -> None:
    workspace, desk = firm()
    desk.prepared()
    approval = desk.sign(workspace.pen("ben"))
    desk.intend([approval], seen=(approval,))
    desk.say(kinds.ORDER_INITIATED, payment_id="P1")
    desk.report("PATC")
    record = desk.record()
    assert (record.state, record.awaits_signature) == (S.INITIATED, False)


def test_a_further_signature_is_on_record_and_moves_nothing() -> None:
    workspace, desk = at_the_bank()
    ben = workspace.pen("ben")
    started = start(desk, ben)
    assert own(desk, ben) == BankSigning(ben.device, "B1", started.header.at)
    intend(desk, ben)
    assert (own(desk, ben).state, own(desk, ben).attempts, own(desk, ben).under_way) == (SigningState.SENT, 1, True)
    end(desk, ben, "signed")
    assert (own(desk, ben).state, own(desk, ben).reason) == (SigningState.SIGNED, "why")
    record = desk.record()
    assert (record.state, record.status, record.faults) == (S.ACCEPTED, TransactionStatus.PATC, ())
    assert (record.authorisation_id, record.payment_id, record.attempts) == ("A1", "P1", 1)


def test_a_start_is_on_record_before_it_and_there_is_one_at_a_time() -> None:
    workspace, desk = at_the_bank(status="")
    ben = workspace.pen("ben")
    early = desk.say(kinds.ORDER_SIGNING_START_INTENDED, ben, digest=desk.digest)
    assert fault(desk, early) == "order.illegal_move"  # the bank waits for nobody
    desk.report("PATC")
    desk.say(kinds.ORDER_SIGNING_START_INTENDED, ben, digest=desk.digest)
    assert (own(desk, ben).authorisation, own(desk, ben).under_way) == ("", True)
    again = desk.say(kinds.ORDER_SIGNING_START_INTENDED, ben, digest=desk.digest)
    assert fault(desk, again) == "order.illegal_move"
    start(desk, ben)
    assert own(desk, ben).authorisation == "B1"


def test_a_code_that_did_not_count_is_followed_by_another_and_a_lost_one_by_a_question() -> None:
    workspace, desk = at_the_bank()
    ben = workspace.pen("ben")
    start(desk, ben)
    intend(desk, ben)
    end(desk, ben, "refused")
    assert own(desk, ben).state is SigningState.OPEN
    intend(desk, ben)
    assert own(desk, ben).attempts == 2
    end(desk, ben, "unknown")
    assert (own(desk, ben).state, own(desk, ben).under_way) == (SigningState.UNKNOWN, True)
    assert fault(desk, start(desk, ben, "B2")) == "order.illegal_move"
    assert fault(desk, intend(desk, ben)) == "order.illegal_move"
    end(desk, ben, "failed")
    assert own(desk, ben).state is SigningState.FAILED
    assert fault(desk, end(desk, ben, "signed")) == "order.illegal_move"
    start(desk, ben, "B2")
    assert (own(desk, ben).authorisation, len(desk.record().signings)) == ("B2", 2)


def test_several_sign_side_by_side_each_for_themselves() -> None:
    workspace, desk = at_the_bank()
    ben, dan = workspace.pen("ben"), workspace.pen("dan")
    start(desk, ben, "B1")
    start(desk, dan, "D1")
    intend(desk, dan, "D1")
    assert (own(desk, ben).state, own(desk, dan).state) == (SigningState.OPEN, SigningState.SENT)
    assert fault(desk, intend(desk, dan, "B1")) == "order.other_authorisation"
    assert fault(desk, end(desk, workspace.pen("cho"), "signed", "D1")) == "order.other_authorisation"


def test_the_senders_device_may_serve_a_second_person() -> None:
    _, desk = at_the_bank(roles={"ada": (Role.REQUESTER, Role.APPROVER)})
    assert fault(desk, start(desk, desk.sender)) == ""


@pytest.mark.parametrize(("name", "code"), [("ada", "order.may_not_sign"), ("eve", "author.no_role"), ("dan", "")])
def test_only_approvers_sign_at_the_bank(name: str, code: str) -> None:
    workspace, desk = at_the_bank()
    pen = workspace.pen(name)
    assert fault(desk, start(desk, pen)) == code
    assert signing_obstacle(desk.record(), workspace.rules(), pen.device, START) == code


def test_a_person_whose_role_was_taken_still_says_what_became_of_it() -> None:
    workspace, desk = at_the_bank()
    dan = workspace.pen("dan")
    start(desk, dan)
    sent = intend(desk, dan)
    members = workspace.members_with("dan", roles=(Role.REQUESTER,))
    change = workspace.amend("ada", "ben", seen=(sent,), members=members)
    dan.write(kinds.INCIDENT_RAISED, identifier("seen"), {}, seen=(change,))
    assert fault(desk, end(desk, dan, "unknown")) == ""
    assert fault(desk, end(desk, dan, "refused")) == ""
    assert fault(desk, intend(desk, dan)) == "order.may_not_sign"
    stranger = Pen("zoe 1", "zoe")
    workspace.pens.append(stranger)
    assert fault(desk, end(desk, stranger, "signed")) == "author.unknown_device"


def test_nobody_signs_what_the_bank_never_called_partly_signed() -> None:
    workspace, desk = at_the_bank(status="ACTC")
    ben = workspace.pen("ben")
    assert fault(desk, start(desk, ben)) == "order.illegal_move"
    assert desk.record().signings == ()
    assert fault(desk, intend(desk, ben)) == "order.other_authorisation"


def test_news_that_folds_in_front_of_a_signature_does_not_undo_it() -> None:
    """The signature made the bank carry it out; the sender heard of that before it heard of the signature."""
    workspace, desk = at_the_bank()
    ben = workspace.pen("ben")
    known = desk.sender.shared[-1]
    desk.report("ACSP")  # ahead of everything of Ben's in the folding order
    ben.write(kinds.INCIDENT_RAISED, identifier("later"), {}, seen=(known,))
    body: dict[str, Json] = {"digest": desk.digest, "authorisation_id": "B1"}
    ben.write(kinds.ORDER_SIGNING_STARTED, desk.order, body)
    ben.write(kinds.ORDER_SIGNING_INTENDED, desk.order, {**body, "attempt": 1})
    ended: dict[str, Json] = {"authorisation_id": "B1", "outcome": "signed", "reason": ""}
    ben.write(kinds.ORDER_SIGNING_ENDED, desk.order, ended)
    record = desk.record()
    assert (record.faults, record.status, own(desk, ben).state) == ((), TransactionStatus.ACSP, SigningState.SIGNED)


def test_what_says_no_such_thing_is_left_out() -> None:
    workspace, desk = at_the_bank()
    ben = workspace.pen("ben")
    assert fault(desk, start(desk, ben, "")) == "order.event_form"
    other = desk.say(kinds.ORDER_SIGNING_STARTED, ben, digest="0" * 64, authorisation_id="B1")
    assert fault(desk, other) == "order.other_digest"
    start(desk, ben)
    assert fault(desk, intend(desk, ben, digest="0" * 64)) == "order.other_digest"
    assert fault(desk, end(desk, ben, "perhaps")) == "order.event_form"
    assert own(desk, ben).state is SigningState.OPEN
    assert set(OUTCOMES) == {"signed", "refused", "failed", "unknown"}


def test_what_stands_in_the_way_of_signing_is_named() -> None:
    workspace, desk = at_the_bank(roles={**ROLES, "dan": (Role.APPROVER,)}, expiries={"dan 1": START + DAY})
    ben, dan = workspace.pen("ben"), workspace.pen("dan")
    record, rules = desk.record(), workspace.rules()
    assert signing_obstacle(record, rules, ben.device, START) == ""
    assert signing_obstacle(record, rules, dan.device, START + 2 * DAY) == "author.device_expired"
    for other in (
        replace(record, status=TransactionStatus.ACSP),
        replace(record, by_hand=True),
        replace(record, payment_id=""),
    ):
        assert signing_obstacle(other, rules, ben.device, START) == "signing.not_awaited"
    start(desk, ben)
    assert signing_obstacle(desk.record(), rules, ben.device, START) == ""
    intend(desk, ben)
    assert signing_obstacle(desk.record(), rules, ben.device, START) == "signing.under_way"
    workspace.pen("dan").write(kinds.WORKSPACE_FROZEN, identifier("workspace"), {})
    assert signing_obstacle(record, workspace.rules(), ben.device, START) == "intent.frozen"
