"""The bank's own app: a payment is typed, looked at, and confirmed with the password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.practicebank.files import fetch, validated

if TYPE_CHECKING:
    from tests.practicebank.running_bank import RunningBank


def _typed(bank: RunningBank, **changes: object) -> dict[str, object]:
    world = bank.get("/world")
    payee = next(p for p in world["payees"] if p["kind"] == "notary")
    made = {
        "debtor_iban": world["accounts"][0]["iban"],
        "creditor_name": payee["name"],
        "creditor_iban": payee["iban"],
        "amount": "250000.00",
        "currency": "EUR",
        "remittance": "HS/4471 deposit",
    }
    return made | changes


def _confirm(bank: RunningBank, page: dict[str, Any]) -> dict[str, Any]:
    password = bank.get("/psu")["practice_password"]
    return bank.post(f"/app/payments/{page['app_payment_id']}/confirm", {"password": password}, expect=200)


def test_typed_looked_at_confirmed_settled(bank: RunningBank) -> None:
    bank.put("/clock", {"now": "2026-11-20T10:00:00+00:00", "frozen": True})  # a Friday
    page = bank.post("/app/payments", _typed(bank))
    assert (page["status"], page["fee"], page["name_check"], page["arrival"]) == (
        "waiting",
        "0.35",
        "MTCH",
        "2026-11-23",
    )
    assert bank.get("/journal")["journal"] == []
    path = f"/app/payments/{page['app_payment_id']}"
    assert bank.post(f"{path}/confirm", {"password": "wrong"}, expect=403)["error"] == "password_wrong"
    done = _confirm(bank, page)
    assert (done["status"], done["payment_status"]) == ("confirmed", "ACSP")
    assert done["bank_reference"].startswith("ALD")
    bank.put("/clock", {"advance_ms": 60_000})
    assert bank.get(path)["payment_status"] == "ACSC"
    account = bank.get("/world")["accounts"][0]["iban"]
    statement = validated("camt.053.001.08", fetch(bank, f"/portal/downloads/camt.053.001.08~{account}"))
    mine = [one for one in statement.all("Ntry") if done["bank_reference"] in one.texts("Refs/AcctSvcrRef")]
    assert mine[0].texts("Amt")[0] == "250000.00"
    assert mine[0].text("Refs/EndToEndId") == "NOTPROVIDED"
    password = bank.get("/psu")["practice_password"]
    assert bank.post(f"{path}/confirm", {"password": password}, expect=409)["error"] == "not_waiting"
    assert len(bank.get("/journal")["journal"]) == 1
    assert [one["status"] for one in bank.get("/app/payments")["payments"]] == ["confirmed"]


def test_an_instant_payment_arrives_at_once(bank: RunningBank) -> None:
    page = bank.post("/app/payments", _typed(bank, instant=True, creditor_name="Somebody Else"))
    assert (page["arrival"], page["name_check"]) == (page["execution_date"], "NMTC")
    assert _confirm(bank, page)["payment_status"] == "ACSC"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"creditor_iban": "DE00123456789012345678"}, "AC03"),
        ({"debtor_iban": "DE75512108001245126199"}, "AC02"),
        ({"currency": "USD"}, "AM03"),
        ({"amount": "0.001"}, "AM02"),
        ({"creditor_name": ""}, "BE22"),
        ({"execution_date": "2099-01-01"}, "DT01"),
    ],
)
def test_what_the_bank_would_not_do_is_refused_on_the_page(
    shared_bank: RunningBank, change: dict[str, object], code: str
) -> None:
    page = shared_bank.post("/app/payments", _typed(shared_bank, **change))
    assert (page["status"], [one["code"] for one in page["reasons"]]) == ("refused", [code])
    password = shared_bank.get("/psu")["practice_password"]
    shared_bank.post(f"/app/payments/{page['app_payment_id']}/confirm", {"password": password}, expect=409)


@pytest.mark.parametrize(
    "change", [{"amount": 5}, {"typo": ""}, {"instant": "yes"}, {"execution_date": "tomorrow"}, {"creditor_name": None}]
)
def test_what_the_app_can_not_read(shared_bank: RunningBank, change: dict[str, object]) -> None:
    assert shared_bank.post("/app/payments", _typed(shared_bank, **change), expect=400)["error"] == "unfit"
    shared_bank.post("/app/payments/A999999/confirm", {"password": ""}, expect=404)
