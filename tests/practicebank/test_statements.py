"""Statements: valid against their schemas, balanced, and the same however they are written."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import mt940
import pytest

from tests.practicebank.files import fetch, hand_in, pain_001, release, transfer, validated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.practicebank.files import Parsed
    from tests.practicebank.running_bank import RunningBank

CAMT = ("camt.053.001.08", "camt.053.001.02", "camt.052.001.08", "camt.054.001.08")
TODAY = "2026-11-16"


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    """Give a bank with one transfer settled and one under way, its clock standing still."""
    from tests.practicebank.running_bank import RunningBank as Bank  # noqa: PLC0415 - the class, not its type

    path: Path = tmp_path_factory.mktemp("bank") / "world"
    with Bank(path) as bank:
        bank.put("/clock", {"now": f"{TODAY}T09:00:00+00:00", "frozen": True})
        first = transfer(bank, end_to_end="SETTLED-1", amount="1000.00", instruction="I-1", remittance="Größe & Maß")
        first["uetr"] = "7a562c67-ca16-48ba-b074-65581be6f001"
        page = hand_in(bank, pain_001(bank, first, message_id="M-A"))
        release(bank, page["upload_id"])
        bank.put("/clock", {"advance_ms": 60_000})
        bank.get("/journal")
        page = hand_in(bank, pain_001(bank, transfer(bank, end_to_end="UNDER-WAY", amount="70.00"), message_id="M-B"))
        release(bank, page["upload_id"])
        yield bank


def _account(bank: RunningBank, currency: str = "EUR") -> str:
    accounts = bank.get("/world")["accounts"]
    found: str = next(a["iban"] for a in accounts if a["currency"] == currency)
    return found


def _statement(
    bank: RunningBank, kind: str, currency: str = "EUR", span: str = "from=2026-10-18&to=2026-11-16"
) -> bytes:
    return fetch(bank, f"/portal/statements/{_account(bank, currency)}/{kind}?{span}")


def _balances(statement: Parsed) -> dict[str, Decimal]:
    return {
        one.text("CdOrPrtry/Cd"): Decimal(one.texts("Amt")[0]) * (1 if one.texts("CdtDbtInd")[0] == "CRDT" else -1)
        for one in statement.all("Bal")
    }


def _booked(statement: Parsed) -> Decimal:
    return sum(
        (
            Decimal(one.texts("Amt")[0]) * (1 if one.texts("CdtDbtInd")[0] == "CRDT" else -1)
            for one in statement.all("Ntry")
            if (one.texts("Sts/Cd") or one.texts("Sts"))[0] == "BOOK"
        ),
        Decimal(0),
    )


@pytest.mark.parametrize("currency", ["EUR", "GBP", "CNY"])
@pytest.mark.parametrize("kind", CAMT)
def test_every_statement_is_valid_and_balanced(busy: RunningBank, kind: str, currency: str) -> None:
    for span in ("from=2024-01-01&to=2026-11-16", "from=2026-11-01&to=2026-11-10", "from=2026-11-14&to=2026-11-14"):
        statement = validated(kind, _statement(busy, kind, currency, span))
        balances = _balances(statement)
        if balances:
            closing = balances.get("CLBD", balances.get("ITBD"))
            assert balances["OPBD"] + _booked(statement) == closing
    assert _statement(busy, kind, currency) == _statement(busy, kind, currency)


def test_balances_and_entries_of_a_busy_day(busy: RunningBank) -> None:
    day = f"from={TODAY}&to={TODAY}"
    statement = validated("camt.053.001.08", _statement(busy, "camt.053.001.08", span=day))
    assert _balances(statement) == {
        "OPBD": Decimal("412000.00"),
        "CLBD": Decimal("410999.65"),
        "CLAV": Decimal("410929.30"),
    }
    entry, fee = statement.all("Ntry")
    assert (entry.text("EndToEndId"), entry.text("InstrId"), entry.text("PmtInfId")) == ("SETTLED-1", "I-1", "BLOCK-1")
    assert (entry.text("Refs/MsgId"), entry.text("UETR")) == ("M-A", "7a562c67-ca16-48ba-b074-65581be6f001")
    assert entry.text("Cdtr/Pty/Nm") == transfer(busy)["name"]
    assert entry.text("CdtrAcct/Id/IBAN") == transfer(busy)["iban"]
    assert entry.text("Ustrd") == "Größe & Maß"
    code = [entry.texts(f"Domn/{path}")[0] for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    assert code == ["PMNT", "ICDT", "ESCT"]
    assert (fee.texts("Amt")[0], fee.texts("Fmly/SubFmlyCd")[0]) == ("0.35", "CHRG")
    so_far = validated("camt.052.001.08", _statement(busy, "camt.052.001.08", span=day))
    states = [(one.text("Sts/Cd"), one.text("EndToEndId")) for one in so_far.all("Ntry")]
    assert states == [("BOOK", "SETTLED-1")] * 2 + [("PDNG", "UNDER-WAY")] * 2
    assert _balances(so_far)["ITAV"] == Decimal("410929.30")
    old = validated("camt.053.001.02", _statement(busy, "camt.053.001.02", span=day))
    assert old.texts("Cdtr/Nm")[0] == transfer(busy)["name"]
    notice = validated("camt.054.001.08", _statement(busy, "camt.054.001.08", span=day))
    assert notice.texts("EndToEndId") == ["SETTLED-1"] * 2


def _read_mt940(content: bytes) -> Any:  # noqa: ANN401 - its own types are open
    return mt940.parse(content.decode("ascii"))


@pytest.mark.parametrize("currency", ["EUR", "GBP", "CNY"])
def test_mt940_says_the_same(busy: RunningBank, currency: str) -> None:
    same = validated("camt.053.001.08", _statement(busy, "camt.053.001.08", currency))
    read = _read_mt940(_statement(busy, "mt940", currency))
    balances = _balances(same)
    assert read.data["final_opening_balance"].amount.amount == balances["OPBD"]
    assert read.data["final_closing_balance"].amount.amount == balances["CLBD"]
    assert read.data["available_balance"].amount.amount == balances["CLAV"]
    amounts = [transaction.data["amount"].amount for transaction in read]
    assert sum(amounts) == _booked(same)
    assert len(amounts) == len(same.all("Ntry"))


def test_mt940_names_payments_and_payees(busy: RunningBank) -> None:
    day = f"from={TODAY}&to={TODAY}"
    content = _statement(busy, "mt940", span=day)
    assert all(len(line) <= 70 for line in content.decode("ascii").split("\r\n"))
    reference = validated("camt.053.001.08", _statement(busy, "camt.053.001.08", span=day)).texts("Refs/AcctSvcrRef")[0]
    paid = _read_mt940(content)[0].data
    assert f"D1000,00NTRFSETTLED-1//{reference}\r\n" in content.decode("ascii")
    assert (paid["customer_reference"].split(), paid["bank_reference"]) == (["SETTLED-1", "M-A"], reference)
    assert paid["end_to_end_reference"] == "SETTLED-1"
    assert "Grosse + Mass" in paid["purpose"]
    assert paid["applicant_name"].replace("+", "&").endswith(transfer(busy)["name"])


def test_mt940_of_long_and_awkward_texts(bank: RunningBank) -> None:
    long = transfer(
        bank,
        end_to_end="E2E-12345678901234567890123456789AB",
        remittance=(":61:-" * 28)[:140],
        name="Hartwell and Stone Solicitors and Partners of the Severn Vale LLP",
        amount="5.00",
    )
    release(bank, hand_in(bank, pain_001(bank, long, message_id="M-2345678901234567890123456789012AB"))["upload_id"])
    bank.put("/clock", {"advance_ms": 60_000})
    account = _account(bank)
    content = fetch(bank, f"/portal/downloads/mt940~{account}").decode("ascii")
    lines = content.split("\r\n")
    assert all(len(line) <= 65 or line.startswith(":61:") for line in lines)
    assert {line[:4] for line in lines if line.startswith(":6")} <= {":60F", ":61:", ":62F", ":64:"}
    booked = validated("camt.053.001.08", fetch(bank, f"/portal/downloads/camt.053.001.08~{account}")).all("Ntry")
    assert len([line for line in lines if line.startswith(":61:")]) == len(booked)
    read = next(one for one in mt940.parse(content) if one.data["bank_reference"].startswith("ALD")).data
    assert read["end_to_end_reference"] == "E2E-12345678901234567890123456789AB"
    assert read["applicant_name"].endswith("Hartwell and Stone Solicitors and Partners of the Seve")


def test_what_is_no_statement(busy: RunningBank) -> None:
    account = _account(busy)
    for path, status in (
        (f"/portal/statements/{account}/camt.053.001.99", 404),
        ("/portal/statements/LU00/camt.053.001.08", 404),
        (f"/portal/statements/{account}/mt940?from=2026-11-30&to=2026-11-01", 400),
        (f"/portal/statements/{account}/mt940?from=soon", 400),
        ("/portal/downloads/D999999", 404),
        (f"/portal/downloads/mt940~{account}", 200),
    ):
        assert busy.control.get(path).status_code == status, path
