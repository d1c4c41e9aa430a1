"""Settled transfers that come back, as a tester ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.practicebank.files import fetch, hand_in, pain_001, release, transfer, validated

if TYPE_CHECKING:
    from tests.practicebank.running_bank import RunningBank


def _pay(bank: RunningBank, name: str, amount: str = "500.00") -> None:
    page = hand_in(bank, pain_001(bank, transfer(bank, end_to_end=name, amount=amount), message_id=f"M-{name}"))
    release(bank, page["upload_id"])
    bank.put("/clock", {"advance_ms": 60_000})


def test_a_settled_transfer_comes_back_later(bank: RunningBank) -> None:
    rule = {"end_to_end_id": "COMES-BACK", "code": "AC04", "after_seconds": 3_600}
    bank.put("/outcomes", {"returns": [rule]})
    _pay(bank, "COMES-BACK")
    _pay(bank, "STAYS")
    assert bank.balance()["closing_minor"] == 41_200_000 - 2 * 50_035
    assert [one["booked"] for one in bank.get("/returns")["returns"]] == [False]
    bank.put("/clock", {"advance_ms": 3_600_000})
    assert bank.balance()["closing_minor"] == 41_200_000 - 50_035 - 35
    assert bank.balance()["available_minor"] == 41_200_000 - 50_035 - 35
    assert [(one["code"], one["booked"]) for one in bank.get("/returns")["returns"]] == [("AC04", True)]
    account = bank.get("/world")["accounts"][0]["iban"]
    for kind in ("camt.053.001.08", "camt.053.001.02"):
        statement = validated(kind, fetch(bank, f"/portal/downloads/{kind}~{account}"))
        (back,) = [one for one in statement.all("Ntry") if one.texts("RtrInf/Rsn/Cd")]
        assert (back.text("RtrInf/Rsn/Cd"), back.text("EndToEndId")) == ("AC04", "COMES-BACK")
        assert (back.texts("Amt")[0], back.texts("CdtDbtInd")[0], back.text("RvslInd")) == ("500.00", "CRDT", "true")
        assert back.text("Refs/MsgId") == "M-COMES-BACK"
        assert back.texts("Fmly/SubFmlyCd")[0] == "RRTN"
    told = fetch(bank, f"/portal/downloads/mt940~{account}").decode()
    assert "SVWZ+RETURN AC04" in told.replace("\r\n", "")
    assert [one["status"] for one in bank.get("/journal")["journal"]] == ["ACSC", "ACSC"]


def test_the_next_one_or_one_that_settled_before(bank: RunningBank) -> None:
    _pay(bank, "BEFORE", "10.00")
    bank.put("/outcomes", {"returns": [{"next": True, "code": "MD07"}, {"amount_minor": 2_000, "code": "AC01"}]})
    assert [one["code"] for one in bank.get("/returns")["returns"]] == ["MD07"]
    _pay(bank, "SMALL", "20.00")
    _pay(bank, "OTHER", "30.00")
    assert [one["code"] for one in bank.get("/returns")["returns"]] == ["MD07", "AC01"]
    assert bank.get("/outcomes")["returns"] == [{"amount_minor": 2_000, "code": "AC01"}]
    assert bank.balance()["closing_minor"] == 41_200_000 - 3_000 - 3 * 35


@pytest.mark.parametrize(
    "body",
    [
        {"returns": [{"code": "no"}]},
        {"returns": [{"code": "AC04", "after_seconds": -1}]},
        {"returns": [{"code": "AC04", "typo": 1}]},
        {"returns": {}},
        {"recall_answer": "perhaps"},
        {"recall_answer": 5},
    ],
)
def test_what_can_not_be_ordered(shared_bank: RunningBank, body: dict[str, object]) -> None:
    shared_bank.put("/outcomes", body, expect=400)
