"""Lets what is known twice appear once: an order and its entry, a payment made elsewhere and its entry.

What is hidden follows from the rows alone and never from the order in which they came: each call computes anew what it
touches, and every change of a row is followed by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from countersign.adapters.vault.database import Connection
from countersign.adapters.vault.schema import DAY_MS
from countersign.adapters.vault.statement import row_of
from countersign.domain.order_state import MAY_HAVE_MOVED_MONEY

HANDED_OVER: Final = "handed_over"
"""The state in ``p_transfers`` of an order that the person carried to the bank, of which the bank has said nothing."""

PARTLY_SIGNED: Final = "partly_signed"
"""The state in ``p_transfers`` of an order for which the bank wants another signature: no money has moved."""

_SETTLED_BY: Final = "settled_by <> '' AND settled_by"  # as the index on it says
_NAMED: Final = "{0}.end_to_end_id <> '' AND {0}.end_to_end_id"
"""As the index on it says. A plus before a column keeps the index of a whole account from being taken instead."""
_ELSEWHERE_DAYS = 10  # by when a payment made in a branch or by phone has been booked
_MOVED = tuple(sorted({state.value for state in MAY_HAVE_MOVED_MONEY} | {HANDED_OVER}))


class ShownOnce:
    """Keeps ``settles`` and ``hidden`` of ``p_transfers``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def settled(self, number: str, entries: Iterable[str]) -> None:
        """Note which order each of these entries is on record for, if any, and show what follows from it once.

        Args:
            number: The own account's number.
            entries: The bank's names of entries.
        """
        found = self._connection.execute("SELECT account FROM p_accounts WHERE iban = ?", (number,)).fetchall()
        for entry in sorted(entries):
            for (account,) in found:
                self._settle(account, number, entry)

    def on_record(self, number: str, entries: Sequence[str]) -> list[str]:
        """Return those of an account's entries that orders are on record with."""
        wanted = ", ".join("?" * len(entries))
        found = self._connection.execute(
            f"SELECT DISTINCT settled_by FROM p_orders WHERE debtor_account = ? AND {_SETTLED_BY} IN ({wanted})",  # noqa: S608
            (number, *entries),
        )
        return [entry for (entry,) in found.fetchall()]

    def _settle(self, account: str, number: str, entry: str) -> None:
        known = self._connection.execute(
            "SELECT place, settles, end_to_end_id, currency, minor FROM p_transfers WHERE row = ?",
            (row_of(account, entry),),
        ).fetchone()
        if known is None:
            return
        place, before, end_to_end_id, currency, minor = known
        # The same number may be one account at each of two banks; a bank's own door names accounts as it likes.
        (order,) = self._connection.execute(
            "SELECT coalesce(min(order_id), '') FROM p_orders WHERE debtor_account = ? AND settled_by = ?"
            " AND settled_by <> '' AND (? NOT LIKE 'own:%' OR ? = 'own:' || debtor_agent_member || ':' || ?)",
            (number, entry, account, account, number),
        ).fetchone()
        if order == before:
            return
        self._connection.execute("UPDATE p_transfers SET settles = ? WHERE place = ?", (order, place))
        concerned = self._connection.execute(
            "SELECT DISTINCT end_to_end_id FROM p_orders WHERE order_id IN (?, ?)", (before, order)
        ).fetchall()
        self._hide("entry.place = ?", place)
        for (each,) in {*concerned, (end_to_end_id,)}:
            self.order_once(each)
        self.elsewhere_once(number, currency, minor)

    def order_once(self, end_to_end_id: str) -> None:
        """Let an order and the one entry that settles it appear once.

        Of several entries for one order a single one is hidden, the one on record before all: an order that was
        executed twice must be seen.
        """
        if not end_to_end_id:
            return
        of_orders = "SELECT 1 FROM p_orders WHERE end_to_end_id = ?"
        if self._connection.execute(of_orders, (end_to_end_id,)).fetchone() is not None:
            self._show_again(end_to_end_id)

    def order_gone(self, end_to_end_id: str) -> None:
        """Show again what an order stood for that is no more."""
        if end_to_end_id:
            self._show_again(end_to_end_id)

    def _show_again(self, end_to_end_id: str) -> None:
        self._hide(f"{_NAMED.format('entry')} = ?", end_to_end_id)
        touched = self._connection.execute(
            "SELECT DISTINCT iban, currency, minor FROM p_transfers"  # noqa: S608 - our own words, and a question mark
            f" WHERE {_NAMED.format('p_transfers')} = ? AND order_id = ''",
            (end_to_end_id,),
        ).fetchall()
        for key in touched:
            self.elsewhere_once(*key)

    def _hide(self, which: str, value: str | int) -> None:
        moved = ", ".join("?" * len(_MOVED))
        self._connection.execute(
            f"""
            UPDATE p_transfers SET hidden = wanted.hidden FROM (
                SELECT entry.place AS place, entry.settles <> '' OR (entry.end_to_end_id <> '' AND entry.row = (
                    SELECT min(first.row) FROM p_transfers AS first, p_transfers AS paid
                    WHERE {_NAMED.format("first")} = entry.end_to_end_id AND first.order_id = '' AND first.settles = ''
                        AND +first.iban = entry.iban AND +first.currency = entry.currency AND first.minor = entry.minor
                        AND {_NAMED.format("paid")} = entry.end_to_end_id AND paid.order_id <> ''
                        AND +paid.iban = entry.iban AND +paid.currency = entry.currency AND paid.minor = entry.minor
                        AND paid.state IN ({moved})
                        AND NOT EXISTS (SELECT 1 FROM p_transfers AS shown WHERE shown.settles <> ''
                            AND shown.settles = paid.order_id)
                )) IS TRUE AS hidden
                FROM p_transfers AS entry WHERE {which} AND entry.order_id = ''
            ) AS wanted
            WHERE p_transfers.place = wanted.place AND p_transfers.hidden <> wanted.hidden
            """,  # noqa: S608 - our own words, and question marks
            (*_MOVED, value),
        )

    def elsewhere_once(self, iban: str, currency: str, minor: int) -> None:
        """Hide each payment made elsewhere behind the entry that shows it: the earliest that fits, each entry once.

        An entry that shows an order shows nothing else.
        """
        of_these = "iban = ? AND currency = ? AND minor = ?"
        noted = self._connection.execute(
            f"SELECT place, at, row FROM p_transfers WHERE {of_these} AND state = 'elsewhere' ORDER BY at, row",  # noqa: S608 - our own
            (iban, currency, minor),
        ).fetchall()
        if not noted:
            return
        entries = self._connection.execute(
            f"SELECT at FROM p_transfers WHERE {of_these} AND state = 'booked' AND settles = ''"  # noqa: S608 - our own
            " AND end_to_end_id NOT IN (SELECT end_to_end_id FROM p_orders) ORDER BY at, row",
            (iban, currency, minor),
        ).fetchall()
        booked = [at for (at,) in entries]
        for place, at, _row in noted:
            shown = next((each for each in booked if -DAY_MS <= each - at <= _ELSEWHERE_DAYS * DAY_MS), None)
            if shown is not None:
                booked.remove(shown)
            self._connection.execute(
                "UPDATE p_transfers SET hidden = ? WHERE place = ? AND hidden <> ?",
                (int(shown is not None), place, int(shown is not None)),
            )
