"""The hands at the bank's portal and app, through the port, against the real practice bank."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import cast

import pytest

from countersign.adapters.practice import portal
from countersign.adapters.practice.control import PracticeControl
from countersign.adapters.practice.world import PracticeBank, open_practice_bank
from countersign.adapters.system.clock import SystemClock, SystemEntropy
from countersign.application.ports.practice import AppWish, PracticeWorld
from countersign.domain.errors import ConnectorError
from countersign.domain.secret import SecretText
from practicebank.clock import ZONE

END_SECONDS = 30.0
_FILE = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>{message}</MsgId><CreDtTm>2026-11-22T09:00:00Z</CreDtTm><NbOfTxs>1</NbOfTxs>
<InitgPty><Nm>Mei Hartmann</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>ONE</PmtInfId><PmtMtd>TRF</PmtMtd><PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>
<ReqdExctnDt><Dt>2026-11-16</Dt></ReqdExctnDt><Dbtr><Nm>Mei Hartmann</Nm></Dbtr>
<DbtrAcct><Id><IBAN>{debtor}</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><BICFI>ALDPLU2L</BICFI></FinInstnId></DbtrAgt>
<CdtTrfTxInf><PmtId><EndToEndId>HS-4471</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">1200.50</InstdAmt></Amt>
<Cdtr><Nm>{name}</Nm></Cdtr><CdtrAcct><Id><IBAN>{creditor}</IBAN></Id></CdtrAcct></CdtTrfTxInf>
</PmtInf></CstmrCdtTrfInitn></Document>"""


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[PracticeBank]:
    found = open_practice_bank(tmp_path / "world", SystemClock(), SystemEntropy(), options=("--linger", "0"))
    yield found
    found.close_and_wait(END_SECONDS)


def _accounts(hands: PracticeBank) -> tuple[str, str, str]:
    """Return the person's first account, and a payee's name and account."""
    world = hands.world()
    own = cast("list[Mapping[str, str]]", world["accounts"])[0]
    payee = next(one for one in cast("list[Mapping[str, str]]", world["payees"]) if one["kind"] == "landlord")
    return own["iban"], payee["name"], payee["iban"]


def test_a_file_goes_up_and_its_reports_come_down(hands: PracticeBank) -> None:
    world: PracticeWorld = hands
    debtor, name, creditor = _accounts(hands)
    content = _FILE.format(message="M-1", debtor=debtor, name=name, creditor=creditor).encode()
    taken = world.upload(content)
    assert (taken.status, taken.message, taken.message_id, taken.count) == ("waiting", "pain.001.001.09", "M-1", 1)
    assert (taken.transactions[0].end_to_end, taken.transactions[0].name_check) == ("HS-4471", "MTCH")
    assert world.release(taken.upload).transactions[0].status == "ACSP"
    hands.control.set_clock({"advance_ms": 60_000})
    settled = world.uploaded(taken.upload)
    assert (settled.status, settled.transactions[0].status) == ("released", "ACSC")
    reports = [one for one in world.downloads() if one.upload == taken.upload]
    assert [one.kind for one in reports] == ["pain.002.001.12"] * 3
    assert b"<TxSts>ACSC</TxSts>" in world.download(reports[-1].download)
    offer = next(one for one in world.downloads() if (one.account, one.kind) == (debtor, "camt.053.001.08"))
    reference = settled.transactions[0].bank_reference.encode()
    assert reference in world.download(offer.download)
    now = datetime.fromisoformat(str(hands.control.call("GET", "/clock")["now"]))
    today = now.astimezone(ZONE).date()
    assert reference in world.statement(debtor, "camt.053.001.02", today, today)
    again = world.upload(content)
    assert (again.status, [one.code for one in again.reasons]) == ("refused", ["DU01"])
    assert [one.status for one in world.uploads()] == ["released", "refused"]
    refusals: dict[str, Callable[[], object]] = {
        "practice.not_waiting": lambda: world.release(taken.upload),
        "practice.unknown": lambda: world.download("no/such"),
        "practice.unfit": lambda: world.statement(debtor, "mt940", today, date(2020, 1, 1)),
    }
    for code, call in refusals.items():
        with pytest.raises(ConnectorError) as refused:
            call()
        assert refused.value.code == code


def test_a_payment_typed_into_the_app(hands: PracticeBank) -> None:
    world: PracticeWorld = hands
    debtor, name, creditor = _accounts(hands)
    wish = AppWish(debtor, name, creditor, "1200.50", "EUR", "Rent", instant=True)
    page = world.prepare_in_app(wish)
    assert (page.status, page.fee, page.name_check, page.arrival) == ("waiting", "0.35", "MTCH", page.execution_date)
    reference = world.confirm_in_app(page.payment)
    (executed,) = hands.control.journal()
    assert (executed["amount_minor"], executed["status"]) == (120_050, "ACSC")
    assert reference.encode() in world.statement(debtor, "camt.052.001.08", page.execution_date, page.execution_date)
    with pytest.raises(ConnectorError) as refused:
        world.confirm_in_app(page.payment)
    assert refused.value.code == "practice.not_waiting"
    dear = world.prepare_in_app(replace(wish, currency="USD"))
    assert (dear.status, dear.reasons[0].code, dear.fee) == ("refused", "AM03", "")
    later = world.prepare_in_app(replace(wish, instant=False, execution_date=page.execution_date))
    assert later.arrival > later.execution_date


@pytest.mark.parametrize("reply", [{}, {"content_base64": "§"}, {"content_base64": 5}])
def test_a_reply_that_is_no_file_is_refused(reply: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    control = PracticeControl("http://127.0.0.1:1", SecretText("token"), SystemClock())
    monkeypatch.setattr(control, "call", lambda *_: reply)
    with pytest.raises(ConnectorError) as refused:
        portal.download(control, "D000001")
    assert refused.value.code == "practice.reply_unreadable"
    control.close()
