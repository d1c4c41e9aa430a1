"""The portal and the app as calls of the control interface: what a person does with their own hands."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from urllib.parse import unquote

from practicebank.bank import Bank
from practicebank.clock import iso
from practicebank.files import mt940
from practicebank.files.app_payments import AppPayments
from practicebank.files.camt import KINDS as CAMT_KINDS
from practicebank.files.camt import write_camt
from practicebank.files.cancellation_file import MESSAGES as CANCELLATIONS
from practicebank.files.recalls import Recalls
from practicebank.files.returns import Returns
from practicebank.files.statements import Statements
from practicebank.files.upload_rows import PortalRefusedError, Upload, UploadRows
from practicebank.files.uploads import Uploads
from practicebank.files.xml_in import FileRefusedError, message_of
from practicebank.http_door import Reply, Request, read_object

UPLOADS = "/portal/uploads"
_XML = "application/xml"
_TEXT = "text/plain; charset=us-ascii"
KINDS = (*CAMT_KINDS, mt940.KIND)
_MOST_ORDERS = 500
_STATEMENT = re.compile(r"(?P<kind>[a-z0-9.]+)~(?P<iban>[A-Z0-9]+)")
_CODE = re.compile(r"[A-Z0-9]{4}")
_Call = Callable[..., Reply]


class FileCalls:
    """Carry out the calls of the portal and the app.

    Args:
        bank: The bank.
    """

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._rows = UploadRows(bank)
        self._uploads = Uploads(bank, self._rows)
        self._returns = Returns(bank)
        self._recalls = Recalls(bank, self._rows, self._uploads, self._returns)
        bank.followers.append(self._returns.book_due)
        self._statements = Statements(bank)
        self._app = AppPayments(bank)
        self._calls: tuple[tuple[str, re.Pattern[str], _Call], ...] = (
            ("POST", re.compile(UPLOADS), self._upload),
            ("GET", re.compile(UPLOADS), self._list),
            ("GET", re.compile(f"{UPLOADS}/([^/]+)"), self._read),
            ("POST", re.compile(f"{UPLOADS}/([^/]+)/release"), self._release),
            ("GET", re.compile("/portal/downloads"), self._downloads),
            ("GET", re.compile("/portal/downloads/([^/]+)"), self._download),
            ("GET", re.compile("/portal/statements/([^/]+)/([^/]+)"), self._statement),
            ("PUT", re.compile("/portal/recalls/([^/]+)/([^/]+)"), self._decide),
            ("GET", re.compile("/returns"), self._returned),
            ("POST", re.compile("/app/payments"), self._prepare),
            ("GET", re.compile("/app/payments"), self._typed),
            ("GET", re.compile("/app/payments/([^/]+)"), self._page),
            ("POST", re.compile("/app/payments/([^/]+)/confirm"), self._confirm),
        )

    def answer(self, request: Request) -> Reply | None:
        """Answer a call, or nothing where it isn't one of these."""
        for method, path, call in self._calls:
            match = path.fullmatch(request.path)
            if match is None or method != request.method:
                continue
            try:
                self._bank.catch_up()
                return call(request, *map(unquote, match.groups()))
            except KeyError:
                return _refused(HTTPStatus.NOT_FOUND, "unknown", "There is no such thing here.")
            except PortalRefusedError as refusal:
                status = HTTPStatus.FORBIDDEN if str(refusal) == "password_wrong" else HTTPStatus.CONFLICT
                return _refused(status, str(refusal), "The portal doesn't take this step.")
            except ValueError as error:
                return _refused(HTTPStatus.BAD_REQUEST, "unfit", str(error))
        return None

    def _upload(self, request: Request) -> Reply:
        content = _content(request)
        try:
            is_recall = message_of(content) in CANCELLATIONS
        except FileRefusedError:
            is_recall = False
        upload = self._recalls.take(content) if is_recall else self._uploads.take(content)
        return Reply(HTTPStatus.CREATED, self._whole(upload, 0))

    def _list(self, _request: Request) -> Reply:
        return Reply(HTTPStatus.OK, {"uploads": [_describe(upload) for upload in self._rows.all()]})

    def _read(self, request: Request, upload_id: str) -> Reply:
        after = _number(request.query.get("after", "0"))
        return Reply(HTTPStatus.OK, self._whole(self._rows.get(upload_id), after))

    def _release(self, request: Request, upload_id: str) -> Reply:
        password = _text(read_object(request.body), "password")
        is_recall = self._rows.get(upload_id).message in CANCELLATIONS
        upload = (self._recalls if is_recall else self._uploads).release(upload_id, password)
        return Reply(HTTPStatus.OK, self._whole(upload, 0))

    def _whole(self, upload: Upload, after: int) -> dict[str, object]:
        if upload.message in CANCELLATIONS:
            some = self._recalls.transactions(upload.upload_id)[after : after + _MOST_ORDERS]
        else:
            some = self._uploads.transactions(upload.upload_id, after, _MOST_ORDERS)
        return {**_describe(upload), "transactions": some}

    def _decide(self, request: Request, upload_id: str, position: str) -> Reply:
        answer = _text(read_object(request.body), "answer")
        if answer != "accepted" and not _CODE.fullmatch(answer):
            raise ValueError("the answer is accepted, or a code of four signs")
        return Reply(HTTPStatus.OK, self._recalls.decide(upload_id, _number(position), answer))

    def _returned(self, _request: Request) -> Reply:
        return Reply(HTTPStatus.OK, {"returns": self._returns.all()})

    def _downloads(self, _request: Request) -> Reply:
        self._uploads.refresh()
        reports: list[dict[str, object]] = [
            {
                "download_id": row["document_id"],
                "kind": row["kind"],
                "created_at": iso(row["created_ms"]),
                "created_ms": row["created_ms"],
                "upload_id": row["upload_id"],
                "account": "",
            }
            for row in self._rows.documents()
        ]
        now_ms = self._bank.clock.now_ms()
        offers: list[dict[str, object]] = [
            {
                "download_id": f"{kind}~{account.iban}",
                "kind": kind,
                "created_at": iso(now_ms),
                "created_ms": now_ms,
                "upload_id": "",
                "account": account.iban,
            }
            for account in self._statements.accounts()
            for kind in KINDS
        ]
        return Reply(HTTPStatus.OK, {"downloads": [*reports, *offers]})

    def _download(self, request: Request, download_id: str) -> Reply:
        offered = _STATEMENT.fullmatch(download_id)
        if offered is not None:
            return self._write(request, offered["iban"], offered["kind"], *self._statements.usual_span())
        kind, content = self._rows.document(download_id)
        return _file(request, kind, content)

    def _statement(self, request: Request, iban: str, kind: str) -> Reply:
        first, last = self._statements.usual_span()
        first = _date(request.query.get("from", first.isoformat()))
        last = _date(request.query.get("to", last.isoformat()))
        if first > last:
            raise ValueError("the first day comes after the last")
        return self._write(request, iban, kind, first, last)

    def _write(self, request: Request, iban: str, kind: str, first: date, last: date) -> Reply:
        if kind not in KINDS:
            raise KeyError(kind)
        statement = self._statements.draw_up(iban, first, last)
        content = mt940.write_mt940(statement) if kind == mt940.KIND else write_camt(kind, statement)
        return _file(request, kind, content)

    def _prepare(self, request: Request) -> Reply:
        return Reply(HTTPStatus.CREATED, self._app.prepare(read_object(request.body)))

    def _typed(self, _request: Request) -> Reply:
        return Reply(HTTPStatus.OK, {"payments": self._app.all()})

    def _page(self, _request: Request, app_payment_id: str) -> Reply:
        return Reply(HTTPStatus.OK, self._app.get(app_payment_id))

    def _confirm(self, request: Request, app_payment_id: str) -> Reply:
        password = _text(read_object(request.body), "password")
        return Reply(HTTPStatus.OK, self._app.confirm(app_payment_id, password))


def _describe(upload: Upload) -> dict[str, object]:
    return {
        "upload_id": upload.upload_id,
        "message": upload.message,
        "message_id": upload.message_id,
        "status": upload.status,
        "uploaded_at": iso(upload.uploaded_ms),
        "uploaded_ms": upload.uploaded_ms,
        "count": upload.orders,
        "control_sum": upload.control_sum,
        "reasons": [reason.describe() for reason in upload.reasons],
    }


def _content(request: Request) -> bytes:
    """Return the file that was sent: as it is, or in base64 from a client that speaks JSON only."""
    if not _is_json(request.headers.get("content-type", "")):
        return request.body
    try:
        return base64.b64decode(_text(read_object(request.body), "content_base64"), validate=True)
    except binascii.Error as error:
        raise ValueError("content_base64 is not base64") from error


def _file(request: Request, kind: str, content: bytes) -> Reply:
    """Hand out a file: as it is, or in base64 to a client that takes JSON only."""
    if _is_json(request.headers.get("accept", "")):
        return Reply(HTTPStatus.OK, {"kind": kind, "content_base64": base64.b64encode(content).decode()})
    return Reply(HTTPStatus.OK, content=content, content_type=_TEXT if kind == mt940.KIND else _XML)


def _is_json(media_type: str) -> bool:
    return media_type.partition(";")[0].strip().lower() == "application/json"


def _refused(status: int, code: str, text: str) -> Reply:
    return Reply(status, {"error": code, "text": text})


def _text(body: dict[str, object], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name!r} is missing")  # noqa: TRY004 - one error for the caller
    return value


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:  # noqa: PLR2004 - more is no position
        raise ValueError("after must be a number")
    return int(text)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("a day like 2026-11-30 was expected") from error
