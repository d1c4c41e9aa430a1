"""Payment files at the portal: taken, looked through, carried out once they are released."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import asdict

import orjson

from practicebank.bank import Bank
from practicebank.files.orders import Order, judge, order_of
from practicebank.files.payment_file import FileTransaction, read_payment_file
from practicebank.files.reason_words import reason_text
from practicebank.files.references import bank_reference
from practicebank.files.reports import NAME_CHECKS, Original, Told, report_version, write_report
from practicebank.files.upload_rows import Upload, UploadRows, read_reasons, written_reasons
from practicebank.files.xml_in import FileRefusedError, Reason
from practicebank.payment_rows import NewPayment
from practicebank.world import cast

_SERIAL = "portal"
# What a status of the payment is called in a report: the money's way is told in two steps.
_REPORTED = {"ACTC": "ACCP", "ACSP": "ACCP", "ACSC": "ACSC", "ACCC": "ACSC"}
_SHOWN = (
    *("position", "payment_information_id", "instruction_id", "end_to_end_id", "uetr", "product", "debtor_iban"),
    *("creditor_name", "creditor_account", "amount", "currency", "remittance", "execution_date"),
    *("name_check", "matched_name"),
)
ROWS = """
    SELECT upload_orders.*, payments.status AS payment_status, payments.reason_code
    FROM upload_orders LEFT JOIN payments USING (payment_id)
"""


class Uploads:
    """Take payment files, and carry them out once they are released.

    Args:
        bank: The bank.
        rows: Where files and reports are kept.
    """

    def __init__(self, bank: Bank, rows: UploadRows) -> None:
        self._bank = bank
        self._store = bank.store
        self._rows = rows

    def take(self, content: bytes) -> Upload:
        """Take a file. Nothing is carried out; a file that is refused is kept and listed, too."""
        with self._store.transaction():
            upload_id = self._rows.next_id()
            try:
                file = read_payment_file(content)
                self._rows.check_duplicate(file.message, file.message_id)
            except FileRefusedError as refusal:
                self._rows.keep_refused(upload_id, content, refusal)
            else:
                upload = Upload(
                    upload_id=upload_id,
                    message=file.message,
                    message_id=file.message_id,
                    created=file.created,
                    initiator=file.initiator,
                    orders=file.count,
                    control_sum=file.control_sum,
                )
                self._rows.keep(upload, content)
                for transaction in file.transactions:
                    self._keep_order(upload_id, transaction)
            self._report(self._rows.get(upload_id), accepted_only=False)
            return self._rows.get(upload_id)

    def _keep_order(self, upload_id: str, transaction: FileTransaction) -> None:
        order = order_of(transaction)
        judged = judge(order, self._bank)
        checked, matched = self._name_check(order) if isinstance(judged, NewPayment) else ("", "")
        self._store.run(
            "INSERT INTO upload_orders (upload_id, position, payment_information_id, instruction_id,"
            " end_to_end_id, uetr, product, debtor_iban, creditor_name, creditor_account, amount,"
            " currency, remittance, execution_date, details, name_check, matched_name, reasons)"
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
            order.creditor_account,
            order.amount,
            order.currency,
            order.remittance,
            transaction.execution_date.isoformat(),
            orjson.dumps(asdict(order)).decode(),
            checked,
            matched,
            written_reasons(() if isinstance(judged, NewPayment) else (judged,)),
        )

    def _name_check(self, order: Order) -> tuple[str, str]:
        """Check the payee's name, as every bank must before a transfer is released (Reg. 2024/886 art. 5c)."""
        answer = self._bank.name_checks.verify(order.creditor_name, order.creditor_account, "")
        return str(answer["outcome"]), str(answer.get("matchedName", ""))

    def release(self, upload_id: str, password: str) -> Upload:
        """Carry a file's payments out, each on its own.

        Raises:
            KeyError: There is no such file.
            PortalRefusedError: As ``UploadRows.begin_release``.
        """
        with self._store.transaction():
            upload = self._rows.begin_release(upload_id, password)
            for row in self._orders(upload_id):
                if row["reasons"] == "[]":
                    self._carry_out(upload_id, row)
            self._report(upload, accepted_only=True)
            self._report(upload, accepted_only=False)
            return upload

    def _carry_out(self, upload_id: str, row: sqlite3.Row) -> None:
        bank = self._bank
        judged = judge(Order.read(orjson.loads(row["details"])), bank)
        if isinstance(judged, Reason):
            # Taken yesterday, released today: what was right then may not be right any more.
            self.refuse(upload_id, row["position"], judged)
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

    def refuse(self, upload_id: str, position: int, reason: Reason) -> None:
        """Turn down a transaction that has not become a payment."""
        self._store.run(
            "UPDATE upload_orders SET reasons = ? WHERE upload_id = ? AND position = ?",
            written_reasons((reason,)),
            upload_id,
            position,
        )

    def transactions(self, upload_id: str, after: int, most: int) -> list[dict[str, object]]:
        """Return a file's transactions after a position, with what became of each."""
        rows = self._store.all(
            f"{ROWS} WHERE upload_id = ? AND position > ? ORDER BY position LIMIT ?", upload_id, after, most
        )
        return [_describe(row) for row in rows]

    def _orders(self, upload_id: str) -> list[sqlite3.Row]:
        return self._store.all(f"{ROWS} WHERE upload_id = ? ORDER BY position", upload_id)

    def refresh(self) -> None:
        """Write the reports that are due: one for each time that something has changed."""
        with self._store.transaction():
            for upload in self._rows.all():
                if upload.message.startswith("pain.001") and upload.status != "refused":
                    self._report(upload, accepted_only=False)

    def _report(self, upload: Upload, *, accepted_only: bool) -> None:
        if not upload.message.startswith("pain.001"):
            return  # nobody can be told of a file that can't be named
        name_check = upload.status == "waiting" and self._bank.outcomes.flag("file_name_check")
        told = [
            _told(row, name_check=name_check, accepted_only=accepted_only) for row in self._orders(upload.upload_id)
        ]
        version = report_version(upload.message, name_check=name_check)
        original = Original(upload.message, upload.message_id, upload.created, upload.orders, upload.control_sum)
        self._rows.report(
            upload.upload_id,
            version,
            [[one.status, [reason.code for reason in one.reasons]] for one in told],
            lambda number, now_ms: write_report(version, f"ALDP-{number}", now_ms, original, told, upload.reasons),
        )


def _describe(row: sqlite3.Row) -> dict[str, object]:
    return {
        **{name: row[name] for name in _SHOWN},
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
