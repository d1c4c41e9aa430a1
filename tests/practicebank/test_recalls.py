"""Cancellation requests (camt.055) and their answers (camt.029)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from tests.practicebank.files import Parsed, downloads, fetch, hand_in, pain_001, release, transfer, validated

if TYPE_CHECKING:
    from tests.practicebank.running_bank import RunningBank

_ANSWERS = {"08": "camt.029.001.09", "09": "camt.029.001.10"}


def camt_055(*inside: str, version: str = "08", name: str = "R-1") -> bytes:
    """Write a cancellation request around what is underlying."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.055.001.{version}"><CstmrPmtCxlReq>
<Assgnmt><Id>{name}</Id><Assgnr><Pty><Nm>Mei Hartmann</Nm></Pty></Assgnr>
<Assgne><Agt><FinInstnId><BICFI>ALDPLU2L</BICFI></FinInstnId></Agt></Assgne>
<CreDtTm>2026-11-16T10:00:00Z</CreDtTm></Assgnmt>
{"".join(f"<Undrlyg>{one}</Undrlyg>" for one in inside)}
</CstmrPmtCxlReq></Document>""".encode()


def one_transfer(message_id: str, end_to_end: str, block: str = "BLOCK-1") -> str:
    """Ask for one transfer."""
    return (
        f"<OrgnlPmtInfAndCxl><OrgnlPmtInfId>{block}</OrgnlPmtInfId><OrgnlGrpInf><OrgnlMsgId>{message_id}</OrgnlMsgId>"
        "<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInf><TxInf><CxlId>C-1</CxlId>"
        f"<OrgnlEndToEndId>{end_to_end}</OrgnlEndToEndId><CxlRsnInf><Rsn><Cd>DUPL</Cd></Rsn></CxlRsnInf></TxInf>"
        "</OrgnlPmtInfAndCxl>"
    )


def whole_file(message_id: str) -> str:
    """Ask for everything in a file."""
    return (
        f"<OrgnlGrpInfAndCxl><OrgnlMsgId>{message_id}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        "<GrpCxl>true</GrpCxl></OrgnlGrpInfAndCxl>"
    )


def _pay(bank: RunningBank, message_id: str, *names: str) -> dict[str, Any]:
    ones = [transfer(bank, end_to_end=name, amount="100.00") for name in names]
    page = hand_in(bank, pain_001(bank, *ones, message_id=message_id))
    return release(bank, page["upload_id"])


def _ask(bank: RunningBank, content: bytes) -> tuple[dict[str, Any], Parsed]:
    """Hand a request in and release it; return the portal's page and the answer."""
    page = hand_in(bank, content)
    assert page["status"] == "waiting", page
    done = release(bank, page["upload_id"])
    kind, answer = downloads(bank, page["upload_id"])[-1]
    assert kind == _ANSWERS[page["message"][-2:]]
    return done, Parsed(etree.fromstring(answer))


@pytest.mark.parametrize("version", ["08", "09"])
def test_what_has_not_settled_is_called_off(bank: RunningBank, version: str) -> None:
    paid = _pay(bank, "M-1", "KEEP", "STOP")
    done, answer = _ask(bank, camt_055(one_transfer("M-1", "STOP"), version=version))
    assert (answer.text("Sts/Conf"), answer.text("TxCxlSts"), answer.text("OrgnlEndToEndId")) == (
        "CNCL",
        "ACCR",
        "STOP",
    )
    assert [one["status"] for one in done["transactions"]] == ["ACCR"]
    bank.put("/clock", {"advance_ms": 60_000})
    assert [one["status"] for one in bank.get("/journal")["journal"]] == ["ACSC", "CANC"]
    report = validated(*downloads(bank, paid["upload_id"])[-1])
    assert (report.text("GrpSts"), report.texts("TxSts")) == ("PART", ["ACSC", "CANC"])
    assert bank.balance()["closing_minor"] == 41_200_000 - 10_035


def test_nothing_is_called_off_before_the_release(bank: RunningBank) -> None:
    _pay(bank, "M-1", "STOP")
    page = hand_in(bank, camt_055(one_transfer("M-1", "STOP")))
    assert (page["status"], page["count"], page["transactions"][0]["status"]) == ("waiting", 1, "RCVD")
    assert [one["status"] for one in bank.get("/journal")["journal"]] == ["ACSP"]
    again = hand_in(bank, camt_055(one_transfer("M-1", "STOP")))
    assert (again["status"], again["reasons"][0]["code"]) == ("refused", "DU01")


def test_a_file_that_was_not_released_is_called_off_whole(bank: RunningBank) -> None:
    ones = [transfer(bank, end_to_end=name, amount="1.00") for name in ("A", "B")]
    page = hand_in(bank, pain_001(bank, *ones, message_id="M-1", version="03"))
    _, answer = _ask(bank, camt_055(whole_file("M-1")))
    assert (answer.text("Sts/Conf"), answer.texts("TxCxlSts")) == ("CNCL", ["ACCR", "ACCR"])
    release(bank, page["upload_id"])
    assert bank.get("/journal")["journal"] == []
    report = validated(*downloads(bank, page["upload_id"])[-1])
    assert (report.text("GrpSts"), report.texts("Rsn/Cd")) == ("RJCT", ["DS02", "DS02"])


def test_a_settled_transfer_is_asked_back(bank: RunningBank) -> None:
    _pay(bank, "M-1", "GONE", "GONE-TOO")
    bank.put("/clock", {"advance_ms": 60_000})
    done, answer = _ask(bank, camt_055(one_transfer("M-1", "GONE"), one_transfer("M-1", "GONE-TOO")))
    assert (answer.text("Sts/Conf"), answer.texts("TxCxlSts")) == ("PDCR", ["PDCR", "PDCR"])
    path = f"/portal/recalls/{done['upload_id']}"
    assert bank.put(f"{path}/1", {"answer": "accepted"})["status"] == "ACCR"
    assert bank.put(f"{path}/2", {"answer": "LEGL"})["status"] == "RJCR"
    answers = [Parsed(etree.fromstring(content)) for _, content in downloads(bank, done["upload_id"])]
    assert [one.text("Sts/Conf") for one in answers] == ["PDCR", "PDCR", "PECR"]
    assert answers[-1].texts("CxlStsRsnInf/Rsn/Cd") == ["LEGL"]
    bank.put(f"{path}/1", {"answer": "accepted"}, expect=409)
    bank.put(f"{path}/9", {"answer": "accepted"}, expect=404)
    bank.put(f"{path}/1", {"answer": "perhaps"}, expect=400)
    account = bank.get("/world")["accounts"][0]["iban"]
    statement = validated("camt.053.001.08", fetch(bank, f"/portal/downloads/camt.053.001.08~{account}"))
    (back,) = [one for one in statement.all("Ntry") if one.texts("RtrInf/Rsn/Cd")]
    assert (back.text("RtrInf/Rsn/Cd"), back.text("EndToEndId")) == ("FOCR", "GONE")
    _, again = _ask(bank, camt_055(one_transfer("M-1", "GONE"), name="R-2"))
    assert (again.text("Sts/Conf"), again.text("CxlStsRsnInf/Rsn/Cd")) == ("RJCR", "ARDT")


@pytest.mark.parametrize(("answer", "said"), [("accepted", "CNCL"), ("CUST", "RJCR")])
def test_the_answer_may_be_prescribed(bank: RunningBank, answer: str, said: str) -> None:
    bank.put("/outcomes", {"recall_answer": answer})
    _pay(bank, "M-1", "GONE")
    bank.put("/clock", {"advance_ms": 60_000})
    assert _ask(bank, camt_055(one_transfer("M-1", "GONE")))[1].text("Sts/Conf") == said
    assert len(bank.get("/returns")["returns"]) == (answer == "accepted")


def test_what_can_not_be_called_off(bank: RunningBank) -> None:
    _, unknown = _ask(bank, camt_055(one_transfer("NEVER-SENT", "X"), name="R-1"))
    assert (unknown.text("Sts/Conf"), unknown.text("CxlStsRsnInf/Rsn/Cd")) == ("RJCR", "NOOR")
    _pay(bank, "M-1", "STUCK")
    bank.put("/outcomes", {"cancellation_allowed": False})
    _, stuck = _ask(bank, camt_055(one_transfer("M-1", "STUCK"), name="R-2"))
    assert stuck.text("CxlStsRsnInf/Rsn/Cd") == "AGNT"
    bank.put("/outcomes", {"cancellation_allowed": True})
    _, twice = _ask(bank, camt_055(one_transfer("M-1", "STUCK"), one_transfer("M-1", "STUCK"), name="R-3"))
    assert (twice.text("Sts/Conf"), twice.texts("TxCxlSts")) == ("PECR", ["ACCR", "RJCR"])


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "<OrgnlGrpInfAndCxl><OrgnlMsgId></OrgnlMsgId><GrpCxl>true</GrpCxl></OrgnlGrpInfAndCxl>",
        "<OrgnlPmtInfAndCxl><OrgnlPmtInfId>B</OrgnlPmtInfId><TxInf/></OrgnlPmtInfAndCxl>",
        one_transfer("M-1", ""),
    ],
)
def test_a_request_that_names_nothing_is_refused(shared_bank: RunningBank, inside: str) -> None:
    page = hand_in(shared_bank, camt_055(inside))
    assert (page["status"], page["reasons"][0]["code"]) == ("refused", "FF01")
