"""The practice bank's portal and app, worked by hand: what a person does outside this program."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import quote

from countersign.adapters.practice.control import JsonReply, PracticeControl
from countersign.application.ports.practice import (
    AppPayment,
    AppWish,
    PortalDownload,
    PortalReason,
    PortalTransaction,
    PortalUpload,
)
from countersign.domain.errors import ConnectorError, FailureKind

_UPLOADS = "/portal/uploads"
_PAYMENTS = "/app/payments"


def upload(control: PracticeControl, file: bytes) -> PortalUpload:
    """Hand a file in."""
    return _upload(control.call("POST", _UPLOADS, {"content_base64": base64.b64encode(file).decode()}))


def uploads(control: PracticeControl) -> Sequence[PortalUpload]:
    """List what was handed in."""
    return tuple(_upload(item) for item in _items(control.call("GET", _UPLOADS), "uploads"))


def uploaded(control: PracticeControl, identification: str) -> PortalUpload:
    """Return one file that was handed in."""
    return _upload(control.call("GET", f"{_UPLOADS}/{_safe(identification)}"))


def release(control: PracticeControl, identification: str) -> PortalUpload:
    """Release one with the portal's password."""
    return _upload(control.call("POST", f"{_UPLOADS}/{_safe(identification)}/release", _password(control)))


def downloads(control: PracticeControl) -> Sequence[PortalDownload]:
    """List what waits."""
    return tuple(
        PortalDownload(
            download=_text(item, "download_id"),
            kind=_text(item, "kind"),
            created_at=_number(item, "created_ms"),
            upload=_text(item, "upload_id"),
            account=_text(item, "account"),
        )
        for item in _items(control.call("GET", "/portal/downloads"), "downloads")
    )


def download(control: PracticeControl, identification: str) -> bytes:
    """Fetch one of them."""
    return _content(control.call("GET", f"/portal/downloads/{_safe(identification)}"))


def statement(control: PracticeControl, account: str, kind: str, first: date, last: date) -> bytes:
    """Fetch a statement of certain days."""
    path = f"/portal/statements/{_safe(account)}/{_safe(kind)}"
    return _content(control.call("GET", f"{path}?from={first.isoformat()}&to={last.isoformat()}"))


def prepare_in_app(control: PracticeControl, wish: AppWish) -> AppPayment:
    """Type a payment into the app."""
    asked: dict[str, object] = {
        "debtor_iban": wish.debtor_account,
        "creditor_name": wish.creditor_name,
        "creditor_iban": wish.creditor_account,
        "amount": wish.amount,
        "currency": wish.currency,
        "remittance": wish.remittance,
        "instant": wish.instant,
    }
    if wish.execution_date is not None:
        asked["execution_date"] = wish.execution_date.isoformat()
    return _app_payment(control.call("POST", _PAYMENTS, asked))


def confirm_in_app(control: PracticeControl, payment: str) -> str:
    """Confirm one with the app's password; return the bank's reference."""
    confirmed = control.call("POST", f"{_PAYMENTS}/{_safe(payment)}/confirm", _password(control))
    return _text(confirmed, "bank_reference")


def _password(control: PracticeControl) -> dict[str, str]:
    return {"password": _text(control.call("GET", "/psu"), "practice_password")}


def _upload(item: Mapping[str, object]) -> PortalUpload:
    return PortalUpload(
        upload=_text(item, "upload_id"),
        message=_text(item, "message"),
        message_id=_text(item, "message_id"),
        status=_text(item, "status"),
        uploaded_at=_number(item, "uploaded_ms"),
        count=_number(item, "count"),
        control_sum=_text(item, "control_sum"),
        reasons=_reasons(item),
        transactions=tuple(_transaction(one) for one in _items(item, "transactions")),
    )


def _transaction(item: Mapping[str, object]) -> PortalTransaction:
    return PortalTransaction(
        position=_number(item, "position"),
        payment_information=_text(item, "payment_information_id"),
        instruction=_text(item, "instruction_id"),
        end_to_end=_text(item, "end_to_end_id"),
        creditor_name=_text(item, "creditor_name"),
        creditor_account=_text(item, "creditor_account"),
        amount=_text(item, "amount"),
        currency=_text(item, "currency"),
        product=_text(item, "product"),
        status=_text(item, "status"),
        name_check=_text(item, "name_check"),
        matched_name=_text(item, "matched_name"),
        reasons=_reasons(item),
        bank_reference=_text(item, "bank_reference"),
    )


def _app_payment(item: Mapping[str, object]) -> AppPayment:
    return AppPayment(
        payment=_text(item, "app_payment_id"),
        status=_text(item, "status"),
        debtor_account=_text(item, "debtor_iban"),
        creditor_name=_text(item, "creditor_name"),
        creditor_account=_text(item, "creditor_iban"),
        amount=_text(item, "amount"),
        currency=_text(item, "currency"),
        remittance=_text(item, "remittance"),
        execution_date=_day(item, "execution_date"),
        product=_text(item, "product"),
        fee=_text(item, "fee"),
        arrival=_day(item, "arrival"),
        name_check=_text(item, "name_check"),
        matched_name=_text(item, "matched_name"),
        reasons=_reasons(item),
        bank_reference=_text(item, "bank_reference"),
    )


def _reasons(item: Mapping[str, object]) -> tuple[PortalReason, ...]:
    return tuple(
        PortalReason(_text(one, "code"), _text(one, "text"), _number(one, "line")) for one in _items(item, "reasons")
    )


def _content(reply: JsonReply) -> bytes:
    try:
        return base64.b64decode(_text(reply, "content_base64"), validate=True)
    except ValueError as error:
        raise _unreadable("content_base64") from error


def _safe(identification: str) -> str:
    return quote(identification, safe="~")


def _items(reply: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    found = reply.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _text(reply: Mapping[str, object], name: str) -> str:
    found = reply.get(name)
    if not isinstance(found, str):
        raise _unreadable(name)
    return found


def _number(reply: Mapping[str, object], name: str) -> int:
    found = reply.get(name)
    if type(found) is not int:
        raise _unreadable(name)
    return found


def _day(reply: Mapping[str, object], name: str) -> date:
    try:
        return date.fromisoformat(_text(reply, name))
    except ValueError as error:
        raise _unreadable(name) from error


def _unreadable(name: str) -> ConnectorError:
    return ConnectorError(FailureKind.RETRYABLE, "practice.reply_unreadable", field=name)
