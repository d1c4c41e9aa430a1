"""Brings the projections up to date with one event, or with all (LEDGER rule 15).

Orders and payees are folded anew from their own events whenever one arrives. Entries of statements are rows of their
own; of several versions the one furthest in folding order stands. So the order of arrival never shows.
"""

from __future__ import annotations

from countersign.adapters.vault.database import Connection
from countersign.adapters.vault.event_store import EventStore
from countersign.adapters.vault.schema import DAY_MS, place_of
from countersign.adapters.vault.search_text import grams_of
from countersign.adapters.vault.statement import AddedAccount, PaidElsewhere, Statement, StatementEntry
from countersign.domain.canonical import Fields
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import LedgerError
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.order_fold import fold_order
from countersign.domain.ledger.order_record import OrderRecord, judge_intent
from countersign.domain.ledger.rules import Rules
from countersign.domain.order_state import MAY_HAVE_MOVED_MONEY
from countersign.domain.payee import NameCheck, PayeeRecord, VopOutcome, fold_payee

MILESTONES = frozenset({kinds.RECOVERY_KIT_PROVED, kinds.AUTHENTICATOR_ENROLLED})

_ELSEWHERE_DAYS = 10  # by when a payment made in a branch or by phone has been booked
_MOVED = tuple(sorted(state.value for state in MAY_HAVE_MOVED_MONEY))
_INSERT_TRANSFER = f"INSERT INTO p_transfers VALUES ({', '.join('?' * 16)})"  # noqa: S608 - only question marks


class Projector:
    """Writes the projections of one connection from the events of another (or the same)."""

    def __init__(self, connection: Connection, events: EventStore) -> None:
        self._connection = connection
        self._events = events

    def apply(self, event: Event, rules: Rules) -> None:
        """Bring the projections up to date with an event that was just appended.

        Raises:
            LedgerError: The event says something that its subject's rules leave out.
        """
        if event.kind == kinds.ORDER_SUBMISSION_INTENDED:
            self._require_intent(event, rules)
        if event.kind.startswith("order."):
            self._require_order(event, self.refold_order(event.header.subject, rules))
        elif event.kind.startswith("payee."):
            self._require_payee(event, self.refold_payee(event.header.subject))
        else:
            self._apply_alone(event)

    def replay(self, event: Event, folded_later: set[tuple[str, str]]) -> None:
        """Take one event of a rebuild; what folds by subject is noted and folded once, by ``fold_noted``."""
        topic = event.kind.partition(".")[0]
        if topic in {"order", "payee"}:
            folded_later.add((topic, event.header.subject))
            return
        try:
            self._apply_alone(event)
        except SecurityError:
            return  # as when it arrived from elsewhere: what can't be read says nothing

    def fold_noted(self, noted: set[tuple[str, str]], rules: Rules) -> None:
        """Fold the subjects that ``replay`` noted."""
        for topic, subject in sorted(noted):
            if topic == "order":
                self.refold_order(subject, rules)
            else:
                self.refold_payee(subject)

    def refold_order(self, order: str, rules: Rules) -> OrderRecord | None:
        """Fold an order anew and write its rows."""
        record = fold_order(self._events.of_subject(order), rules)
        if record is None:
            return None
        content, payment = record.content, record.content.payment
        self._connection.execute(
            "INSERT INTO p_orders VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET state = excluded.state, final = excluded.final",
            (
                *(order, record.state.value, int(record.final), record.created_at),
                *(content.payee, payment.debtor_account, payment.end_to_end_id),
            ),
        )
        known = self._connection.execute("SELECT state FROM p_transfers WHERE row = ?", (order,)).fetchone()
        if known is None:
            amount = payment.instructed_amount
            self._insert_transfer(
                *(order, order, "", payment.debtor_account, record.created_at),
                *(payment.creditor_name, payment.creditor_account, amount.currency, -amount.minor),
                *(payment.remittance, record.state.value, payment.end_to_end_id, 0, ""),
            )
        elif known[0] != record.state.value:
            self._connection.execute("UPDATE p_transfers SET state = ? WHERE row = ?", (record.state.value, order))
        self._show_once(payment.end_to_end_id)
        return record

    def refold_payee(self, payee: str) -> PayeeRecord | None:
        """Fold a payee anew and write its row."""
        record = fold_payee(self._events.of_subject(payee))
        if record is None:
            return None
        version = record.version
        check = record.check_of(version.event)
        self._connection.execute(
            "INSERT OR REPLACE INTO p_payees VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(payee, version.details.name, version.details.account, version.details.agent),
                (check.outcome if check else VopOutcome.NOT_DONE).value,
                check.checked_at if check else 0,
                record.versions[0].at,
            ),
        )
        return record

    def _apply_alone(self, event: Event) -> None:
        if event.kind == kinds.STATEMENT_IMPORTED:
            self._import(event, Statement.read(event.says()))
        elif event.kind == kinds.LESSON_FINISHED:
            fields = Fields(event.says(), event.kind)
            self._connection.execute(
                "INSERT INTO p_lessons VALUES (?, ?) ON CONFLICT DO UPDATE SET best = max(best, excluded.best)",
                (fields.text("lesson"), fields.integer("score")),
            )
        elif event.kind == kinds.ACCOUNT_ADDED:
            self._add_account(event, AddedAccount.read(event.says()))
        elif event.kind == kinds.PAYMENT_ELSEWHERE:
            self._pay_elsewhere(event.header.subject, PaidElsewhere.read(event.says()))
        elif event.kind in MILESTONES:
            self._connection.execute(
                "INSERT INTO p_milestones VALUES (?, ?) ON CONFLICT DO UPDATE SET at = min(at, excluded.at)",
                (event.kind, event.header.at),
            )

    def _add_account(self, event: Event, added: AddedAccount) -> None:
        """Note how an account is reached; of several such events the one furthest in folding order stands."""
        self._connection.execute(
            "INSERT INTO p_accounts VALUES (?, ?, ?, ?, ?, 0, 0, 0, '', ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " bank = excluded.bank, name = excluded.name, scheme = excluded.scheme, agent = excluded.agent,"
            " agent_member = excluded.agent_member, reach = excluded.reach, added = excluded.added"
            " WHERE excluded.added > added",
            (
                *(added.account, added.bank, added.number, added.name, added.currency),
                *(added.scheme, added.agent, added.agent_member, added.reach, _version_of(event)),
            ),
        )

    def _pay_elsewhere(self, row: str, paid: PaidElsewhere) -> None:
        if self._connection.execute("SELECT 1 FROM p_transfers WHERE row = ?", (row,)).fetchone():
            return
        amount = paid.amount
        self._insert_transfer(
            *(row, "", "", paid.number, paid.at, paid.counterparty, paid.counterparty_account),
            *(amount.currency, -amount.minor, paid.reference, "elsewhere", "", 0, ""),
        )
        self._show_elsewhere_once(paid.number, amount.currency, -amount.minor)

    def _import(self, event: Event, statement: Statement) -> None:
        version = _version_of(event)
        self._connection.execute(
            "INSERT INTO p_accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'IBAN', '', '', 'xs2a', '')"
            " ON CONFLICT DO UPDATE SET bank = iif(added = '', excluded.bank, bank), iban = excluded.iban,"
            " name = iif(added = '', excluded.name, name),"
            " currency = excluded.currency, balance = excluded.balance, available = excluded.available,"
            " as_of = excluded.as_of, version = excluded.version WHERE excluded.version > version",
            (
                *(statement.account, statement.bank, statement.iban, statement.name, statement.balance.currency),
                *(statement.balance.minor, statement.available.minor, statement.as_of, version),
            ),
        )
        for entry in statement.entries:
            self._import_entry(statement, entry, version)

    def _import_entry(self, statement: Statement, entry: StatementEntry, version: str) -> None:
        row = entry.row(statement.account)
        columns = (
            *(row, "", statement.account, statement.iban, entry.booked_at),
            *(entry.counterparty, entry.counterparty_account, entry.amount.currency, entry.amount.minor),
            *(entry.remittance, "booked" if entry.booked else "pending", entry.end_to_end_id),
        )
        known = self._connection.execute(
            "SELECT place, version, row, order_id, account, iban, at, counterparty, counterparty_account, currency,"
            " minor, reference, state, end_to_end_id FROM p_transfers WHERE row = ?",
            (row,),
        ).fetchone()
        if known is not None and known[1] >= version:
            return
        if known is not None and known[2:] == columns:  # the same again, as most are when a bank is asked anew
            self._connection.execute("UPDATE p_transfers SET version = ? WHERE place = ?", (version, known[0]))
            return
        if known is not None:
            self._connection.execute("DELETE FROM p_transfers WHERE place = ?", (known[0],))
            self._show_elsewhere_once(known[5], known[9], known[10])
            if known[-1] != entry.end_to_end_id:
                self._show_once(known[-1])
        self._insert_transfer(*columns, 0, version)
        self._show_once(entry.end_to_end_id)
        self._show_elsewhere_once(statement.iban, entry.amount.currency, entry.amount.minor)

    def _insert_transfer(self, *columns: str | int) -> None:
        row, _, _, _, at, name, account, _, _, reference, *_ = columns
        place = place_of(int(at), str(row))
        while self._connection.execute("SELECT 1 FROM p_transfers WHERE place = ?", (place,)).fetchone():
            place += 1
        self._connection.execute(_INSERT_TRANSFER, (place, *columns, grams_of(str(name), str(account), str(reference))))

    def _show_once(self, end_to_end_id: str) -> None:
        """Let an order and the one entry that settles it appear once.

        Of several entries for one order a single one is hidden: an order that was executed twice must be seen.
        """
        if not end_to_end_id:
            return
        of_orders = "SELECT 1 FROM p_orders WHERE end_to_end_id = ?"
        if self._connection.execute(of_orders, (end_to_end_id,)).fetchone() is None:
            return
        moved = ", ".join("?" * len(_MOVED))
        self._connection.execute(
            f"""
            UPDATE p_transfers SET hidden = wanted.hidden FROM (
                SELECT entry.place AS place, entry.row = (
                    SELECT min(first.row) FROM p_transfers AS first, p_transfers AS paid
                    WHERE first.end_to_end_id = entry.end_to_end_id AND first.order_id = ''
                        AND first.iban = entry.iban AND first.currency = entry.currency AND first.minor = entry.minor
                        AND paid.end_to_end_id = entry.end_to_end_id AND paid.order_id <> ''
                        AND paid.iban = entry.iban AND paid.currency = entry.currency AND paid.minor = entry.minor
                        AND paid.state IN ({moved})
                ) IS TRUE AS hidden
                FROM p_transfers AS entry WHERE entry.end_to_end_id = ? AND entry.order_id = ''
            ) AS wanted
            WHERE p_transfers.place = wanted.place AND p_transfers.hidden <> wanted.hidden
            """,  # noqa: S608 - only question marks are put in
            (*_MOVED, end_to_end_id),
        )

    def _show_elsewhere_once(self, iban: str, currency: str, minor: int) -> None:
        """Hide each payment made elsewhere behind the entry that shows it: the earliest that fits, each entry once."""
        of_these = "iban = ? AND currency = ? AND minor = ?"
        noted = self._connection.execute(
            f"SELECT place, at, row FROM p_transfers WHERE {of_these} AND state = 'elsewhere' ORDER BY at, row",  # noqa: S608 - our own
            (iban, currency, minor),
        ).fetchall()
        if not noted:
            return
        entries = self._connection.execute(
            f"SELECT at FROM p_transfers WHERE {of_these} AND state = 'booked' AND end_to_end_id NOT IN"  # noqa: S608 - our own
            " (SELECT end_to_end_id FROM p_orders) ORDER BY at, row",
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

    def _require_intent(self, event: Event, rules: Rules) -> None:
        """Judge an intent by what lies before it, the payee included (LEDGER rule 13)."""
        before = [item for item in self._events.of_subject(event.header.subject) if item.id != event.id]
        record = fold_order(before, rules)
        if record is None:
            raise LedgerError("order.event_form")
        payee = fold_payee(self._events.of_subject(record.content.payee))
        header = event.header
        faults = judge_intent(record, rules, header.device, event.order_key, header.at, payee)
        if faults:
            raise LedgerError(faults[0])

    @staticmethod
    def _require_order(event: Event, record: OrderRecord | None) -> None:
        if record is None:
            raise LedgerError("order.event_form")
        fault = next((code for faulty, code in record.faults if faulty == event.id), "")
        fault = fault or next((item.fault for item in record.approvals if item.event == event.id), "")
        if fault:
            raise LedgerError(fault)

    @staticmethod
    def _require_payee(event: Event, record: PayeeRecord | None) -> None:
        known = record is not None and (
            any(version.event == event.id for version in record.versions)
            or (event.kind == kinds.PAYEE_VERIFIED and _checked_by(event, record))
        )
        if not known:
            raise LedgerError("payee.event_form")


def _checked_by(event: Event, record: PayeeRecord) -> bool:
    body = event.says()
    try:
        return (body.get("version"), NameCheck.read(body["check"])) in record.checks
    except (SecurityError, KeyError):
        return False


def _version_of(event: Event) -> str:
    """Return what sorts as events do where several describe one thing."""
    return f"{event.header.lamport:011x}{event.header.device[:12]}"
