"""An order that is carried to the bank, as its events tell it: the person's word moves nothing on, facts do."""

from __future__ import annotations

import pytest

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.order_fold import fold_order
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import DUPLICATES, OrderState, TransactionStatus
from tests.unit.domain.ledger.world import OrderDesk, Pen, alone, treasury

S = OrderState
FILE = "f" * 64


def _fold(desk: OrderDesk) -> OrderRecord:
    found = fold_order(
        [event for event in desk.workspace.events if event.header.subject == desk.order], desk.workspace.rules()
    )
    assert found is not None
    return found


def _fault(desk: OrderDesk, event: Event) -> str:
    return dict(_fold(desk).faults).get(event.id, "")


def _intended(*, by_hand: Json = True) -> OrderDesk:
    _, desk = alone()
    desk.intend([desk.ready()], by_hand=by_hand)
    return desk


def _laid_out(**more: Json) -> OrderDesk:
    desk = _intended()
    desk.say(kinds.ORDER_INITIATED, None, payment_id="P1", **more)
    return desk


def _prove(desk: OrderDesk, **changes: Json) -> Event:
    return desk.say(
        kinds.ORDER_PROOF_ADDED, None, **{"name": "confirmation.pdf", "sha256": "a" * 64, "size": 4, **changes}
    )


def _settle(desk: OrderDesk, entry: str = "E1", **changes: Json) -> Event:
    return desk.report("ACSC", None, payment_id="", source="statement", entry=entry, rule="end_to_end", **changes)


def test_an_intent_says_whether_it_is_carried_by_hand() -> None:
    assert _fold(_intended()).by_hand
    assert not _fold(_intended(by_hand=False)).by_hand
    _, desk = alone()
    event = desk.intend([desk.ready()], by_hand="yes")
    assert _fault(desk, event) == "canonical.field_type"
    assert _fold(desk).state is S.APPROVED


def test_a_file_is_known_by_its_hash_and_a_typed_payment_has_none() -> None:
    assert _fold(_laid_out(file={"name": "p.xml", "sha256": FILE})).file == FILE
    for nothing in (_laid_out(), _laid_out(file="p.xml")):
        assert (_fold(nothing).file, _fold(nothing).state) == ("", S.INITIATED)
    odd = _intended()
    event = odd.say(kinds.ORDER_INITIATED, payment_id="P1", file={"name": "p.xml"})
    assert (_fault(odd, event), _fold(odd).state) == ("canonical.field_type", S.INTENDED)


def test_the_persons_word_is_kept_once_and_moves_nothing_on() -> None:
    desk = _laid_out()
    assert _fold(desk).carried_by_hand
    said = desk.say(kinds.ORDER_HANDED_OVER, reference="ALD-77")
    record = _fold(desk)
    assert (record.state, record.bank_reference, record.handed_over_at) == (S.INITIATED, "ALD-77", said.header.at)
    assert not record.carried_by_hand
    again = desk.say(kinds.ORDER_HANDED_OVER, reference="other")
    assert (_fault(desk, again), _fold(desk).bank_reference) == ("order.illegal_move", "ALD-77")


def test_nothing_is_handed_over_that_was_not_laid_out_or_goes_by_wire() -> None:
    for desk in (_intended(), _intended(by_hand=False)):
        assert _fault(desk, desk.say(kinds.ORDER_HANDED_OVER, reference="x")) == "order.illegal_move"
    wired = _intended(by_hand=False)
    wired.say(kinds.ORDER_INITIATED, payment_id="P1")
    assert _fault(wired, wired.say(kinds.ORDER_HANDED_OVER, reference="x")) == "order.illegal_move"
    assert _fault(wired, _prove(wired)) == "order.illegal_move"


def test_only_the_sender_says_that_it_was_handed_over_and_anybody_brings_what_a_bank_wrote() -> None:
    workspace, desk = treasury()
    _, ben, *_ = workspace.pens
    desk.add_payee()
    desk.freeze()
    desk.assess()
    approval = desk.approve(ben)
    desk.intend([approval], by_hand=True, seen=(approval,))
    desk.say(kinds.ORDER_INITIATED, payment_id="P1")
    word = desk.say(kinds.ORDER_HANDED_OVER, ben, reference="x")
    assert _fault(desk, word) == "order.not_the_sender"
    gave_up = desk.say(kinds.ORDER_ABANDONED, ben, reason="not_handed_over")
    assert _fault(desk, gave_up) == "order.not_the_sender"
    proof = desk.say(kinds.ORDER_PROOF_ADDED, ben, name="c.pdf", sha256="a" * 64, size=1)
    fact = desk.report("ACSC", ben, payment_id="", entry="E1", rule="end_to_end")
    record = _fold(desk)
    assert (_fault(desk, proof), _fault(desk, fact)) == ("", "")
    assert (record.state, record.settled_by, record.proofs) == (S.SETTLED, "E1", (("c.pdf", "a" * 64, 1),))


def test_what_a_device_says_that_nobody_added_is_no_part_of_the_ledger() -> None:
    desk = _laid_out()
    stranger = Pen("eve 1", "eve")
    word = desk.say(kinds.ORDER_HANDED_OVER, stranger, reference="x")
    events = [event for event in desk.workspace.events if event.header.subject == desk.order]
    record = fold_order([*events, word], desk.workspace.rules())
    assert record is not None
    assert (record.handed_over_at, dict(record.faults)) == (0, {word.id: "order.not_the_sender"})


def test_documents_add_up_from_when_it_was_laid_out_even_after_the_end() -> None:
    early = _intended()
    assert _fault(early, _prove(early)) == "order.illegal_move"
    desk = _laid_out()
    _prove(desk)
    _settle(desk)
    late = _prove(desk, name="statement.pdf")
    assert [name for name, _, _ in _fold(desk).proofs] == ["confirmation.pdf", "statement.pdf"]
    assert _fault(desk, late) == ""


@pytest.mark.parametrize("changes", [{"name": 1}, {"sha256": ["a"]}, {"size": "4"}, {"size": True}])
def test_a_document_without_its_parts_is_left_out(changes: dict[str, Json]) -> None:
    desk = _laid_out()
    assert _fault(desk, _prove(desk, **changes)) == "canonical.field_type"
    assert _fold(desk).proofs == ()


def test_what_was_never_handed_over_ends_and_money_that_leaves_all_the_same_contradicts() -> None:
    desk = _laid_out()
    desk.say(kinds.ORDER_ABANDONED, reason="not_handed_over")
    assert (_fold(desk).state, _fold(desk).reason) == (S.ABANDONED, "not_handed_over")
    fact = _settle(desk)
    record = _fold(desk)
    assert (record.state, record.contradictions, record.faults) == (S.ABANDONED, (fact.id,), ())
    assert record.status in {None, TransactionStatus.ACSC}
    agreed = desk.report("RJCT")  # the bank refused it too: that agrees
    assert _fold(desk).contradictions == (fact.id,)
    assert _fault(desk, agreed) == ""


def test_once_it_was_handed_over_it_can_not_be_given_up() -> None:
    desk = _laid_out()
    desk.say(kinds.ORDER_HANDED_OVER, reference="")
    gave_up = desk.say(kinds.ORDER_ABANDONED, reason="changed_my_mind")
    assert (_fault(desk, gave_up), _fold(desk).state) == ("order.may_be_executed", S.INITIATED)


def test_an_entry_settles_and_the_first_one_is_kept() -> None:
    desk = _laid_out()
    _settle(desk)
    _settle(desk, "E2")
    record = _fold(desk)
    assert (record.state, record.settled_by, record.settled_rule) == (S.SETTLED, "E1", "end_to_end")
    assert (record.payment_id, record.contradictions) == ("P1", ())


def test_an_entry_joins_what_only_a_status_told() -> None:
    desk = _laid_out()
    desk.report("ACSC")
    assert (_fold(desk).state, _fold(desk).settled_by) == (S.SETTLED, "")
    _settle(desk)
    assert (_fold(desk).settled_by, _fold(desk).settled_rule) == ("E1", "end_to_end")


def test_an_entry_without_its_rule_is_left_out() -> None:
    desk = _laid_out()
    event = desk.report("ACSC", entry="E1")
    assert (_fault(desk, event), _fold(desk).state) == ("canonical.field_type", S.INITIATED)


def test_an_entry_beside_a_status_that_pays_nothing_settles_nothing() -> None:
    desk = _laid_out()
    desk.report("ACSP", entry="E1", rule="end_to_end")
    assert (_fold(desk).state, _fold(desk).settled_by) == (S.ACCEPTED, "")


@pytest.mark.parametrize("reason", ["AC04", ""])
def test_what_came_back_stays_settled_with_its_reason(reason: str) -> None:
    desk = _laid_out()
    _settle(desk)
    back = desk.say(kinds.ORDER_RETURNED, reason=reason, entry="E2")
    record = _fold(desk)
    assert (record.state, record.returned, record.returned_at) == (S.SETTLED, reason, back.header.at)


def test_nothing_comes_back_that_was_not_paid() -> None:
    desk = _laid_out()
    for _ in range(2):
        assert _fault(desk, desk.say(kinds.ORDER_RETURNED, reason="AC04", entry="E2")) == "order.illegal_move"
        desk.say(kinds.ORDER_ABANDONED, reason="not_handed_over")
    assert _fold(desk).returned_at == 0


def test_rule_15_the_order_of_arrival_changes_nothing() -> None:
    desk = _laid_out(file={"name": "p.xml", "sha256": FILE})
    desk.say(kinds.ORDER_HANDED_OVER, reference="R")
    _prove(desk)
    _settle(desk)
    desk.say(kinds.ORDER_RETURNED, reason="AC04", entry="E2")
    events = [event for event in desk.workspace.events if event.header.subject == desk.order]
    assert fold_order(reversed(events), desk.workspace.rules()) == _fold(desk)


@pytest.mark.parametrize("status", ["RCVD", "PDNG"])
def test_what_the_bank_holds_was_handed_over_whatever_the_person_says(status: str) -> None:
    desk = _laid_out()
    desk.report(status, None, payment_id="", source="pain.002")
    record = _fold(desk)
    assert (record.state, record.carried_by_hand) == (S.INITIATED, False)
    word = desk.say(kinds.ORDER_ABANDONED, reason="not_handed_over")
    assert _fault(desk, word) == "order.may_be_executed"
    assert _fold(desk).state is S.INITIATED


@pytest.mark.parametrize("reason", sorted(DUPLICATES))
def test_a_refused_copy_says_that_the_bank_holds_the_first(reason: str) -> None:
    desk = _laid_out()
    desk.report("RJCT", None, payment_id="", source="pain.002", reason=reason)
    record = _fold(desk)
    assert (record.state, record.status, record.carried_by_hand) == (S.INITIATED, TransactionStatus.RCVD, False)
    desk.report("ACSP", None, payment_id="", source="pain.002")
    desk.report("RJCT", None, payment_id="", source="pain.002", reason=reason)
    assert (_fold(desk).state, _fold(desk).status) == (S.ACCEPTED, TransactionStatus.ACSP)
    _settle(desk)
    desk.report("RJCT", None, payment_id="", source="pain.002", reason=reason)
    assert (_fold(desk).state, _fold(desk).contradictions) == (S.SETTLED, ())
    door = _laid_out()
    door.report("RJCT", None, payment_id="", source="status", reason=reason)
    assert _fold(door).state is S.REJECTED, "a door speaks of the one payment that it was asked about"


def _recall(desk: OrderDesk, **changes: Json) -> Event:
    body: dict[str, Json] = {"reason": "FRAD", "file": {"name": "RECALL-p.xml", "sha256": "c" * 64}, **changes}
    return desk.say(kinds.ORDER_RECALL_WRITTEN, None, **body)


def test_a_recall_is_kept_and_moves_nothing() -> None:
    desk = _laid_out(file={"name": "p.xml", "sha256": FILE})
    assert _fault(desk, _recall(desk)) == "order.illegal_move", "nobody has said that the bank has it"
    desk.say(kinds.ORDER_HANDED_OVER, reference="")
    first = _recall(desk)
    record = _fold(desk)
    assert (record.state, record.recall_reason, record.recalled_at) == (S.INITIATED, "FRAD", first.header.at)
    assert record.recall_file == "RECALL-p.xml"
    _settle(desk)
    _recall(desk, reason="DUPL")
    assert (_fold(desk).state, _fold(desk).recall_reason) == (S.SETTLED, "DUPL")


def test_a_recall_needs_a_payment_file_that_counts() -> None:
    typed = _laid_out()
    typed.say(kinds.ORDER_HANDED_OVER, reference="")
    assert _fault(typed, _recall(typed)) == "order.illegal_move"
    ended = _laid_out(file={"name": "p.xml", "sha256": FILE})
    ended.report("RJCT", None, payment_id="", source="pain.002", reason="AC01")
    assert _fault(ended, _recall(ended)) == "order.illegal_move"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"file": "RECALL-p.xml"}, "order.illegal_move"),
        ({"file": {"name": "RECALL-p.xml"}}, "canonical.field_type"),
        ({"reason": 1}, "canonical.field_type"),
    ],
)
def test_a_recall_says_why_and_which_file(changes: dict[str, Json], code: str) -> None:
    desk = _laid_out(file={"name": "p.xml", "sha256": FILE})
    desk.say(kinds.ORDER_HANDED_OVER, reference="")
    assert _fault(desk, _recall(desk, **changes)) == code
    assert _fold(desk).recalled_at == 0
