"""The portal's desk for files: hand in, look, release with the password, fetch what became of it."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import orjson

from practicebank.bank import Bank, password_of
from practicebank.files.orders import Order, judge, order_of
from practicebank.files.payment_file import PaymentFile, read_payment_file
from practicebank.files.reason_words import reason_text
from practicebank.files.references import bank_reference
from practicebank.files.reports import NAME_CHECKS, Original, Told, report_version, write_report
from practicebank.files.xml_in import FileRefusedError, Reason
from practicebank.payments import NewPayment
from practicebank.world import cast

_SCHEMA = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")
_DUPLICATE = Reason("DU01", "A file with this MsgId was handed in before.")  # DuplicateMessageID
_SERIAL = "portal"
# What a status of the payment is called in a report: the money's way is told in two steps.
_REPORTED = {"ACTC": "ACCP", "ACSP": "ACCP", "ACSC": "ACSC", "ACCC": "ACSC"}


class PortalRefusedError(Exception):
    """Refuse a step at the portal; carries a short code for programs."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in."""

    upload_id: str
    message: str
    message_id: str
    created: str
    uploaded_ms: int
    status: str
    orders: int
    control_sum: str
    reasons: tuple[Reason, ...]


class Uploads:
    """Take payment files, and carry them out once they are released.

    Args:
        bank: The bank.
    """

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._store = bank.store
        self._store.db.executescript(_SCHEMA)

    def take(self, content: bytes) -> Upload:
        """Take a file. Nothing is carried out; a file that is refused is kept and listed, too."""
        with self._store.transaction():
            upload_id = self._next_id()
            try:
                file = read_payment_file(content)
                self._check_duplicate(file)
            except FileRefusedError as refusal:
                self._keep(upload_id, content, "refused", refusal.message, refusal.message_id, refusal.reasons)
            else:
                self._keep_payments(upload_id, content, file)
            self.refresh(upload_id)
            return self.get(upload_id)

    def _next_id(self) -> str:
        row = self._store.one("SELECT COALESCE(MAX(seq), 0) + 1 AS next FROM uploads")
        return f"U{0 if row is None else row['next']:06d}"

    def _check_duplicate(self, file: PaymentFile) -> None:
        if not self._bank.outcomes.flag("refuse_duplicate_files"):
            return
        earlier = self._store.one("SELECT 1 FROM uploads WHERE message_id = ? AND status <> 'refused'", file.message_id)
        if earlier is not None:
            raise FileRefusedError((_DUPLICATE,), file.message, file.message_id)

    def _keep(
        self, upload_id: str, content: bytes, status: str, message: str, message_id: str, reasons: Sequence[Reason]
    ) -> None:
        self._store.run(
            "INSERT INTO uploads (upload_id, message, message_id, created, initiator, uploaded_ms, content,"
            " content_hash, status, orders, control_sum, reasons) VALUES (?, ?, ?, '', '', ?, ?, ?, ?, 0, '', ?)",
            upload_id,
            message,
            message_id,
            self._bank.clock.now_ms(),
            content,
            hashlib.sha256(content).hexdigest(),
            status,
            _written(reasons),
        )

    def _keep_payments(self, upload_id: str, content: bytes, file: PaymentFile) -> None:
        self._keep(upload_id, content, "waiting", file.message, file.message_id, ())
        self._store.run(
            "UPDATE uploads SET created = ?, initiator = ?, orders = ?, control_sum = ? WHERE upload_id = ?",
            file.created,
            file.initiator,
            file.count,
            file.control_sum,
            upload_id,
        )
        for transaction in file.transactions:
            order = order_of(transaction)
            judged = judge(order, self._bank)
            checked, matched = self._name_check(order) if isinstance(judged, NewPayment) else ("", "")
            self._store.run(
                "INSERT INTO upload_orders (upload_id, position, payment_information_id, instruction_id,"
                " end_to_end_id, uetr, product, debtor_iban, creditor_name, creditor_account, creditor_bic, amount,"
                " currency, remittance, execution_date, name_check, matched_name, reasons)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                upload_id,
                transaction.position,
                transaction.payment_information_id,
                transaction.instruction_id,
                transaction.end_to_end_id,
                transaction.uetr,
                order.product,
                order.debtor_iban,
                order.creditor_name,
                order.creditor_iban or transaction.creditor_other,
                order.creditor_bic,
                order.amount,
                order.currency,
                order.remittance,
                transaction.execution_date.isoformat(),
                checked,
                matched,
                _written(() if isinstance(judged, NewPayment) else (judged,)),
            )

    def _name_check(self, order: Order) -> tuple[str, str]:
        """Check the payee's name, as every bank must before a transfer is released (Reg. 2024/886 art. 5c)."""
        answer = self._bank.name_checks.verify(order.creditor_name, order.creditor_iban, "")
        return str(answer["outcome"]), str(answer.get("matchedName", ""))

    def release(self, upload_id: str, password: str) -> Upload:
        """Carry a file's payments out, each on its own.

        Raises:
            KeyError: There is no such file.
            PortalRefusedError: ``password_wrong``, or ``not_waiting``: it was refused or released before.
        """
        with self._store.transaction():
            upload = self.get(upload_id)
            if not right_password(password):
                raise PortalRefusedError("password_wrong")
            if upload.status != "waiting":
                raise PortalRefusedError("not_waiting")
            self._store.run("UPDATE uploads SET status = 'released' WHERE upload_id = ?", upload_id)
            for row in self._rows(upload_id):
                if row["reasons"] == "[]":
                    self._carry_out(upload_id, row)
            self._report(self.get(upload_id), accepted_only=True)
            self.refresh(upload_id)
            return self.get(upload_id)

    def _carry_out(self, upload_id: str, row: sqlite3.Row) -> None:
        bank = self._bank
        judged = judge(order_of_row(row), bank)
        if isinstance(judged, Reason):
            # Taken yesterday, released today: what was right then may not be right any more.
            self._store.run(
                "UPDATE upload_orders SET reasons = ? WHERE upload_id = ? AND position = ?",
                _written((judged,)),
                upload_id,
                row["position"],
            )
            return
        payment = bank.payments.initiate(
            judged, cast.PSU_ID, f"file:{upload_id}:{row['position']}", _SERIAL, hashlib.sha256(b"").hexdigest()
        )
        self._store.run(
            "UPDATE upload_orders SET payment_id = ? WHERE upload_id = ? AND position = ?",
            payment.payment_id,
            upload_id,
            row["position"],
        )
        if payment.status == "RCVD":
            bank.payments.accept(payment)

    def get(self, upload_id: str) -> Upload:
        """Return a file that was handed in.

        Raises:
            KeyError: There is none.
        """
        row = self._store.one("SELECT * FROM uploads WHERE upload_id = ?", upload_id)
        if row is None:
            raise KeyError(upload_id)
        return _upload(row)

    def all(self) -> list[Upload]:
        """Return every file that was handed in, oldest first."""
        return [_upload(row) for row in self._store.all("SELECT * FROM uploads ORDER BY seq")]

    def orders(self, upload_id: str, after: int, most: int) -> list[dict[str, object]]:
        """Return a file's transactions after a position, with what became of each."""
        return [_describe(row) for row in self._rows(upload_id) if after < row["position"] <= after + most]

    def _rows(self, upload_id: str) -> list[sqlite3.Row]:
        return self._store.all(
            "SELECT upload_orders.*, payments.status AS payment_status, payments.reason_code FROM upload_orders"
            " LEFT JOIN payments USING (payment_id) WHERE upload_id = ? ORDER BY position",
            upload_id,
        )

    def refresh(self, upload_id: str | None = None) -> None:
        """Write the reports that are due: one for each time that something has changed."""
        with self._store.transaction():
            released = [upload for upload in self.all() if upload.status == "released"]
            for upload in released if upload_id is None else [self.get(upload_id)]:
                self._report(upload, accepted_only=False)

    def _report(self, upload: Upload, *, accepted_only: bool) -> None:
        if upload.status == "refused" and not upload.message.startswith("pain.001"):
            return  # nobody can be told of a file that can't be named
        name_check = upload.status == "waiting" and self._bank.outcomes.flag("file_name_check")
        told = [_told(row, name_check=name_check, accepted_only=accepted_only) for row in self._rows(upload.upload_id)]
        says = orjson.dumps([[one.status, [reason.code for reason in one.reasons]] for one in told]).decode()
        last = self._store.one(
            "SELECT says FROM documents WHERE upload_id = ? ORDER BY seq DESC LIMIT 1", upload.upload_id
        )
        if last is not None and last["says"] == says:
            return
        version = report_version(upload.message, name_check=name_check)
        row = self._store.one("SELECT COALESCE(MAX(seq), 0) + 1 AS next FROM documents")
        document_id = f"D{0 if row is None else row['next']:06d}"
        original = Original(upload.message, upload.message_id, upload.created, upload.orders, upload.control_sum)
        now_ms = self._bank.clock.now_ms()
        self._store.run(
            "INSERT INTO documents (document_id, kind, upload_id, created_ms, says, content) VALUES (?, ?, ?, ?, ?, ?)",
            document_id,
            version,
            upload.upload_id,
            now_ms,
            says,
            write_report(version, f"ALDP-{document_id}", now_ms, original, told, upload.reasons),
        )

    def documents(self) -> list[sqlite3.Row]:
        """Return what waits to be fetched, in the order it came, without the contents."""
        return self._store.all("SELECT document_id, kind, upload_id, created_ms FROM documents ORDER BY seq")

    def document(self, document_id: str) -> tuple[str, bytes]:
        """Return the kind and content of a document.

        Raises:
            KeyError: There is none.
        """
        row = self._store.one("SELECT kind, content FROM documents WHERE document_id = ?", document_id)
        if row is None:
            raise KeyError(document_id)
        return row["kind"], row["content"]


def right_password(given: str) -> bool:
    """Return whether this is the person's password for the portal and the app."""
    expected = password_of(cast.PSU_ID) or ""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def order_of_row(row: sqlite3.Row) -> Order:
    """Return a kept transaction as an order."""
    return Order(
        product=row["product"],
        debtor_iban=row["debtor_iban"],
        creditor_name=row["creditor_name"],
        creditor_iban=row["creditor_account"],
        creditor_bic=row["creditor_bic"],
        amount=row["amount"],
        currency=row["currency"],
        end_to_end_id=row["end_to_end_id"],
        remittance=row["remittance"],
        execution_date=date.fromisoformat(row["execution_date"]),
    )


def read_reasons(written: str) -> tuple[Reason, ...]:
    """Read reasons as they are kept."""
    return tuple(Reason(one["code"], one["text"], one["line"]) for one in orjson.loads(written))


def _written(reasons: Sequence[Reason]) -> str:
    return orjson.dumps([reason.describe() for reason in reasons]).decode()


def _upload(row: sqlite3.Row) -> Upload:
    return Upload(
        upload_id=row["upload_id"],
        message=row["message"],
        message_id=row["message_id"],
        created=row["created"],
        uploaded_ms=row["uploaded_ms"],
        status=row["status"],
        orders=row["orders"],
        control_sum=row["control_sum"],
        reasons=read_reasons(row["reasons"]),
    )


def _describe(row: sqlite3.Row) -> dict[str, object]:
    hidden = ("upload_id", "payment_id", "payment_status", "reason_code", "reasons")
    return {
        **{name: row[name] for name in row.keys() if name not in hidden},  # noqa: SIM118 - a Row iterates over values
        "status": _status(row),
        "reasons": [reason.describe() for reason in _reasons(row)],
        "bank_reference": _reference(row),
    }


def _status(row: sqlite3.Row) -> str:
    if row["payment_status"] is not None:
        return str(row["payment_status"])
    return "RCVD" if row["reasons"] == "[]" else "RJCT"


def _reasons(row: sqlite3.Row) -> tuple[Reason, ...]:
    code = row["reason_code"]
    return (Reason(code, reason_text(code)),) if code is not None else read_reasons(row["reasons"])


def _reference(row: sqlite3.Row) -> str:
    return "" if row["payment_id"] is None else bank_reference(row["payment_id"])


def _told(row: sqlite3.Row, *, name_check: bool, accepted_only: bool) -> Told:
    status = _status(row)
    words = ""
    if row["payment_status"] is not None:
        status = _REPORTED.get(status, status)
        status = "ACCP" if accepted_only and status == "ACSC" else status
    elif status == "RCVD":
        status = NAME_CHECKS[row["name_check"]] if name_check else "ACTC"
        words = row["matched_name"] if name_check else ""
    return Told(
        payment_information_id=row["payment_information_id"],
        instruction_id=row["instruction_id"],
        end_to_end_id=row["end_to_end_id"],
        uetr=row["uetr"],
        creditor_name=row["creditor_name"],
        creditor_account=row["creditor_account"],
        amount=row["amount"],
        currency=row["currency"],
        status=status,
        reasons=_reasons(row),
        words=words,
        bank_reference=_reference(row),
    )
