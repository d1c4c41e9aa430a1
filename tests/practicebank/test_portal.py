"""The portal: a payment file goes up, is looked at and released; its reports and the statement come down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.practicebank.files import downloads, fetch, hand_in, pain_001, release, transfer, validated

if TYPE_CHECKING:
    from tests.practicebank.running_bank import RunningBank

_REPORTS = {"03": "pain.002.001.03", "09": "pain.002.001.12"}


@pytest.mark.parametrize("version", ["03", "09"])
def test_a_file_from_upload_to_settled(bank: RunningBank, version: str) -> None:
    content = pain_001(bank, version=version, message_id="M-1")
    validated(f"pain.001.001.{version}", content)
    page = hand_in(bank, content)
    assert (page["status"], page["message_id"], page["count"], page["control_sum"]) == (
        "waiting",
        "M-1",
        1,
        "250000.00",
    )
    (seen,) = page["transactions"]
    assert (seen["status"], seen["name_check"], seen["product"]) == ("RCVD", "MTCH", "sepa-credit-transfers")
    assert bank.get("/journal")["journal"] == []

    released = release(bank, page["upload_id"])
    assert (released["status"], released["transactions"][0]["status"]) == ("released", "ACSP")
    bank.put("/clock", {"advance_ms": 60_000})
    (executed,) = bank.get("/journal")["journal"]
    assert (executed["end_to_end_id"], executed["amount_minor"], executed["status"]) == (
        "HS-4471-DEPOSIT",
        25_000_000,
        "ACSC",
    )

    kinds, contents = zip(*downloads(bank, page["upload_id"]), strict=True)
    assert set(kinds) == {_REPORTS[version]}
    reports = [validated(_REPORTS[version], content) for content in contents]
    assert [report.text("GrpSts") for report in reports] == ["ACTC", "ACCP", "ACSC"]
    assert [report.text("TxSts") for report in reports] == ["ACTC", "ACCP", "ACSC"]
    assert {report.text("OrgnlMsgId") for report in reports} == {"M-1"}
    assert {report.text("OrgnlEndToEndId") for report in reports} == {"HS-4471-DEPOSIT"}
    reference = reports[-1].text("TxInfAndSts/AcctSvcrRef")
    assert reference == bank.get(f"/portal/uploads/{page['upload_id']}")["transactions"][0]["bank_reference"]

    account = bank.get("/world")["accounts"][0]["iban"]
    statement = validated("camt.053.001.08", fetch(bank, f"/portal/downloads/camt.053.001.08~{account}"))
    (entry,) = [one for one in statement.all("Ntry") if "HS-4471-DEPOSIT" in one.texts("Refs/EndToEndId")][:1]
    assert (entry.texts("Amt")[0], entry.texts("CdtDbtInd")[0], entry.text("Sts/Cd")) == ("250000.00", "DBIT", "BOOK")
    assert (entry.text("Refs/MsgId"), entry.text("Refs/PmtInfId")) == ("M-1", "BLOCK-1")
    assert entry.text("Refs/AcctSvcrRef") == reference
    assert statement.texts("Bal/Amt")[1:] == ["161999.65", "161999.65"]


def test_only_the_password_releases_and_only_once(bank: RunningBank) -> None:
    page = hand_in(bank, pain_001(bank))
    path = f"/portal/uploads/{page['upload_id']}/release"
    assert bank.post(path, {"password": "wrong"}, expect=403)["error"] == "password_wrong"
    assert bank.post(path, {}, expect=400)["error"] == "unfit"
    assert bank.get("/journal")["journal"] == []
    release(bank, page["upload_id"])
    password = bank.get("/psu")["practice_password"]
    assert bank.post(path, {"password": password}, expect=409)["error"] == "not_waiting"
    assert len(bank.get("/journal")["journal"]) == 1
    assert bank.post("/portal/uploads/U000099/release", {"password": password}, expect=404)["error"] == "unknown"


def test_the_same_file_twice(bank: RunningBank) -> None:
    content = pain_001(bank, message_id="TWICE")
    hand_in(bank, content)
    again = hand_in(bank, content)
    assert (again["status"], [reason["code"] for reason in again["reasons"]]) == ("refused", ["DU01"])
    ((kind, report),) = downloads(bank, again["upload_id"])
    said = validated(kind, report)
    assert (said.text("GrpSts"), said.text("Rsn/Cd")) == ("RJCT", "DU01")
    password = bank.get("/psu")["practice_password"]
    bank.post(f"/portal/uploads/{again['upload_id']}/release", {"password": password}, expect=409)
    bank.put("/outcomes", {"refuse_duplicate_files": False})
    assert hand_in(bank, content)["status"] == "waiting"
    assert [one["status"] for one in bank.get("/portal/uploads")["uploads"]] == ["waiting", "refused", "waiting"]


def test_one_wrong_transfer_leaves_the_others(bank: RunningBank) -> None:
    small = {"amount": "10.00"}
    ones = (
        transfer(bank, end_to_end="GOOD", **small),
        transfer(bank, end_to_end="BAD-IBAN", iban="DE00123456789012345678", **small),
        transfer(bank, end_to_end="TOO-MUCH", amount="9999999.00"),
    )
    page = hand_in(bank, pain_001(bank, *ones, version="03"))
    assert [one["status"] for one in page["transactions"]] == ["RCVD", "RJCT", "RCVD"]
    assert page["transactions"][1]["reasons"][0]["code"] == "AC03"
    done = release(bank, page["upload_id"])
    assert [one["status"] for one in done["transactions"]] == ["ACSP", "RJCT", "RJCT"]
    bank.put("/clock", {"advance_ms": 60_000})
    reports = [validated(kind, content) for kind, content in downloads(bank, page["upload_id"])]
    assert [report.text("GrpSts") for report in reports] == ["PART", "PART", "PART"]
    assert reports[-1].texts("TxSts") == ["ACSC", "RJCT", "RJCT"]
    assert reports[-1].texts("TxInfAndSts/StsRsnInf/Rsn/Cd") == ["AC03", "AM04"]


def test_rejections_as_prescribed_and_late_settlement(bank: RunningBank) -> None:
    bank.put("/outcomes", {"rejections": [{"next": True, "code": "AC04"}], "settle_seconds": 3_600})
    ones = [transfer(bank, end_to_end=f"E{number}", amount="5.00") for number in (1, 2)]
    page = hand_in(bank, pain_001(bank, *ones))
    release(bank, page["upload_id"])
    bank.put("/clock", {"advance_ms": 1_800_000})
    assert validated(*downloads(bank, page["upload_id"])[-1]).texts("TxSts") == ["RJCT", "ACCP"]
    bank.put("/clock", {"advance_ms": 1_900_000})
    last = validated(*downloads(bank, page["upload_id"])[-1])
    assert (last.texts("TxSts"), last.texts("Rsn/Cd")) == (["RJCT", "ACSC"], ["AC04"])


def test_instant_transfers_settle_at_once(bank: RunningBank) -> None:
    page = hand_in(bank, pain_001(bank, local="INST"))
    release(bank, page["upload_id"])
    reports = [validated(kind, content) for kind, content in downloads(bank, page["upload_id"])]
    assert [report.text("TxSts") for report in reports] == ["ACTC", "ACCP", "ACSC"]
    assert [one["product"] for one in bank.get("/journal")["journal"]] == ["instant-sepa-credit-transfers"]


def test_name_checks_are_reported_where_they_are_asked_for(bank: RunningBank) -> None:
    bank.put("/outcomes", {"file_name_check": True})
    payee = transfer(bank)["name"]
    ones = (
        transfer(bank, end_to_end="M", amount="1.00"),
        transfer(bank, end_to_end="C", amount="2.00", name=payee.replace("Stone", "Stome")),
        transfer(bank, end_to_end="N", amount="3.00", name="Somebody Else"),
    )
    for version in ("03", "09"):
        page = hand_in(bank, pain_001(bank, *ones, version=version))
        ((kind, content),) = downloads(bank, page["upload_id"])
        report = validated("pain.002.001.12", content)
        assert kind == "pain.002.001.12"
        assert (report.text("GrpSts"), report.texts("TxSts")) == ("RVCM", ["RCVC", "RVMC", "RVNM"])
        assert report.texts("TxInfAndSts/StsRsnInf/AddtlInf") == [payee]
        release(bank, page["upload_id"])
        assert validated(*downloads(bank, page["upload_id"])[1]).texts("TxSts") == ["ACCP"] * 3
    bank.put("/outcomes", {"name_check": {"*": "NOAP"}})
    last = hand_in(bank, pain_001(bank, *ones))
    assert validated(*downloads(bank, last["upload_id"])[0]).texts("TxSts") == ["RVNA"] * 3


def test_it_survives_a_restart(bank: RunningBank) -> None:
    page = hand_in(bank, pain_001(bank))
    before = fetch(bank, "/portal/downloads/D000001")
    bank.kill()
    from tests.practicebank.running_bank import RunningBank as Another  # noqa: PLC0415 - the same class, started anew

    with Another(bank.world) as again:
        assert fetch(again, "/portal/downloads/D000001") == before
        assert release(again, page["upload_id"])["transactions"][0]["status"] == "ACSP"
