"""A request to call a payment off names it exactly as the bank has it, in the order that the standard wants."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from countersign.adapters.banks.files import camt055
from countersign.adapters.banks.files.camt055 import (
    Camt055Version,
    CancellationReason,
    OriginalPayment,
    original_payment,
    write_camt055,
)
from countersign.adapters.banks.files.pain001.xml_text import Element, document
from countersign.domain.errors import UserFacingError
from countersign.domain.order import BindingError
from tests.unit.adapters.banks.files.pain001_orders import Agreed, agreed_orders, payments_file

CREATED: Final = 1_795_000_000_000
# The message as ISO 20022 defines it (CustomerPaymentCancellationRequestV08 and V09), as far as it is written here:
# every element of each type in its order, with how often it may stand; a type of its own, or the form of its text.
MANY: Final = 10**9
MAX35: Final = r".{1,35}"
INSTANT: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"
NOT_HERE: Final = ""
TYPES: Final[dict[str, tuple[tuple[str, str, int, int], ...]]] = {
    "CstmrPmtCxlReq": (
        ("Assgnmt", "@Assgnmt", 1, 1), ("Case", NOT_HERE, 0, 1), ("CtrlData", "@CtrlData", 0, 1),
        ("Undrlyg", "@Undrlyg", 1, MANY), ("SplmtryData", NOT_HERE, 0, MANY),
    ),
    "Assgnmt": (
        ("Id", MAX35, 1, 1), ("Assgnr", "@Party", 1, 1), ("Assgne", "@Party", 1, 1), ("CreDtTm", INSTANT, 1, 1),
    ),
    "Party": (("Pty", "@Named", 0, 1), ("Agt", "@Agent", 0, 1)),
    "Named": (("Nm", r".{1,140}", 0, 1),),
    "Agent": (("FinInstnId", "@Institution", 1, 1),),
    "Institution": (
        ("BICFI", r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?", 0, 1), ("ClrSysMmbId", "@Clearing", 0, 1),
        ("Othr", "@Other", 0, 1),
    ),
    "Clearing": (("ClrSysId", "@Code", 0, 1), ("MmbId", MAX35, 1, 1)),
    "Code": (("Cd", r"[A-Z0-9]{4,5}", 1, 1),),
    "Other": (("Id", MAX35, 1, 1), ("SchmeNm", "@Code", 0, 1)),
    "CtrlData": (("NbOfTxs", r"\d{1,15}", 1, 1), ("CtrlSum", r"[\d.]{1,19}", 0, 1)),
    "Undrlyg": (("OrgnlGrpInfAndCxl", NOT_HERE, 0, 1), ("OrgnlPmtInfAndCxl", "@Block", 0, MANY)),
    "Block": (
        ("PmtCxlId", MAX35, 0, 1), ("Case", NOT_HERE, 0, 1), ("OrgnlPmtInfId", MAX35, 1, 1),
        ("OrgnlGrpInf", "@Group", 0, 1), ("NbOfTxs", r"\d{1,15}", 0, 1), ("CtrlSum", r"[\d.]{1,19}", 0, 1),
        ("PmtInfCxl", NOT_HERE, 0, 1), ("CxlRsnInf", "@Reason", 0, MANY), ("TxInf", "@TxInf", 0, MANY),
    ),
    "Group": (
        ("OrgnlMsgId", MAX35, 1, 1), ("OrgnlMsgNmId", MAX35, 1, 1), ("OrgnlCreDtTm", INSTANT, 0, 1),
    ),
    "TxInf": (
        ("CxlId", MAX35, 0, 1), ("Case", NOT_HERE, 0, 1), ("OrgnlInstrId", MAX35, 0, 1),
        ("OrgnlEndToEndId", MAX35, 0, 1), ("OrgnlUETR", r"[a-f0-9-]{36}", 0, 1),
        ("OrgnlInstdAmt", r"\d{1,16}(\.\d{1,5})?", 0, 1), ("OrgnlReqdExctnDt", "@Date", 0, 1),
        ("OrgnlReqdColltnDt", NOT_HERE, 0, 1), ("CxlRsnInf", "@Reason", 0, MANY), ("OrgnlTxRef", "@Reference", 0, 1),
        ("SplmtryData", NOT_HERE, 0, MANY),
    ),
    "Date": (("Dt", r"\d{4}-\d\d-\d\d", 1, 1),),
    "Reason": (("Orgtr", "@Named", 0, 1), ("Rsn", "@Code", 0, 1), ("AddtlInf", r".{1,105}", 0, MANY)),
    "Reference": (
        ("Dbtr", "@Party", 0, 1), ("DbtrAcct", "@Account", 0, 1), ("DbtrAgt", "@Agent", 0, 1),
        ("CdtrAgt", "@Agent", 0, 1), ("Cdtr", "@Party", 0, 1), ("CdtrAcct", "@Account", 0, 1),
    ),
    "Account": (("Id", "@Number", 1, 1),),
    "Number": (("IBAN", r"[A-Z]{2}\d\d[A-Z0-9]{1,30}", 0, 1), ("Othr", "@Other", 0, 1)),
}  # fmt: skip
CHOICES: Final = ("Party", "Number")


def complaints(found: etree._Element, kind: str, path: str = "") -> list[str]:
    """Hold an element to its type: names, order, how often, and the forms of texts."""
    said: list[str] = []
    members = TYPES[kind]
    names = [etree.QName(child).localname for child in found]
    known = [name for name, *_ in members]
    said += [f"{path}: {name} is no member of {kind}" for name in names if name not in known]
    places = [known.index(name) for name in names if name in known]
    if places != sorted(places):
        said.append(f"{path}: {names} are out of order")
    if kind in CHOICES and len(names) != 1:
        said.append(f"{path}: one of {known}, not {names}")
    for name, form, least, most in members:
        children = [child for child in found if etree.QName(child).localname == name]
        if not least <= len(children) <= most:
            said.append(f"{path}/{name}: {len(children)} times")
        for child in children:
            if form.startswith("@"):
                said += complaints(child, form[1:], f"{path}/{name}")
            elif len(child) or not re.fullmatch(form, child.text or ""):
                said.append(f"{path}/{name}: {child.text!r}")
    return said


def original(agreed: Agreed) -> OriginalPayment:
    """Find an order's payment in the file that went out."""
    file = payments_file(agreed)
    return original_payment(io.BytesIO(file.content), agreed.order.payment.end_to_end_id)


@settings(max_examples=40)
@given(agreed_orders(), st.sampled_from(Camt055Version), st.sampled_from(CancellationReason), st.booleans())
def test_it_is_built_as_the_standard_has_it(
    agreed: Agreed, version: Camt055Version, reason: CancellationReason, noted: bool
) -> None:
    note = "The account number was changed by somebody else. " * 3 if noted else ""
    file = write_camt055(
        [original(agreed)],
        reason=reason,
        initiating_party=agreed.order.debtor_name if agreed.order.debtor_name.isascii() else "Ada",
        message_id="C-1",
        created_at=CREATED,
        note=note.strip(),
        version=version,
    )
    root = etree.fromstring(file.content)
    (message,) = root
    assert etree.QName(root).namespace == f"urn:iso:std:iso:20022:tech:xsd:{version.value}"
    assert complaints(message, "CstmrPmtCxlReq") == []
    payment = agreed.order.payment
    written = {etree.QName(item).localname: item.text for item in message.iter("{*}TxInf", "{*}*") if item.text}
    assert written["OrgnlEndToEndId"] == payment.end_to_end_id
    assert written["OrgnlInstdAmt"] == payment.instructed_amount.plain()
    assert written["OrgnlMsgId"] == agreed.message_id
    assert written["OrgnlMsgNmId"] == agreed.version.value
    assert message.findtext(".//{*}Rsn/{*}Cd") == reason.value


def test_the_check_of_structure_finds_what_is_wrong() -> None:
    def built(*inside: str) -> etree._Element:
        children = tuple(Element(name, "x") for name in inside)
        return etree.fromstring(document(Element("Assgnmt", children), "urn:x"))[0]

    found = complaints(built("Assgnr", "Id", "Id", "Wrong"), "Assgnmt")
    assert any("out of order" in one for one in found)
    assert any("no member" in one for one in found)
    assert "/Id: 2 times" in found
    assert "/CreDtTm: 0 times" in found
    assert "/Assgnr: one of ['Pty', 'Agt'], not []" in found


@pytest.fixture
def sent(sepa: Agreed) -> OriginalPayment:
    return original(sepa)


def ask(*payments: OriginalPayment, note: str = "", message_id: str = "C-1", party: str = "Ada") -> bytes:
    return write_camt055(
        payments,
        reason=CancellationReason.DUPLICATE,
        initiating_party=party,
        message_id=message_id,
        created_at=CREATED,
        note=note,
    ).content


def test_payments_of_one_block_stand_together(sent: OriginalPayment) -> None:
    second = replace(sent, payment=replace(sent.payment, end_to_end_id="E-2"))
    elsewhere = replace(sent, payment_information="M-1-2")
    root = etree.fromstring(ask(sent, elsewhere, second))
    blocks = root.findall(".//{*}OrgnlPmtInfAndCxl")
    assert [len(block.findall("{*}TxInf")) for block in blocks] == [2, 1]
    assert [block.findtext("{*}NbOfTxs") for block in blocks] == ["2", "1"]
    assert root.findtext(".//{*}CtrlData/{*}NbOfTxs") == "3"
    numbers = [item.text for item in root.iter("{*}CxlId", "{*}PmtCxlId")]
    assert len(numbers) == len(set(numbers))


def test_a_note_goes_out_in_lines(sent: OriginalPayment) -> None:
    root = etree.fromstring(ask(sent, note="word " * 60 + "end"))
    lines = [item.text or "" for item in root.iter("{*}AddtlInf")]
    assert len(lines) > 1
    assert " ".join(lines) == "word " * 60 + "end"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"note": "é"}, "file.characters", "note"),
        ({"note": "x" * 100 + "  blanks at the end of a line"}, "file.cannot_carry", "note"),
        ({"note": "x" * 200}, "file.cannot_carry", "note"),
        ({"note": "x " * 300 + "x"}, "file.too_long", "note"),
        ({"message_id": ""}, "file.needs", "message_id"),
        ({"message_id": "x" * 36}, "file.too_long", "message_id"),
        ({"party": ""}, "file.needs", "initiating_party"),
    ],
)
def test_what_it_cannot_carry_is_refused(sent: OriginalPayment, change: dict[str, str], code: str, field: str) -> None:
    with pytest.raises(UserFacingError) as refused:
        ask(sent, **change)
    assert (refused.value.code, refused.value.params["field"]) == (code, field)


def test_a_request_for_nothing_is_refused(sent: OriginalPayment) -> None:
    with pytest.raises(UserFacingError, match=r"file\.empty"):
        ask()
    for lacking in (replace(sent, message_id=""), replace(sent, payment_information="")):
        with pytest.raises(UserFacingError, match=r"file\.needs"):
            ask(lacking)


def test_a_payment_is_found_by_its_identification_only(sepa: Agreed) -> None:
    file = payments_file(sepa)
    with pytest.raises(UserFacingError, match=r"file\.payment_absent"):
        original_payment(io.BytesIO(file.content), "another")
    twice = file.content.replace(b"</CdtTrfTxInf>", b"</CdtTrfTxInf>" + transaction(file.content))
    with pytest.raises(UserFacingError, match=r"file\.payment_absent"):
        original_payment(io.BytesIO(twice), sepa.order.payment.end_to_end_id)


def transaction(content: bytes) -> bytes:
    """Cut the transaction out of a file."""
    return content[content.index(b"<CdtTrfTxInf>") : content.index(b"</CdtTrfTxInf>") + len(b"</CdtTrfTxInf>")]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ((b">E2E-1<", b">E2E-2<"), "end_to_end_id"),
        ((b">1234.56</OrgnlInstdAmt>", b">1234.57</OrgnlInstdAmt>"), "instructed_amount"),
        ((b">C-1<", b">C-2<"), "message_id"),
        ((b">DUPL<", b">FRAD<"), "reason"),
        ((b"camt.055.001.09", b"camt.055.001.08"), "version"),
        ((b">Ada<", b">Eve<"), "debtor_name"),
    ],
)
def test_a_request_that_names_something_else_is_never_handed_over(
    sent: OriginalPayment, wrong: tuple[bytes, bytes], field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camt055, "document", lambda *parts: document(*parts).replace(*wrong))
    with pytest.raises(BindingError) as refused:
        ask(sent)
    assert refused.value.params["field"] == field


def test_a_request_that_lost_a_payment_is_never_handed_over(
    sent: OriginalPayment, monkeypatch: pytest.MonkeyPatch
) -> None:
    lossy = re.compile(rb"<TxInf>.*</TxInf>", re.DOTALL)
    monkeypatch.setattr(camt055, "document", lambda *parts: lossy.sub(b"", document(*parts)))
    with pytest.raises(BindingError) as refused:
        ask(sent)
    assert refused.value.params["field"] == "payments"
