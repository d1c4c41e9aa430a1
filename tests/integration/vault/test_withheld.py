"""What a store keeps back may be a rejection: nothing is sent while something about the order waits (LEDGER 6, 13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from countersign.application.use_cases.approve_order import sign_approval
from countersign.application.use_cases.record_submission import record_intent
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, EventDraft
from countersign.domain.ledger.governance import Role
from countersign.domain.order_state import OrderState
from countersign.testing.fakes import FakeClock, ScriptedBank
from tests.integration.vault.office import Office
from tests.integration.vault.story import code_of

NOTE = "77" * 16
NOTED = kinds.INCIDENT_RAISED


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Vaults that share a workspace."""
    found = Office(tmp_path)
    yield found
    found.close()


@pytest.mark.parametrize("kind", [kinds.ORDER_STOPPED, kinds.WORKSPACE_FROZEN])
@pytest.mark.parametrize("gone", [False, True])
def test_nothing_is_sent_while_a_rejection_or_a_stop_waits_for_what_a_store_keeps_back(
    office: Office, kind: str, gone: bool
) -> None:
    ada, ben, cho = office.of_three()
    content = ada.story.content(*ada.story.payee(), "CS-WITHHELD")
    said: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
    frozen = ada.story.add(kinds.ORDER_FROZEN, content.order, said)
    assessed: dict[str, Json] = {"digest": content.digest, "assessment": {"score": 1, "stops": []}}
    ada.story.add(kinds.ORDER_ASSESSED, content.order, assessed, refs=(frozen.id,))
    for desk in (ben, cho):
        desk.vault.take_in(ada.shared())
    with ben.vault.transaction() as change:
        record = change.order(content.order)
        assert record is not None
        sign_approval(change, record)
    kept_back = cho.story.add(kinds.INCIDENT_RAISED, NOTE, {})
    body: dict[str, Json] = {"digest": content.digest, "reason": "rejected.suspicious"}
    subject = content.order if kind == kinds.ORDER_STOPPED else NOTE
    word = cho.story.add(kind, subject, body if kind == kinds.ORDER_STOPPED else {})
    ada.vault.take_in([*ben.shared(), word])
    assert [item.event for item in ada.vault.waiting()] == [word.id]
    if gone:  # whose device was closed before has no say any more
        office.change(devices=office.closed("Cho", ""), signers=("Ada", "Ben"))
    profile = ScriptedBank(FakeClock()).profile()

    def intend() -> object:
        return record_intent(ada.vault, content.order, "practice", profile, "r")

    if gone:
        intend()
        return
    assert code_of(intend) == "intent.unread"
    ada.vault.take_in([kept_back])
    assert code_of(intend) == ("intent.not_approved" if kind == kinds.ORDER_STOPPED else "intent.frozen")
    found = ada.vault.order(content.order)
    assert found is not None
    assert found.state is (OrderState.STOPPED if kind == kinds.ORDER_STOPPED else OrderState.APPROVED)


@pytest.mark.parametrize(
    ("kind", "eraser", "kept"),
    [
        (kinds.ORDER_STOPPED, "Ada", True),  # by nobody, an administrator and the author included
        (kinds.ORDER_STOPPED, "Cho", True),
        (kinds.WORKSPACE_FROZEN, "Cho", True),
        (kinds.INCIDENT_RAISED, "Ben", True),  # no administrator, and not whose word it was
        (kinds.INCIDENT_RAISED, "Cho", False),
        (kinds.INCIDENT_RAISED, "Ada", False),
    ],
)
def test_a_body_is_refused_only_where_somebody_who_may_had_it_erased(
    office: Office, kind: str, eraser: str, kept: bool
) -> None:
    ada, *_others = office.of_three()
    members = [
        replace(item, roles=(Role.REQUESTER, Role.APPROVER)) if item.name in {"Ben", "Cho"} else item
        for item in ada.vault.rules.governance.members
    ]
    change = office.change(members=tuple(members), signers=("Ada", "Ben"))
    for name in ("Ben", "Cho"):
        office.desks[name].vault.take_in([change])
    body: dict[str, Json] = {"said": "something"}
    subject = NOTE
    if kind == kinds.ORDER_STOPPED:
        content = ada.story.content(*ada.story.payee(), "CS-WITHHELD")
        said: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
        ada.story.add(kinds.ORDER_FROZEN, content.order, said)
        office.desks["Cho"].vault.take_in(ada.shared())
        body, subject = {"digest": content.digest, "reason": "rejected.suspicious"}, content.order
    word = office.desks["Cho"].story.add(kind, subject, body)
    ada.vault.take_in([replace(word, body=None)])
    who = office.desks[eraser]
    who.vault.take_in([replace(word, body=None)])
    erased = who.story.add(kinds.DATA_ERASED, subject, {})
    ada.vault.take_in([erased, word])
    found = ada.vault.event(word.id)
    assert found is not None
    assert (found.body is not None) is kept


@pytest.mark.parametrize(
    ("eraser", "private", "found"), [("Ben", False, True), ("Ada", False, False), ("Ada", True, False)]
)
def test_rule_02_a_body_that_is_gone_is_named_unless_somebody_who_may_had_it_erased(
    office: Office, eraser: str, private: bool, found: bool
) -> None:
    ada, *_others = office.of_three()
    members = [
        replace(item, roles=(Role.REQUESTER, Role.APPROVER)) if item.name == "Ben" else item
        for item in ada.vault.rules.governance.members
    ]
    office.desks["Ben"].vault.take_in([office.change(members=tuple(members), signers=("Ada", "Cho"))])
    chain = Chain.PRIVATE if private else Chain.SHARED
    with ada.vault.transaction() as change:
        word = change.append(
            EventDraft(
                kinds.LESSON_FINISHED if private else NOTED, NOTE, {"lesson": "a", "score": 1, "of": 1}, chain=chain
            )
        )
    if not private:
        office.desks["Ben"].vault.take_in(ada.shared())
    desk = office.desks[eraser]
    with desk.vault.transaction() as change:
        erased = change.append(EventDraft(kinds.DATA_ERASED, NOTE, {}, chain=chain))
    if eraser != "Ada":
        ada.vault.take_in([*desk.shared()])
        assert ada.vault.event(erased.id) is not None
    connection = ada.vault._connection  # noqa: SLF001 - to try what no port can
    connection.execute("DELETE FROM bodies WHERE event IN (?1, (SELECT number FROM events WHERE id = ?1))", (word.id,))
    assert any(fault.startswith("ledger.body_missing") for fault in ada.door.verify(lambda *_: True).faults) is found
