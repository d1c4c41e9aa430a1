"""Any field of the order changed, at any step, anywhere: refused, with its reason; the unchanged controls pass.

Source: Commission Delegated Regulation (EU) 2018/389, Article 5 (dynamic linking). ``PLACES`` is where later rooms add
theirs: the screen's presenter, the outgoing message, the bank's reply.
"""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.domain.canonical import Json, canonical_bytes
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.governance import World
from countersign.domain.ledger.order_fold import fold_order
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order import Attachment, BindingError, OrderContent, differences, require_same
from countersign.domain.order_state import OrderState
from countersign.domain.payment import AccountScheme, Arrival, ChargeBearer, PaymentFields, PaymentProduct
from tests.unit.domain.ledger.world import START, OrderDesk, alone, identifier, payment

PLACES = ("screen", "otp", "approval", "message", "reply")
FIELDS = tuple(item.name for item in fields(PaymentFields))
CONTENT_FIELDS = tuple(item.name for item in fields(OrderContent) if item.name not in {"payment", "v"})

letters = st.text("ABCdef019 ", min_size=1, max_size=12)
other_values: dict[str, st.SearchStrategy[object]] = {
    **dict.fromkeys(FIELDS, letters),
    "instructed_amount": st.builds(Money, st.integers(1, 2**50), st.sampled_from(["EUR", "GBP", "CNY", "JPY"])),
    "product": st.sampled_from(PaymentProduct),
    "debtor_account_scheme": st.sampled_from(AccountScheme),
    "creditor_account_scheme": st.sampled_from(AccountScheme),
    "charge_bearer": st.sampled_from(ChargeBearer),
    "arrival": st.sampled_from(Arrival),
    "world": st.sampled_from(World),
    "attachments": st.lists(st.builds(Attachment, letters, st.just("a" * 64), st.integers(0, 9)), max_size=2).map(
        tuple
    ),
    **{name: letters for name in CONTENT_FIELDS if name not in {"world", "attachments"}},
}


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("field", FIELDS)
@given(data=st.data())
def test_a_changed_field_is_refused_by_its_name(field: str, where: str, data: st.DataObject) -> None:
    agreed = payment()
    value = data.draw(other_values[field].filter(lambda found: found != getattr(agreed, field)))
    claimed = replace(agreed, **{field: value})  # type: ignore[arg-type]  # every field in turn
    with pytest.raises(BindingError) as refused:
        require_same(agreed, claimed, where)
    assert (refused.value.code, refused.value.params) == (f"binding.{where}", {"field": field, "count": 1})


@pytest.mark.parametrize("where", PLACES)
def test_the_unchanged_control_passes(where: str) -> None:
    require_same(payment(), replace(payment()), where)
    require_same(payment(), payment(creditor_agent=""), where, unless_absent=("creditor_agent",))


@given(st.sets(st.sampled_from(FIELDS), min_size=1), st.data())
def test_several_changes_are_counted_and_absence_excuses_only_absence(changed: set[str], data: st.DataObject) -> None:
    agreed = payment(creditor_agent="MARKDEFF", requested_execution_date="2026-12-01")
    claimed = agreed
    for name in sorted(changed):
        claimed = _other_payment(claimed, name, data)
    with pytest.raises(BindingError) as refused:
        require_same(agreed, claimed, "reply", unless_absent=FIELDS)
    assert refused.value.params["count"] == len(changed) == len(differences(agreed, claimed))


def _other_payment(agreed: PaymentFields, field: str, data: st.DataObject) -> PaymentFields:
    value = data.draw(other_values[field].filter(lambda found: found != getattr(agreed, field)))
    return replace(agreed, **{field: value})  # type: ignore[arg-type]  # every field in turn


def _changed(content: OrderContent, field: str, data: st.DataObject) -> OrderContent:
    source = content.payment if field in FIELDS else content
    value = data.draw(other_values[field].filter(lambda found: found != getattr(source, field)))
    if field in FIELDS:
        return replace(content, payment=replace(content.payment, **{field: value}))  # type: ignore[arg-type]  # in turn
    return replace(content, **{field: value})  # type: ignore[arg-type]  # every field in turn


def _reviewed() -> OrderDesk:
    _, desk = alone()
    desk.add_payee()
    desk.freeze()
    return desk


def _fold(desk: OrderDesk) -> OrderRecord:
    events = [event for event in desk.workspace.events if event.header.subject == desk.order]
    found = fold_order(events, desk.workspace.rules())
    assert found is not None
    return found


@pytest.mark.parametrize("field", [*FIELDS, *CONTENT_FIELDS])
@settings(max_examples=12)  # each example walks a whole payment
@given(data=st.data())
def test_any_other_content_has_another_digest_and_voids_everything_at_every_step(
    field: str, data: st.DataObject
) -> None:
    desk = _reviewed()
    agreed = desk.digest
    other = _changed(desk.frozen_content, field, data).digest
    assert other != agreed

    def refused(kind: str, **body: Json) -> str:
        event = desk.say(kind, None, **{"digest": other, **body})
        record = _fold(desk)
        in_approvals = next((item.fault for item in record.approvals if item.event == event.id), "")
        return in_approvals or dict(record.faults)[event.id]

    answered: dict[str, Json] = {"intervention": "i", "answer": "a", "path": "p"}
    assert refused(kinds.ORDER_INTERVENTION_ANSWERED, **answered) == "order.other_digest"
    assert refused(kinds.ORDER_ASSESSED, assessment={}) == "order.other_digest"
    desk.assess()
    assert refused(kinds.ORDER_APPROVED, **{**desk.approval_body(), "digest": other}) == "approval.other_digest"
    assert _fold(desk).state is OrderState.PREPARED
    approval = desk.approve()
    void = desk.intend([approval], digest=other)
    assert dict(_fold(desk).faults)[void.id] == "order.other_digest"
    desk.intend([approval])
    desk.say(kinds.ORDER_INITIATED, payment_id="P1")
    desk.say(kinds.ORDER_AUTHORISATION_STARTED, purpose="payment", authorisation_id="A1")
    assert refused(kinds.ORDER_ANSWER_INTENDED, authorisation_id="A1", attempt=1) == "order.other_digest"
    assert _fold(desk).state is OrderState.AUTHORISING
    desk.say(kinds.ORDER_ANSWER_INTENDED, authorisation_id="A1", attempt=1, digest=agreed)  # the control
    assert (_fold(desk).state, _fold(desk).digest) == (OrderState.ANSWERING, agreed)


@pytest.mark.parametrize("field", [*FIELDS, *CONTENT_FIELDS])
@settings(max_examples=12)  # each example walks a whole payment
@given(data=st.data())
def test_a_frozen_event_whose_content_was_changed_freezes_nothing(field: str, data: st.DataObject) -> None:
    desk = _reviewed()
    changed = _changed(desk.frozen_content, field, data)
    body: dict[str, Json] = {"content": changed.canonical(), "digest": desk.digest}
    desk.sender.shared.pop()
    desk.sender.write(kinds.ORDER_FROZEN, desk.order, body)
    assert fold_order(desk.workspace.events, desk.workspace.rules()) is None


def test_row_13_an_approval_of_one_order_is_worth_nothing_on_another() -> None:
    desk = _reviewed()
    desk.assess()
    approval = desk.approve()
    assert _fold(desk).state is OrderState.APPROVED
    second = OrderDesk(desk.workspace, desk.sender, "order 2", "payee 2")
    second.add_payee()
    second.freeze()
    second.assess()
    replayed = second.sender.write(kinds.ORDER_APPROVED, second.order, approval.says())
    assert [item.fault for item in _fold(second).approvals] == ["approval.other_digest"]
    intent = second.intend([approval], refs=(second.frozen.id, second.assessed.id, approval.id))
    assert dict(_fold(second).faults)[intent.id] == "intent.rule_not_met"
    assert replayed.header.subject == second.order


def test_row_18_an_approval_counts_until_it_expires() -> None:
    for at, state in ((START + 86_399_999, OrderState.INTENDED), (START + 86_400_000, OrderState.APPROVED)):
        desk = _reviewed()
        desk.assess()
        desk.intend([desk.approve()], at=at)
        assert _fold(desk).state is state


@given(st.integers(0, 2000), st.integers(1, 255))
def test_row_05_any_byte_of_the_content_changed_is_refused_or_another_order(place: int, flip: int) -> None:
    desk = _reviewed()
    content = bytearray(desk.frozen_content.content_bytes)
    content[place % len(content)] ^= flip
    try:
        read = OrderContent.parse(bytes(content))
    except SecurityError:
        return
    assert read.digest != desk.digest
    assert canonical_bytes(read.canonical()) == bytes(content)


def test_identifiers_of_the_tests_are_what_the_ledger_takes() -> None:
    assert _reviewed().frozen_content.payee == identifier("payee 1")
