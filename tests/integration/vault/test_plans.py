"""What is asked whenever an event comes is answered from an index, however much there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from countersign.adapters.vault.database import Connection, new_memory_database
from countersign.adapters.vault.shown_once import ShownOnce

ROWS = """INSERT INTO p_orders VALUES ('o', 'approved', 0, 0, 'p', 'DE1', '', 'CS1', '', '')"""


class Explaining:
    """A connection that notes how each statement would be answered."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.plans: list[str] = []

    def execute(self, query: str, values: Sequence[object] = ()) -> object:
        """Note the plan, and do it."""
        plan = self._connection.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall()
        self.plans += [str(row[3]) for row in plan]
        return self._connection.execute(query, values)


def plans_of_one_order() -> list[str]:
    connection = new_memory_database()
    connection.execute(ROWS)
    explaining = Explaining(connection)
    shown = ShownOnce(cast("Connection", explaining))
    shown.order_once("CS1")
    shown.order_gone("CS1")
    shown.elsewhere_once("DE1", "EUR", 1)
    connection.close()
    return explaining.plans


def test_an_order_looks_through_no_whole_table_and_no_whole_account() -> None:
    plans = plans_of_one_order()
    assert any("p_transfers_by_end_to_end_id" in plan for plan in plans)
    assert [plan for plan in plans if plan.startswith("SCAN")] == []
    assert [plan for plan in plans if "p_transfers_by_account" in plan] == []
