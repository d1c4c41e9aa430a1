"""Accounts as resources: list, detail, balances and statements, under a consent."""

from __future__ import annotations

import sqlite3
from datetime import date
from http import HTTPStatus
from urllib.parse import urlencode

from practicebank import amounts
from practicebank.accounts import Account
from practicebank.clock import iso
from practicebank.consents import Consent
from practicebank.http_door import Reply
from practicebank.problems import Problem, format_error, unknown_resource
from practicebank.world.cast import OWN_BANK, PERSON, PSU_ID
from practicebank.xs2a.call import Call
from practicebank.xs2a.fields import read_date

_PAGE = 100
_LARGEST_PAGE = 500
_DAY_BEFORE_ALL = date(1970, 1, 1)
_DAY_AFTER_ALL = date(9999, 12, 31)


def listed(call: Call) -> Reply:
    """Answer ``GET /v1/accounts``."""
    consent = _consent(call)
    found = [
        _describe(call, account, consent)
        for account in _accounts_of(call, consent)
        if consent.covers(account.iban, "accounts")
    ]
    return Reply(HTTPStatus.OK, {"accounts": found})


def read(call: Call, resource_id: str) -> Reply:
    """Answer ``GET /v1/accounts/{account-id}``."""
    consent = _consent(call)
    account = _find(call, consent, resource_id, "accounts")
    return Reply(HTTPStatus.OK, {"account": _describe(call, account, consent)})


def balances(call: Call, resource_id: str) -> Reply:
    """Answer ``GET /v1/accounts/{account-id}/balances``."""
    account = _find(call, _consent(call), resource_id, "balances")
    return Reply(HTTPStatus.OK, {"account": _reference(account), "balances": _balances(call, account)})


def transactions(call: Call, resource_id: str) -> Reply:
    """Answer ``GET /v1/accounts/{account-id}/transactions``, newest first, in pages."""
    account = _find(call, _consent(call), resource_id, "transactions")
    query = call.request.query
    wanted = query.get("bookingStatus", "")
    if wanted not in ("booked", "pending", "both"):
        raise format_error("booked, pending or both was expected.", "bookingStatus")
    for unsupported in ("deltaList", "entryReferenceFrom", "pageIndex"):
        if unsupported in query:
            raise Problem(
                HTTPStatus.BAD_REQUEST,
                "PARAMETER_NOT_SUPPORTED",
                "This bank pages by its next link.",
                unsupported,
            )
    if "dateFrom" not in query and wanted != "pending":
        raise format_error("The first day is missing.", "dateFrom")
    report: dict[str, object] = {}
    links = {"account": f"/v1/accounts/{resource_id}"}
    if wanted != "pending":
        rows, more = _booked(call, account)
        report["booked"] = [_transaction(account, row) for row in rows]
        if more:
            cursor = f"{rows[-1]['booking_date']}.{rows[-1]['seq']}"
            further = urlencode({**query, "bookingStatus": "booked", "before": cursor})
            links["next"] = f"/v1/accounts/{resource_id}/transactions?{further}"
    if wanted != "booked":
        pending = call.bank.store.all(
            "SELECT * FROM entries WHERE resource_id = ? AND state = 'pending' ORDER BY seq DESC",
            account.resource_id,
        )
        report["pending"] = [_transaction(account, row) for row in pending]
    report["_links"] = call.links(**links)
    body: dict[str, object] = {"account": _reference(account), "transactions": report}
    if query.get("withBalance") == "true":
        body["balances"] = _balances(call, account)
    return Reply(HTTPStatus.OK, body)


def transaction(call: Call, resource_id: str, entry_id: str) -> Reply:
    """Answer ``GET /v1/accounts/{account-id}/transactions/{transactionId}``."""
    account = _find(call, _consent(call), resource_id, "transactions")
    row = call.bank.store.one(
        "SELECT * FROM entries WHERE resource_id = ? AND entry_id = ? AND state <> 'released'",
        account.resource_id,
        entry_id,
    )
    if row is None:
        raise unknown_resource("There is no such transaction.")
    # The OpenAPI file names the member so; its prose says transactionDetails.
    return Reply(HTTPStatus.OK, {"transactionsDetails": _transaction(account, row)})


def _booked(call: Call, account: Account) -> tuple[list[sqlite3.Row], bool]:
    query = call.request.query
    first = read_date(query.get("dateFrom", _DAY_BEFORE_ALL.isoformat()), "dateFrom")
    last = read_date(query.get("dateTo", _DAY_AFTER_ALL.isoformat()), "dateTo")
    size = _number(query.get("itemsPerPage", str(_PAGE)), "itemsPerPage")
    day, _, seq = query.get("before", f"{_DAY_AFTER_ALL.isoformat()}.0").partition(".")
    rows = call.bank.store.all(
        "SELECT * FROM entries WHERE resource_id = ? AND state = 'booked'"
        " AND booking_date BETWEEN ? AND ? AND (booking_date, seq) < (?, ?)"
        " ORDER BY booking_date DESC, seq DESC LIMIT ?",
        account.resource_id,
        first.isoformat(),
        last.isoformat(),
        read_date(day, "before").isoformat(),
        _number(seq, "before"),
        min(max(size, 1), _LARGEST_PAGE) + 1,
    )
    size = min(max(size, 1), _LARGEST_PAGE)
    return rows[:size], len(rows) > size


def _number(text: str, path: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise format_error("A number was expected.", path)
    return int(text)


def _transaction(account: Account, row: sqlite3.Row) -> dict[str, object]:
    side = "creditor" if row["amount_minor"] < 0 else "debtor"
    found: dict[str, object] = {
        "transactionId": row["entry_id"],
        "entryReference": str(row["seq"]),
        "valueDate": row["value_date"],
        "transactionAmount": amounts.standard(row["amount_minor"], account.currency),
        f"{side}Name": row["counter_name"],
        "bankTransactionCode": row["code"],
    }
    if row["state"] == "booked":
        found["bookingDate"] = row["booking_date"]
    if row["counter_iban"] is not None:
        found[f"{side}Account"] = {"iban": row["counter_iban"]}
    if row["counter_bic"] is not None:
        found[f"{side}Agent"] = row["counter_bic"]
    if row["remittance"]:
        found["remittanceInformationUnstructured"] = row["remittance"]
    if row["end_to_end_id"] is not None:
        found["endToEndId"] = row["end_to_end_id"]
    return found


def _describe(call: Call, account: Account, consent: Consent) -> dict[str, object]:
    path = f"/v1/accounts/{account.resource_id}"
    links = {"account": path}
    for kind in ("balances", "transactions"):
        if consent.covers(account.iban, kind):
            links[kind] = f"{path}/{kind}"
    found: dict[str, object] = {
        "resourceId": account.resource_id,
        "iban": account.iban,
        "currency": account.currency,
        "name": account.name,
        "ownerName": account.owner,
        "product": account.product,
        "cashAccountType": "CACC",
        "status": "enabled",
        "bic": OWN_BANK.bic,
        "usage": "PRIV" if account.owner == PERSON else "ORGA",
        "_links": call.links(**links),
    }
    if call.request.query.get("withBalance") == "true" and "balances" in links:
        found["balances"] = _balances(call, account)
    return found


def _balances(call: Call, account: Account) -> list[dict[str, object]]:
    now_ms = call.bank.clock.now_ms()
    figures = (
        ("interimBooked", account.booked_minor),
        ("interimAvailable", account.available_minor),
        ("expected", account.available_minor),
    )
    return [
        {
            "balanceType": kind,
            "balanceAmount": amounts.standard(minor, account.currency),
            "lastChangeDateTime": iso(now_ms),
            "referenceDate": call.bank.clock.today().isoformat(),
        }
        for kind, minor in figures
    ]


def _reference(account: Account) -> dict[str, object]:
    return {"iban": account.iban, "currency": account.currency}


def _consent(call: Call) -> Consent:
    consent_id = call.request.headers.get("consent-id")
    if consent_id is None:
        raise format_error("The header Consent-ID is missing.", "Consent-ID")
    present = "psu-ip-address" in call.request.headers
    return call.bank.consents.use(consent_id, call.request.path, person_present=present)


def _accounts_of(call: Call, consent: Consent) -> list[Account]:
    return call.bank.accounts.of(consent.psu_id or PSU_ID)


def _find(call: Call, consent: Consent, resource_id: str, kind: str) -> Account:
    account = next((one for one in _accounts_of(call, consent) if one.resource_id == resource_id), None)
    if account is None:
        raise unknown_resource("There is no such account.")
    if not consent.covers(account.iban, kind):
        raise Problem(HTTPStatus.UNAUTHORIZED, "CONSENT_INVALID", "The consent doesn't cover this.")
    return account
