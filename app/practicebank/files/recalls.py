"""Recalls at the portal: what hasn't settled is called off, what has is asked back from the payee's bank."""

from __future__ import annotations

import sqlite3

from practicebank.bank import Bank
from practicebank.files.cancellation_file import Cancellation, read_cancellation_file
from practicebank.files.references import bank_reference
from practicebank.files.resolutions import ACCEPTED, PENDING, REFUSED, VERSIONS, Answer, write_resolution
from practicebank.files.returns import Returns
from practicebank.files.upload_rows import PortalRefusedError, Upload, UploadRows
from practicebank.files.uploads import Uploads
from practicebank.files.xml_in import FileRefusedError, Reason

_WAITING = "RCVD"
_UNSETTLED = ("RCVD", "PATC", "ACTC", "ACSP")
_SETTLED = ("ACSC", "ACCC")
# ExternalPaymentCancellationRejection1Code.
_NO_ORIGINAL = "NOOR"
_BANK_DECIDES = "AGNT"
_RETURNED = "ARDT"
_IN_WORDS = "NARR"
_BY_REQUEST = "FOCR"  # FollowingCancellationRequest (ExternalReturnReason1Code)
_CALLED_OFF = Reason("DS02", "Called off before it was released.")  # OrderCancelled
_ROWS = """
    SELECT recalls.*, upload_orders.payment_id, upload_orders.reasons, upload_orders.creditor_name,
           upload_orders.creditor_account, upload_orders.amount, upload_orders.currency, upload_orders.product,
           uploads.message AS original_message, payments.status AS payment_status
    FROM recalls
    LEFT JOIN upload_orders ON upload_orders.upload_id = order_upload_id AND upload_orders.position = order_position
    LEFT JOIN uploads ON uploads.upload_id = order_upload_id
    LEFT JOIN payments USING (payment_id)
"""


class Recalls:
    """Take cancellation requests, and do what they ask once they are released.

    Args:
        bank: The bank.
        rows: Where files and answers are kept.
        uploads: The payment files.
        returns: Brings settled money back.
    """

    def __init__(self, bank: Bank, rows: UploadRows, uploads: Uploads, returns: Returns) -> None:
        self._bank = bank
        self._store = bank.store
        self._rows = rows
        self._uploads = uploads
        self._returns = returns

    def take(self, content: bytes) -> Upload:
        """Take a request. Nothing is called off before it is released."""
        with self._store.transaction():
            upload_id = self._rows.next_id()
            try:
                file = read_cancellation_file(content)
                self._rows.check_duplicate(file.message, file.message_id)
            except FileRefusedError as refusal:
                self._rows.keep_refused(upload_id, content, refusal)
                return self._rows.get(upload_id)
            meant = [(one, order) for one in file.cancellations for order in self._meant(one)]
            upload = Upload(
                upload_id=upload_id,
                message=file.message,
                message_id=file.message_id,
                created=file.created,
                initiator=file.initiator,
                orders=len(meant),
            )
            self._rows.keep(upload, content)
            for position, (one, order) in enumerate(meant, start=1):
                self._keep(upload_id, position, one, order)
            return self._rows.get(upload_id)

    def _meant(self, one: Cancellation) -> list[sqlite3.Row | None]:
        """Return the orders that are meant; nothing in a list where the bank has none."""
        rows = self._store.all(
            "SELECT upload_orders.* FROM upload_orders JOIN uploads USING (upload_id)"
            " WHERE uploads.message_id = ? AND uploads.status <> 'refused' ORDER BY uploads.seq, position",
            one.original_message_id,
        )
        found = [
            row
            for row in rows
            if one.payment_information_id in ("", row["payment_information_id"])
            and one.instruction_id in ("", row["instruction_id"])
            and one.end_to_end_id in ("", row["end_to_end_id"])
            and one.uetr in ("", row["uetr"])
        ]
        return [*found] or [None]

    def _keep(self, upload_id: str, position: int, one: Cancellation, order: sqlite3.Row | None) -> None:
        self._store.run(
            "INSERT INTO recalls (upload_id, position, cancellation_id, original_message_id, payment_information_id,"
            " instruction_id, end_to_end_id, uetr, reason_code, order_upload_id, order_position, status, answer_code)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')",
            upload_id,
            position,
            one.cancellation_id,
            one.original_message_id,
            one.payment_information_id if order is None else order["payment_information_id"],
            one.instruction_id if order is None else order["instruction_id"],
            one.end_to_end_id if order is None else order["end_to_end_id"],
            one.uetr if order is None else order["uetr"],
            one.reason_code,
            None if order is None else order["upload_id"],
            None if order is None else order["position"],
            _WAITING,
        )

    def release(self, upload_id: str, password: str) -> Upload:
        """Do what a request asks.

        Raises:
            KeyError: There is no such request.
            PortalRefusedError: As ``UploadRows.begin_release``.
        """
        with self._store.transaction():
            upload = self._rows.begin_release(upload_id, password)
            for row in self._all(upload_id):
                self._answer(upload_id, row["position"], *self._try(row))
            self._report(upload)
            return upload

    def _try(self, row: sqlite3.Row) -> tuple[str, str]:
        """Call off what one recall means, as far as can be; return the answer and its code."""
        if row["order_upload_id"] is None:
            return REFUSED, _NO_ORIGINAL
        if row["payment_id"] is None:
            if row["reasons"] != "[]":
                return REFUSED, _IN_WORDS
            self._uploads.refuse(row["order_upload_id"], row["order_position"], _CALLED_OFF)
            return ACCEPTED, ""
        # Asked again: the same payment may be meant twice in one request.
        payment = self._bank.payments.get(row["payment_id"])
        if payment.status in _UNSETTLED:
            if not self._bank.outcomes.flag("cancellation_allowed"):
                return REFUSED, _BANK_DECIDES
            self._bank.payments.cancel(payment)
            return ACCEPTED, ""
        if payment.status not in _SETTLED:
            return REFUSED, _IN_WORDS
        if self._returns.has(payment.payment_id):
            return REFUSED, _RETURNED
        answer = self._bank.outcomes.recall_answer()
        return (PENDING, "") if answer == "pending" else self._settle(payment.payment_id, answer)

    def _settle(self, payment_id: str, answer: str) -> tuple[str, str]:
        if answer != "accepted":
            return REFUSED, answer
        self._returns.plan(payment_id, _BY_REQUEST, self._bank.clock.now_ms())
        self._returns.book_due()
        return ACCEPTED, ""

    def decide(self, upload_id: str, position: int, answer: str) -> dict[str, object]:
        """Say what the payee's bank answers to a pending recall: ``accepted``, or the code of a refusal.

        Raises:
            KeyError: There is no such recall.
            PortalRefusedError: ``not_waiting``: it isn't pending.
        """
        with self._store.transaction():
            row = next((one for one in self._all(upload_id) if one["position"] == position), None)
            if row is None:
                raise KeyError(upload_id)
            if row["status"] != PENDING:
                raise PortalRefusedError("not_waiting")
            self._answer(upload_id, position, *self._settle(row["payment_id"], answer))
            self._report(self._rows.get(upload_id))
            return self.transactions(upload_id)[position - 1]

    def _answer(self, upload_id: str, position: int, status: str, code: str) -> None:
        self._store.run(
            "UPDATE recalls SET status = ?, answer_code = ? WHERE upload_id = ? AND position = ?",
            status,
            code,
            upload_id,
            position,
        )

    def _all(self, upload_id: str) -> list[sqlite3.Row]:
        return self._store.all(f"{_ROWS} WHERE recalls.upload_id = ? ORDER BY recalls.position", upload_id)

    def _report(self, upload: Upload) -> None:
        rows = self._all(upload.upload_id)
        answers = [
            Answer(
                cancellation_id=row["cancellation_id"],
                original_message_id=row["original_message_id"],
                original_message=row["original_message"] or "",
                payment_information_id=row["payment_information_id"],
                instruction_id=row["instruction_id"],
                end_to_end_id=row["end_to_end_id"],
                uetr=row["uetr"],
                status=row["status"],
                code=row["answer_code"],
            )
            for row in rows
        ]
        version = VERSIONS[upload.message]
        self._rows.report(
            upload.upload_id,
            version,
            [[one.status, one.code] for one in answers],
            lambda number, now_ms: write_resolution(
                version, f"ALDR-{number}", now_ms, upload.message_id, upload.initiator, answers
            ),
        )

    def transactions(self, upload_id: str) -> list[dict[str, object]]:
        """Return what a request asks for, and what came of each."""
        return [
            {
                "position": row["position"],
                "payment_information_id": row["payment_information_id"],
                "instruction_id": row["instruction_id"],
                "end_to_end_id": row["end_to_end_id"],
                "uetr": row["uetr"],
                "product": row["product"] or "",
                "creditor_name": row["creditor_name"] or "",
                "creditor_account": row["creditor_account"] or "",
                "amount": row["amount"] or "",
                "currency": row["currency"] or "",
                "name_check": "",
                "matched_name": "",
                "status": row["status"],
                "reasons": [Reason(row["answer_code"], "", 0).describe()] if row["answer_code"] else [],
                "bank_reference": bank_reference(row["payment_id"]) if row["payment_id"] else "",
            }
            for row in self._all(upload_id)
        ]
