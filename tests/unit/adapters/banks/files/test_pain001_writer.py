"""What a payment file can't carry is refused before anything is written; what it says is what was agreed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfoNotFoundError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from countersign.adapters.banks.files.pain001 import rails, writer
from countersign.adapters.banks.files.pain001.forms import is_qr_reference
from countersign.adapters.banks.files.pain001.rails import earliest_date
from countersign.adapters.banks.files.pain001.usage import Pain001Version, UsageRules, not_carried
from countersign.adapters.banks.files.pain001.xml_text import document
from countersign.domain.errors import UserFacingError
from countersign.domain.money import MAX_MINOR, Money
from countersign.domain.order import BindingError
from countersign.domain.payment import AccountScheme, Arrival, ChargeBearer, PaymentFields, PaymentProduct
from tests.unit.adapters.banks.files.pain001_orders import (
    CN,
    EPC,
    GENERIC,
    GERMAN,
    PRODUCTS_OF,
    SWISS,
    Agreed,
    iban,
    order_of,
    payments,
    payments_file,
    schema,
)

V03, V09 = Pain001Version
SWISS_PAYER: Final = iban("CH", "00762011623852957")
QR_IBAN: Final = iban("CH", "30000123456789012")
QR_REFERENCE: Final = "210000000003139471430009017"
UETR: Final = "eb6305c9-1f7f-49de-aed0-16487c27b42d"


def changed(agreed: Agreed, **change: object) -> Agreed:
    """Return the same order with other payment fields."""
    payment = replace(agreed.order.payment, **change)  # type: ignore[arg-type]
    return replace(agreed, order=replace(agreed.order, payment=payment))


def swiss(agreed: Agreed, **change: object) -> Agreed:
    """Return an order within Switzerland."""
    payment = {
        "product": PaymentProduct.SWISS, "instructed_amount": Money(5, "CHF"), "debtor_account": SWISS_PAYER,
        "creditor_account": iban("LI", "08810000123456789"), "creditor_agent": "", "creditor_town": "Vaduz",
        "creditor_country": "LI", "charge_bearer": ChargeBearer.NONE,
    }  # fmt: skip
    return replace(changed(agreed, **(payment | change)), usage=SWISS)


def chinese(agreed: Agreed, **change: object) -> Agreed:
    """Return an order within China."""
    payment = {
        "product": PaymentProduct.CN_DOMESTIC, "instructed_amount": Money(5, "CNY"), "debtor_account": "622201",
        "debtor_account_scheme": AccountScheme.BBAN, "debtor_agent_member": "CNAPS:102100099996",
        "creditor_account": "622202", "creditor_account_scheme": AccountScheme.BBAN, "creditor_agent": "",
        "creditor_agent_member": "CNAPS:103100000026", "creditor_name": "王小明", "charge_bearer": ChargeBearer.NONE,
    }  # fmt: skip
    return replace(changed(agreed, **(payment | change)), usage=CN)


def abroad(agreed: Agreed, **change: object) -> Agreed:
    """Return an order to another country."""
    payment = {
        "product": PaymentProduct.CROSS_BORDER, "instructed_amount": Money(5, "USD"), "creditor_town": "Paris",
        "creditor_country": "FR", "charge_bearer": ChargeBearer.SHARED,
    }  # fmt: skip
    return replace(changed(agreed, **(payment | change)), usage=GERMAN)


def refused(agreed: Agreed) -> tuple[str, object]:
    """Say how an order's file was refused."""
    with pytest.raises(UserFacingError) as found:
        payments_file(agreed)
    field = found.value.params["field"]
    assert not_carried(agreed.order.payment, agreed.version, agreed.usage) == field
    return found.value.code, field


def written(agreed: Agreed, *several: PaymentFields) -> etree._Element:
    """Write, validate, and return the tree."""
    root = etree.fromstring(payments_file(agreed, *several).content)
    schema(agreed.version.value).assertValid(root)
    return root


@pytest.mark.parametrize(
    ("version", "usage", "change", "field"),
    [
        (V03, EPC, {"uetr": UETR}, "uetr"),
        (V09, EPC, {"uetr": UETR.upper()}, "uetr"),
        (V03, EPC, {"creditor_town": "Paris", "creditor_country": "FR"}, "creditor_town"),
        (V03, EPC, {"creditor_agent": "1NPAFRPP"}, "creditor_agent"),
        (V09, EPC, {"creditor_agent": "BNPA"}, "creditor_agent"),
        (V09, EPC, {"debtor_agent": "bnpafrpp"}, "debtor_agent"),
        (V09, EPC, {"creditor_agent_member": "DEBLZ:37040044"}, "creditor_agent_member"),
        (V09, EPC, {"debtor_agent_member": "DEBLZ:37040044"}, "debtor_agent_member"),
        (V09, GENERIC, {"creditor_agent_member": "37040044"}, "creditor_agent_member"),
        (V09, EPC, {"instructed_amount": Money(1, "USD")}, "instructed_amount"),
        (V09, EPC, {"instructed_amount": Money(0, "EUR")}, "instructed_amount"),
        (V09, EPC, {"instructed_amount": Money(10**11, "EUR")}, "instructed_amount"),
        (V09, EPC, {"product": PaymentProduct.TARGET}, "product"),
        (V09, CN, {}, "product"),
        (V09, SWISS, {"product": PaymentProduct.SEPA_INSTANT}, "product"),
        (V09, EPC, {"charge_bearer": ChargeBearer.SHARED}, "charge_bearer"),
        (V09, EPC, {"arrival": Arrival.REAL_TIME}, "arrival"),
        (V09, EPC, {"creditor_account": "FR1420041010050500013M02607"}, "creditor_account"),
        (V09, EPC, {"creditor_account": "FR14"}, "creditor_account"),
        (V09, EPC, {"debtor_account": "123", "debtor_account_scheme": AccountScheme.BBAN}, "debtor_account"),
        (V09, GENERIC, {"creditor_country": "F"}, "creditor_country"),
        (V09, EPC, {"purpose": "rent"}, "purpose"),
        (V09, EPC, {"requested_execution_date": "20261201"}, "requested_execution_date"),
        (V09, EPC, {"requested_execution_date": "2026-02-30"}, "requested_execution_date"),
        (V09, GENERIC, {"product": PaymentProduct.UK_FASTER, "instructed_amount": Money(1, "GBP")}, "product"),
        (V09, GENERIC, {"product": PaymentProduct.SWISS}, "product"),
    ],
)  # fmt: skip
def test_what_a_file_cannot_carry_is_refused(
    sepa: Agreed, version: Pain001Version, usage: UsageRules, change: dict[str, object], field: str
) -> None:
    agreed = replace(changed(sepa, **change), version=version, usage=usage)
    assert refused(agreed) == ("file.cannot_carry", field)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"creditor_name": "Müller"}, "file.characters", "creditor_name"),
        ({"creditor_name": "王小明"}, "file.characters", "creditor_name"),
        ({"creditor_name": ""}, "file.needs", "creditor_name"),
        ({"creditor_name": "A" * 71}, "file.too_long", "creditor_name"),
        ({"remittance": "a//b"}, "file.characters", "remittance"),
        ({"remittance": "a" * 141}, "file.too_long", "remittance"),
        ({"remittance": " a"}, "file.characters", "remittance"),
        ({"ultimate_debtor": "é"}, "file.characters", "ultimate_debtor"),
        ({"ultimate_creditor": "A" * 71}, "file.too_long", "ultimate_creditor"),
        ({"creditor_town": "Köln", "creditor_country": "DE"}, "file.characters", "creditor_town"),
        ({"creditor_town": "Bonn"}, "file.needs", "creditor_country"),
        ({"end_to_end_id": "NOTPROVIDED"}, "file.needs", "end_to_end_id"),
        ({"end_to_end_id": "a/"}, "file.characters", "end_to_end_id"),
    ],
)
def test_texts_are_refused_and_never_respelt(sepa: Agreed, change: dict[str, object], code: str, field: str) -> None:
    assert refused(changed(sepa, **change)) == (code, field)


def test_a_wrong_character_is_shown(sepa: Agreed) -> None:
    with pytest.raises(UserFacingError) as found:
        payments_file(changed(sepa, creditor_name="Zoë & Co"))
    assert found.value.params == {"field": "creditor_name", "character": "ë"}


def test_german_rules_take_umlauts_and_want_whole_addresses(sepa: Agreed) -> None:
    german = replace(changed(sepa, creditor_name="Müller & Söhne"), usage=GERMAN)
    assert written(german).findtext(".//{*}Cdtr/{*}Nm") == "Müller & Söhne"
    assert refused(changed(german, creditor_country="DE")) == ("file.needs", "creditor_town")
    assert refused(changed(german, creditor_name="Zoé")) == ("file.characters", "creditor_name")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"creditor_agent": ""}, "file.needs", "creditor_agent"),
        ({"creditor_town": ""}, "file.needs", "creditor_town"),
        ({"creditor_country": ""}, "file.needs", "creditor_country"),
        ({"charge_bearer": ChargeBearer.SERVICE_LEVEL}, "file.cannot_carry", "charge_bearer"),
        ({"creditor_account": "123", "creditor_account_scheme": AccountScheme.BBAN, "creditor_agent": ""},
         "file.needs", "creditor_agent"),
    ],
)  # fmt: skip
def test_a_payment_abroad_names_bank_and_place(sepa: Agreed, change: dict[str, object], code: str, field: str) -> None:
    assert written(abroad(sepa)).findtext(".//{*}SvcLvl/{*}Cd") == "NURG"
    assert refused(abroad(sepa, **change)) == (code, field)


def test_a_swiss_payer_s_bank_is_named_by_the_account(sepa: Agreed) -> None:
    root = written(swiss(sepa))
    assert root.findtext(".//{*}DbtrAgt/{*}FinInstnId/{*}ClrSysMmbId/{*}MmbId") == SWISS_PAYER[4:9]
    assert root.find(".//{*}SvcLvl") is None
    assert "NOTPROVIDED" not in etree.tostring(root).decode()
    named = written(swiss(sepa, debtor_agent="POFICHBE", debtor_agent_member="CHBCC:09000"))
    assert named.findtext(".//{*}DbtrAgt/{*}FinInstnId/{*}ClrSysMmbId/{*}MmbId") == "09000"


def test_a_swiss_qr_account_takes_a_qr_reference_only(sepa: Agreed) -> None:
    assert refused(swiss(sepa, creditor_account=QR_IBAN)) == ("file.needs", "qr_reference")
    assert refused(swiss(sepa, creditor_account=QR_IBAN, remittance="1" * 27)) == ("file.needs", "qr_reference")
    root = written(swiss(sepa, creditor_account=QR_IBAN, remittance=QR_REFERENCE))
    assert root.findtext(".//{*}Strd/{*}CdtrRefInf/{*}Ref") == QR_REFERENCE
    assert root.findtext(".//{*}Strd/{*}CdtrRefInf/{*}Tp/{*}CdOrPrtry/{*}Prtry") == "QRR"
    assert root.find(".//{*}Ustrd") is None
    assert is_qr_reference(QR_REFERENCE)
    assert not is_qr_reference(QR_REFERENCE[:-1] + "8")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"creditor_town": ""}, "file.needs", "creditor_town"),
        ({"instructed_amount": Money(10**12, "CHF")}, "file.cannot_carry", "instructed_amount"),
        ({"charge_bearer": ChargeBearer.SHARED}, "file.cannot_carry", "charge_bearer"),
        ({"creditor_name": "王小明"}, "file.characters", "creditor_name"),
    ],
)
def test_swiss_rules(sepa: Agreed, change: dict[str, object], code: str, field: str) -> None:
    assert refused(swiss(sepa, **change)) == (code, field)


def test_a_chinese_payment_says_when_it_is_to_arrive(sepa: Agreed) -> None:
    said = {
        arrival: written(chinese(sepa, arrival=arrival)).findtext(".//{*}LclInstrm/{*}Prtry") for arrival in Arrival
    }
    assert said[Arrival.NONE] is None
    assert len(set(said.values())) == len(Arrival)
    root = written(chinese(sepa))
    assert root.findtext(".//{*}CdtrAgt/{*}FinInstnId/{*}ClrSysMmbId/{*}ClrSysId/{*}Cd") == "CNAPS"
    assert root.findtext(".//{*}CdtrAcct/{*}Id/{*}Othr/{*}SchmeNm/{*}Cd") == "BBAN"
    assert root.findtext(".//{*}Cdtr/{*}Nm") == "王小明"
    assert refused(chinese(sepa, creditor_agent_member="", creditor_agent="ICBKCNBJ")) == (
        "file.needs",
        "creditor_agent_member",
    )


def test_only_what_agrees_shares_a_payment_information(sepa: Agreed) -> None:
    first = sepa.order.payment
    several = [
        first,
        replace(first, end_to_end_id="E2E-2", creditor_name="Other"),
        replace(first, end_to_end_id="E2E-3", requested_execution_date="2026-12-02"),
        replace(first, end_to_end_id="E2E-4", product=PaymentProduct.SEPA_INSTANT),
        replace(first, end_to_end_id="E2E-5", debtor_account=iban("DE", "370400440532013001")),
        replace(first, end_to_end_id="E2E-6"),
    ]
    root = written(replace(sepa, message_id="M" * 35), *several)
    blocks = {
        block.findtext("{*}PmtInfId"): [item.text for item in block.iter("{*}EndToEndId")]
        for block in root.iter("{*}PmtInf")
    }
    assert list(blocks.values()) == [["E2E-1", "E2E-2", "E2E-6"], ["E2E-3"], ["E2E-4"], ["E2E-5"]]
    assert all(name and len(name) <= 35 for name in blocks)
    assert [item.text for item in root.iter("{*}NbOfTxs")] == ["6", "3", "1", "1", "1"]
    assert root.findtext(".//{*}GrpHdr/{*}CtrlSum") == "7407.36"
    assert [item.text for item in root.iter("{*}BtchBookg")] == ["false"]


@settings(max_examples=30)
@given(st.data(), st.sampled_from(UsageRules), st.sampled_from(Pain001Version))
def test_several_payments_of_several_rails_fit_into_one_file(
    data: st.DataObject, usage: UsageRules, version: Pain001Version
) -> None:
    several = [
        data.draw(payments(product, version, usage))
        for product in data.draw(st.lists(st.sampled_from(PRODUCTS_OF[usage]), min_size=1, max_size=5))
    ]
    root = written(Agreed(order_of(several[0], "Ada"), version, usage, 1_795_000_000_000, "M-1"), *several)
    assert sorted(item.text or "" for item in root.iter("{*}EndToEndId")) == sorted(
        payment.end_to_end_id for payment in several
    )


def test_a_sum_with_too_many_digits_is_left_out(sepa: Agreed) -> None:
    several = [
        replace(abroad(sepa).order.payment, instructed_amount=Money(MAX_MINOR, currency)) for currency in ("JPY", "CLF")
    ]
    root = written(replace(sepa, usage=GENERIC), *several)
    assert root.find(".//{*}GrpHdr/{*}CtrlSum") is None
    assert len(root.findall(".//{*}PmtInf/{*}CtrlSum")) in {0, 1}


@pytest.mark.parametrize(
    ("product", "created_at", "day"),
    [
        (PaymentProduct.SEPA, "2026-11-22T23:30:00Z", "2026-11-23"),
        (PaymentProduct.UK_CHAPS, "2026-11-22T23:30:00Z", "2026-11-22"),
        (PaymentProduct.UK_CHAPS, "2026-07-22T23:30:00Z", "2026-07-23"),
        (PaymentProduct.US_WIRE, "2026-11-22T03:30:00Z", "2026-11-21"),
        (PaymentProduct.CN_DOMESTIC, "2026-11-22T16:30:00Z", "2026-11-23"),
        (PaymentProduct.CROSS_BORDER, "2026-11-22T23:30:00Z", "2026-11-23"),
    ],
)
def test_as_soon_as_possible_is_the_day_where_the_rail_is(
    sepa: Agreed, product: PaymentProduct, created_at: str, day: str
) -> None:
    payment = replace(sepa.order.payment, product=product, requested_execution_date="")
    assert earliest_date(payment, int(datetime.fromisoformat(created_at).timestamp() * 1000)) == day


def test_where_the_machine_knows_no_zones_the_usual_distance_counts(
    sepa: Agreed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(name: str) -> None:
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(rails, "ZoneInfo", unknown)
    payment = replace(sepa.order.payment, product=PaymentProduct.CN_DOMESTIC)
    assert (
        earliest_date(payment, int(datetime.fromisoformat("2026-11-22T16:30:00Z").timestamp() * 1000)) == "2026-11-23"
    )


def test_what_can_be_written_lacks_nothing(sepa: Agreed) -> None:
    assert not_carried(sepa.order.payment, V09, EPC) == ""


@pytest.mark.parametrize("dated", ["", "2026-12-01"])
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ((b">1234.56</InstdAmt>", b">1234.57</InstdAmt>"), "instructed_amount"),
        ((b">FR1420041010050500013M02606<", b">DE02120300000000202051<"), "creditor_account"),
        ((b"<Nm>Mueller + Soehne<", b"<Nm>Mueller + Sohne<"), "creditor_name"),
        ((b"-01</Dt>", b"-02</Dt>"), "requested_execution_date"),
        ((b"-18</Dt>", b"-19</Dt>"), "requested_execution_date"),
        ((b"<Dbtr>\n        <Nm>Ada<", b"<Dbtr>\n        <Nm>Eve<"), "debtor_name"),
        ((b"<InitgPty>\n        <Nm>Ada<", b"<InitgPty>\n        <Nm>Eve<"), "initiating_party"),
        ((b"<MsgId>M-1<", b"<MsgId>M-2<"), "message_id"),
        ((b"<NbOfTxs>1<", b"<NbOfTxs>2<"), "payments"),
        ((b"pain.001.001.09", b"pain.001.001.10"), "version"),
        ((b">SEPA<", b">URGP<"), "product"),
        ((b">E2E-1</EndToEndId>", b">E2E-1</EndToEndId><EndToEndId>E</EndToEndId>"), "end_to_end_id"),
        ((b"EUR", b"USX"), "instructed_amount"),
        ((b"GrpHdr", b"GrpHdx"), "message_id"),
    ],
)
def test_a_file_that_says_something_else_is_never_handed_over(
    sepa: Agreed, wrong: tuple[bytes, bytes], field: str, dated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed = changed(sepa, requested_execution_date=dated)
    touched = payments_file(agreed).content != payments_file(agreed).content.replace(*wrong)
    monkeypatch.setattr(writer, "document", lambda *parts: document(*parts).replace(*wrong))
    if not touched:  # the other date's pair
        assert field == "requested_execution_date"
        return
    with pytest.raises(BindingError) as found:
        payments_file(agreed)
    assert (found.value.code, found.value.params["field"]) == ("binding.message", field)


def test_a_date_that_was_agreed_is_never_taken_for_none(sepa: Agreed, monkeypatch: pytest.MonkeyPatch) -> None:
    agreed = changed(sepa, requested_execution_date="2026-12-01")
    today = earliest_date(agreed.order.payment, agreed.created_at).encode()
    monkeypatch.setattr(writer, "document", lambda *parts: document(*parts).replace(b"2026-12-01", today))
    with pytest.raises(BindingError) as found:
        payments_file(agreed)
    assert found.value.params["field"] == "requested_execution_date"


def test_the_file_is_named_after_its_message(sepa: Agreed) -> None:
    file = payments_file(replace(sepa, message_id="A/b:1"))
    assert file.name == "pain001-A_b_1.xml"
    assert (file.message_id, file.version) == ("A/b:1", "pain.001.001.09")
    assert file.sha256 == hashlib.sha256(file.content).hexdigest()


@pytest.mark.parametrize("message_id", ["", "/a", "a//b", "ä", "x" * 36, "NOTPROVIDED"])
def test_a_message_s_identification_keeps_to_the_set(sepa: Agreed, message_id: str) -> None:
    with pytest.raises(UserFacingError) as found:
        payments_file(replace(sepa, message_id=message_id))
    assert found.value.params["field"] == "message_id"


def test_the_payer_s_name_keeps_to_the_set(sepa: Agreed) -> None:
    for name, code in (("", "file.needs"), ("Zoé", "file.characters"), ("A" * 71, "file.too_long")):
        with pytest.raises(UserFacingError) as found:
            payments_file(replace(sepa, order=replace(sepa.order, debtor_name=name)))
        assert found.value.code == code


def test_no_payment_is_no_file(sepa: Agreed) -> None:
    with pytest.raises(UserFacingError, match=r"file\.empty"):
        writer.write_pain001(
            [], initiating_party="Ada", debtor_name="Ada", message_id="M-1", created_at=0, version=V09, usage=EPC
        )  # fmt: skip
