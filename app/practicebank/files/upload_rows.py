"""Files that were handed in, as the bank keeps them, and what waits to be fetched."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from practicebank.bank import Bank
from practicebank.files.xml_in import FileRefusedError, Reason
from practicebank.world import cast

_SCHEMA = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")
_DUPLICATE = Reason("DU01", "A file with this identification was handed in before.")  # DuplicateMessageID


class PortalRefusedError(Exception):
    """Refuse a step at the portal; carries a short code for programs."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in.

    Attributes:
        upload_id: The portal's number for it.
        message: Such as ``pain.001.001.09``; empty where that could not be told.
        message_id: Its own identification.
        created: CreDtTm as the file has it.
        initiator: Who it says it is from.
        uploaded_ms: When it came.
        status: waiting, released or refused.
        orders: How many transactions it holds.
        control_sum: The sum of their amounts.
        reasons: Why it was refused.
    """

    upload_id: str
    message: str
    message_id: str
    created: str = ""
    initiator: str = ""
    uploaded_ms: int = 0
    status: str = "waiting"
    orders: int = 0
    control_sum: str = ""
    reasons: tuple[Reason, ...] = ()


class UploadRows:
    """Keep files that were handed in, and reports for whoever fetches them.

    Args:
        bank: The bank.
    """

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._store = bank.store
        self._store.db.executescript(_SCHEMA)

    def next_id(self) -> str:
        """Return the number of the next file."""
        return f"U{self._next('uploads'):06d}"

    def check_duplicate(self, message: str, message_id: str) -> None:
        """Refuse a file whose identification was used before, unless a tester decided otherwise.

        Raises:
            FileRefusedError: It was.
        """
        if not self._bank.outcomes.flag("refuse_duplicate_files"):
            return
        earlier = self._store.one(
            "SELECT 1 FROM uploads WHERE message_id = ? AND substr(message, 1, 8) = ? AND status <> 'refused'",
            message_id,
            message[:8],
        )
        if earlier is not None:
            raise FileRefusedError((_DUPLICATE,), message, message_id)

    def keep(self, upload: Upload, content: bytes) -> None:
        """Write down a file that has come just now."""
        self._store.run(
            "INSERT INTO uploads (upload_id, message, message_id, created, initiator, uploaded_ms, content,"
            " content_hash, status, orders, control_sum, reasons) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            upload.upload_id,
            upload.message,
            upload.message_id,
            upload.created,
            upload.initiator,
            self._bank.clock.now_ms(),
            content,
            hashlib.sha256(content).hexdigest(),
            upload.status,
            upload.orders,
            upload.control_sum,
            written_reasons(upload.reasons),
        )

    def keep_refused(self, upload_id: str, content: bytes, refusal: FileRefusedError) -> None:
        """Write down a file that the bank doesn't take."""
        refused = Upload(upload_id, refusal.message, refusal.message_id, status="refused", reasons=refusal.reasons)
        self.keep(refused, content)

    def begin_release(self, upload_id: str, password: str) -> Upload:
        """Take a file out of those that wait.

        Raises:
            KeyError: There is no such file.
            PortalRefusedError: ``password_wrong``, or ``not_waiting``: it was refused or released before.
        """
        upload = self.get(upload_id)
        if not right_password(self._bank, password):
            raise PortalRefusedError("password_wrong")
        if upload.status != "waiting":
            raise PortalRefusedError("not_waiting")
        self._store.run("UPDATE uploads SET status = 'released' WHERE upload_id = ?", upload_id)
        return self.get(upload_id)

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

    def report(self, upload_id: str, kind: str, says: object, make: Callable[[str, int], bytes]) -> None:
        """Put a document out to be fetched, unless the last one on this file said the same.

        Args:
            upload_id: The file it is about.
            kind: Which message it is.
            says: The statuses it reports, in a form that JSON can hold.
            make: Writes it, by its number and the bank's time.
        """
        told = orjson.dumps(says).decode()
        last = self._store.one("SELECT says FROM documents WHERE upload_id = ? ORDER BY seq DESC LIMIT 1", upload_id)
        if last is not None and last["says"] == told:
            return
        document_id = f"D{self._next('documents'):06d}"
        now_ms = self._bank.clock.now_ms()
        self._store.run(
            "INSERT INTO documents (document_id, kind, upload_id, created_ms, says, content) VALUES (?, ?, ?, ?, ?, ?)",
            document_id,
            kind,
            upload_id,
            now_ms,
            told,
            make(document_id, now_ms),
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

    def _next(self, table: str) -> int:
        row = self._store.one(f"SELECT COALESCE(MAX(seq), 0) + 1 AS next FROM {table}")  # noqa: S608 - two constants
        return 1 if row is None else int(row["next"])


def right_password(bank: Bank, given: str) -> bool:
    """Return whether this is the person's password for the portal and the app."""
    expected = bank.customers.password_of(cast.PSU_ID) or ""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def read_reasons(written: str) -> tuple[Reason, ...]:
    """Read reasons as they are kept."""
    return tuple(Reason(one["code"], one["text"], one["line"]) for one in orjson.loads(written))


def written_reasons(reasons: Sequence[Reason]) -> str:
    """Write reasons to be kept."""
    return orjson.dumps([reason.describe() for reason in reasons]).decode()


def _upload(row: sqlite3.Row) -> Upload:
    return Upload(
        upload_id=row["upload_id"],
        message=row["message"],
        message_id=row["message_id"],
        created=row["created"],
        initiator=row["initiator"],
        uploaded_ms=row["uploaded_ms"],
        status=row["status"],
        orders=row["orders"],
        control_sum=row["control_sum"],
        reasons=read_reasons(row["reasons"]),
    )
