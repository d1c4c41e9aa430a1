"""Orders under way, asked of a real database: by where they stand, by batch, by payee, and from an index."""

from __future__ import annotations

import time

from countersign.adapters.vault.door import FileVaultDoor
from countersign.adapters.vault.projections import _in_flight
from countersign.adapters.vault.reader import Reader
from countersign.application.ports.vault import InFlight, PaymentKey
from countersign.domain.money import Money
from countersign.domain.order_state import BEGUN, OrderState
from countersign.testing.fakes import DAY_MS, SOLICITORS, START_MS
from tests.integration.vault.story import Story, entry

MANY = 300


def test_orders_are_found_by_where_they_stand(door: FileVaultDoor, story: Story) -> None:
    waiting, sent = story.approved("CS-1"), story.approved("CS-2")
    story.intent(sent)
    asked, me = door.projections(), story.vault.identity.device
    minor = sent.payment.instructed_amount.minor

    def named(wanted: InFlight) -> set[str]:
        found = {record.content.order for record in asked.orders_in_flight(wanted)}
        assert asked.count_in_flight(wanted) == len(found)
        return found

    both = {waiting.order, sent.order}
    assert named(InFlight()) == both
    assert named(InFlight(states=BEGUN)) == {sent.order}
    assert named(InFlight(states=frozenset({OrderState.APPROVED}), batch="")) == {waiting.order}
    assert named(InFlight(batch="b" * 32)) == set()
    assert named(InFlight(states=BEGUN, to=SOLICITORS[1])) == {sent.order}
    assert named(InFlight(states=BEGUN, to="DE89370400440532013000")) == set()
    assert named(InFlight(states=BEGUN, minors=frozenset({minor, 1}))) == {sent.order}
    assert named(InFlight(states=BEGUN, minors=frozenset({1}))) == set()
    assert named(InFlight(device=me)) == both
    assert named(InFlight(device="f" * 64)) == set()
    (newest,) = asked.orders_in_flight(InFlight(limit=1))
    assert newest.content.order in both


def test_no_whole_table_is_looked_through(door: FileVaultDoor, story: Story) -> None:
    story.approved("CS-1")
    asked = door.projections()
    for wanted in (
        InFlight(states=BEGUN),
        InFlight(states=BEGUN, to="DE1"),
        InFlight(states=BEGUN, minors=frozenset({1})),
        InFlight(states=frozenset({OrderState.PREPARED}), batch=""),
    ):
        tables, conditions, parameters = _in_flight(wanted)
        reader: Reader = asked._reader  # noqa: SLF001 - to see how it is answered
        plan = reader.rows(f"EXPLAIN QUERY PLAN SELECT o.order_id FROM {tables} WHERE {conditions}", parameters)  # noqa: S608
        whole = [str(row[3]) for row in plan if str(row[3]).startswith("SCAN") and "p_orders_open" not in str(row[3])]
        assert [line for line in whole if "json_each" not in line] == []


def test_what_was_paid_before_is_found_fast_where_one_payee_was_paid_very_often(
    door: FileVaultDoor, story: Story
) -> None:
    for first in range(0, MANY, 100):
        story.statement(
            [
                entry(f"e{number}", -10_000 - number, START_MS - number * DAY_MS, end_to_end_id=f"E2E-{number}")
                for number in range(first, first + 100)
            ]
        )
    asked = door.projections()
    account = "NL47AMSP0417164300"
    keys = [PaymentKey(account, Money(10_000 + number, "EUR"), f"Invoice e{number}") for number in range(MANY)]
    keys += [PaymentKey(account, Money(10_000 + number, "EUR"), "Another") for number in range(MANY)]
    keys += [PaymentKey("DE1", Money(1, "EUR"), "", f"E2E-{number}") for number in range(2 * MANY)]
    before = time.thread_time()
    found = asked.alike(keys)
    taken = time.thread_time() - before
    assert [row is not None for row in found] == [True] * MANY + [False] * MANY + [True] * MANY + [False] * MANY
    assert taken < 0.0005 * len(keys), "each from an index"
    each = asked.payments_to_each([account, "DE1"], 50)
    assert {name: len(rows) for name, rows in each.items()} == {account: 50, "DE1": 0}
    assert each[account] == asked.payments_to([account], 50)
