"""One order by code: just what the other lacks, complete, and the answer back the same way."""

from __future__ import annotations

import hashlib

import pytest

from countersign.application.flows.script import run_script
from countersign.application.order_codes import gather_order, last_answer, other_devices
from countersign.application.sharing import Sharing
from countersign.application.use_cases.carry_order import CODE_DOCUMENTS, OrderParcel
from countersign.application.use_cases.exchange_envelopes import TakenParcel
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import Role
from countersign.domain.order import Attachment
from countersign.domain.order_state import OrderState
from countersign.testing.fake_relay import FakeRelay
from countersign.testing.fake_sharing import FakeParcels
from countersign.testing.fakes import InlineTasks
from tests.unit.application.workspace.payments import ORDER, approve, known, request
from tests.unit.application.workspace.several import Desk, Several, several

OTHER = "dd" * 16


def raised(error: Exception) -> None:
    raise error


def sharing_of(desk: Desk) -> Sharing:
    return Sharing(desk.vault, InlineTasks(), desk.tools, FakeParcels(), lambda _settings: desk.relay)


def parcel(desk: Desk, order: str = ORDER, *to: str) -> OrderParcel:
    found: list[OrderParcel] = []
    run_script(InlineTasks(), gather_order(sharing_of(desk), order, to), found.append, raised)
    return found[0]


def take(desk: Desk, contents: tuple[bytes, ...]) -> TakenParcel:
    found: list[TakenParcel] = []
    run_script(InlineTasks(), sharing_of(desk).take(contents), found.append, raised)
    assert found[0].refused == ""
    assert not desk.vault.waiting()
    return found[0]


def met(count: int = 2, roles: tuple[tuple[Role, ...], ...] = ()) -> Several:
    """Return devices that have heard of each other, and go without the store from now on."""
    some = several(count, roles=roles)
    some.rounds()
    some.store.put_honestly.clear()
    return some


def test_an_order_and_its_answer_travel_without_any_store() -> None:
    some = met()
    request(some[0])
    asked = parcel(some[0])
    assert (asked.ended, asked.left_out, [item.device for item in asked.recipients]) == (True, 0, [some[1].device])
    found = take(some[1], asked.code)
    assert (found.about, found.events) == (ORDER, asked.events)
    assert known(some[1]).digest == known(some[0]).digest
    approve(some[1])
    assert last_answer(some[1].vault) == ORDER
    answer = parcel(some[1])
    assert answer.events < asked.events  # no more than was signed since
    assert take(some[0], answer.code).about == ORDER
    assert known(some[0]).state is OrderState.APPROVED
    assert not some.store.put_honestly


def test_read_again_it_changes_nothing_and_still_names_the_order() -> None:
    some = met()
    request(some[0])
    contents = parcel(some[0]).code
    take(some[1], contents)
    again = take(some[1], contents)
    assert (again.events, again.about) == (0, ORDER)


def test_it_is_complete_where_it_rests_on_what_the_other_never_heard() -> None:
    """Ravi's order rests on what Mei signed since the third heard of them; the code brings that along."""
    some = met(3)
    some[0].say("news that only Ravi heard")
    some[0].round()
    some[1].round()
    some[1].say("and what he said to it")
    some[1].round()
    some[0].round()
    request(some[1])
    some[0].say("later than all of it")
    asked = parcel(some[1], ORDER, some[2].device)
    assert take(some[2], asked.code).about == ORDER
    assert known(some[2]).digest == known(some[1]).digest


def test_what_it_does_not_rest_on_stays_away() -> None:
    some = met()
    request(some[0])
    for place in range(30):
        some[0].say(f"note {place}")
    assert parcel(some[0]).events == 3
    request(some[0], OTHER)
    assert parcel(some[0], OTHER).events == 36  # a chain has no gaps


def test_a_stop_that_was_made_since_goes_along() -> None:
    some = met()
    request(some[0])
    with some[0].vault.transaction() as change:
        change.append(EventDraft(kinds.WORKSPACE_FROZEN, some[0].vault.identity.workspace, {"reason": "person"}))
    take(some[1], parcel(some[0]).code)
    assert some[1].vault.rules.stops


def test_a_long_history_is_gathered_piece_by_piece() -> None:
    some = met()
    for place in range(120):
        some[0].say(f"note {place}")
    request(some[0])
    asked = parcel(some[0])
    assert asked.events == 123
    assert len(asked.code) == 3
    take(some[1], asked.code)
    assert known(some[1]).digest == known(some[0]).digest


def test_whoever_was_never_heard_of_is_sent_everything() -> None:
    some = several(2)
    request(some[0])
    take(some[1], parcel(some[0]).code)
    assert some[1].vault.heads()[some[0].device] == some[0].vault.heads()[some[0].device]


def test_the_pay_of_others_stays_without_its_body() -> None:
    some = met(3, roles=((Role.APPROVER,), (Role.REQUESTER,)))
    request(some[0], purpose="SALA")
    contents = parcel(some[0]).code
    assert len(contents) == 2  # a letter for those who may read it, and one for who may not
    for content in contents:
        sharing = sharing_of(some[2])
        run_script(InlineTasks(), sharing.take((content,)), lambda _taken: None, raised)
    assert some[2].vault.order(ORDER) is None
    frozen = [item for item in some[2].vault.events_of(ORDER) if item.kind == kinds.ORDER_FROZEN]
    assert [item.body for item in frozen] == [None]


@pytest.mark.parametrize(("size", "left_out"), [(CODE_DOCUMENTS, 0), (CODE_DOCUMENTS + 1, 1)])
def test_documents_that_are_too_long_for_a_code_go_in_the_file(size: int, left_out: int) -> None:
    some = met()
    data = bytes(size)
    name = hashlib.sha256(data).hexdigest()
    with some[0].vault.transaction() as change:
        change.keep_blob(data)
    request(some[0], attachments=(Attachment("contract.pdf", name, size),))
    asked = parcel(some[0])
    assert asked.left_out == left_out
    assert (asked.code == asked.whole) is (left_out == 0)
    take(some[1], asked.code)
    assert (some[1].vault.blob(name) is None) is bool(left_out)
    take(some[1], asked.whole)
    assert some[1].vault.blob(name) == data


def test_alone_there_is_nobody_to_show_it_to() -> None:
    some = several(1)
    request(some[0])
    asked = parcel(some[0])
    assert (asked.ended, asked.recipients, asked.code) == (True, (), ())
    assert other_devices(some[0].vault, some.clock.now_ms()) == ()


def test_others_are_the_open_devices() -> None:
    some = met(3)
    assert {item.device for item in other_devices(some[0].vault, 0)} == {some[1].device, some[2].device}


def test_it_ends_early_where_nobody_waits_for_it() -> None:
    some = met()
    request(some[0])
    found: list[OrderParcel] = []
    run_script(InlineTasks(), gather_order(sharing_of(some[0]), ORDER, (), lambda _a, _b: False), found.append, raised)
    assert not found[0].ended


def test_without_the_key_nothing_is_sealed() -> None:
    some = met()
    sharing = sharing_of(some[0])
    sharing.hears = False
    with pytest.raises(SecurityError, match=r"relay\.no_key"):
        run_script(InlineTasks(), gather_order(sharing, ORDER), lambda _found: None, raised)


def test_nothing_was_answered_yet() -> None:
    some = met()
    assert last_answer(some[1].vault) == ""
    some[1].say("something else")
    assert last_answer(some[1].vault) == ""
    assert isinstance(some[1].relay, FakeRelay)
