"""``countersign tour --chapter own-bank``: both payments left once, a statement settled them, their receipts hold."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from pypdf import PdfReader

from tests.practicebank.files import validated

PROGRAM: Final = str(Path(sys.executable).with_name("countersign"))
SECONDS: Final = 300  # some forty on a machine that does nothing else
AMOUNTS: Final = {"file": 25_000_000, "typed": 125_000}
RULES: Final = {"file": "end_to_end", "typed": "account_amount_date"}  # the bank's app knows no identification of ours
pytestmark = [pytest.mark.serial, pytest.mark.timeout(SECONDS + 60)]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a person would, without a display."""
    return subprocess.run(
        [PROGRAM, *arguments],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Play the chapter once; return what it left."""
    folder = tmp_path_factory.mktemp("own-bank") / "tour"
    played = run("tour", "--chapter", "own-bank", "--out", str(folder))
    assert played.returncode == 0, played.stderr
    return folder


@pytest.fixture(scope="module")
def paid(out: Path) -> dict[str, dict[str, object]]:
    """Return what the tour tells of its payments, by how they were carried."""
    told = json.loads((out / "tour.json").read_text(encoding="utf-8"))
    assert (told["chapter"], told["status"], told["error"]) == ("own-bank", "ACSC", "")
    assert told["verdict"] == "Stop: do not pay yet"  # the letter that names another account
    assert [payment["how"] for payment in told["payments"]] == ["file", "typed"]
    return {payment["how"]: payment for payment in told["payments"]}


@pytest.fixture(scope="module")
def world(out: Path) -> dict[str, list[dict[str, object]]]:
    """Return what the practice bank itself says happened."""
    dumped = run("practice-bank", "--world", str(out / "world"), "--dump")
    assert dumped.returncode == 0, dumped.stderr
    found: dict[str, list[dict[str, object]]] = json.loads(dumped.stdout)
    return found


@pytest.mark.parametrize("how", AMOUNTS)
def test_a_line_of_a_statement_settled_it(paid: dict[str, dict[str, object]], how: str) -> None:
    payment = paid[how]
    assert (payment["status"], payment["amount_minor"], payment["currency"]) == ("ACSC", AMOUNTS[how], "EUR")
    assert (payment["settled_by"] != "", payment["rule"]) == (True, RULES[how])


def test_each_line_settled_one_payment(paid: dict[str, dict[str, object]]) -> None:
    assert paid["file"]["settled_by"] != paid["typed"]["settled_by"]


def test_the_bank_executed_both_once_and_nothing_else(
    paid: dict[str, dict[str, object]], world: dict[str, list[dict[str, object]]]
) -> None:
    names = ("amount_minor", "currency", "debtor_account", "creditor_account", "status", "end_to_end_id")
    theirs = ("amount_minor", "currency", "debtor_iban", "creditor_iban", "status", "end_to_end_id")
    agreed = [
        tuple(paid["file"][name] for name in names),
        (*(paid["typed"][name] for name in names[:-1]), "NOTPROVIDED"),
    ]
    assert [tuple(line[name] for name in theirs) for line in world["journal"]] == agreed


def test_the_account_was_debited_by_both_and_their_fees(
    paid: dict[str, dict[str, object]], world: dict[str, list[dict[str, object]]]
) -> None:
    left = {str(paid["file"]["debtor_account"]): 0}
    for line in world["journal"]:
        for part in (line["amount_minor"], line["fee_minor"]):
            assert isinstance(part, int)
            left[str(line["debtor_iban"])] += part
    for account in world["accounts"]:
        opening, closing = account["opening_minor"], account["closing_minor"]
        assert isinstance(opening, int)
        assert isinstance(closing, int)
        assert opening - closing == left.get(str(account["iban"]), 0)


def test_the_bank_s_own_reference_was_kept(
    paid: dict[str, dict[str, object]], world: dict[str, list[dict[str, object]]]
) -> None:
    number = str(world["journal"][1]["payment_id"]).replace("-", "").upper()
    reference = str(paid["typed"]["reference"])
    assert len(reference) > len("ALD")
    assert reference.removeprefix("ALD") in number


def test_the_file_that_was_handed_over_is_the_one_on_record(out: Path, paid: dict[str, dict[str, object]]) -> None:
    payment = paid["file"]
    (kept,) = (out / "payments").iterdir()
    content = kept.read_bytes()
    assert hashlib.sha256(content).hexdigest() == payment["file_sha256"]
    message = validated("pain.001.001.09", content)
    assert message.text("CdtTrfTxInf/PmtId/EndToEndId") == payment["end_to_end_id"]
    assert paid["typed"]["file_sha256"] == ""


@pytest.mark.parametrize("how", AMOUNTS)
def test_its_receipt_is_proven(out: Path, paid: dict[str, dict[str, object]], how: str) -> None:
    receipt = str(out / f"receipt-{how}.pdf")
    looked_at = run("verify", receipt, "--json")
    assert looked_at.returncode == 2, looked_at.stdout  # consistent: nobody said whose device it is
    said = json.loads(looked_at.stdout)
    order = said["order"]
    assert (order["digest"], order["transaction_status"]) == (paid[how]["digest"], "ACSC")
    assert order["amount_minor"] == AMOUNTS[how]
    trusted = run("verify", receipt, "--trust", said["signer"]["fingerprint"])
    assert trusted.returncode == 0, trusted.stdout
    assert "It recorded 0 replies" not in trusted.stdout  # what the bank wrote in files is its word
    text = "".join("".join(page.extract_text() for page in PdfReader(receipt).pages).split())
    assert str(paid[how]["reference"]) in text
    assert "Paymentnumberatthebank" not in text  # there is none: the identification is ours
    assert run("verify", receipt, "--trust", "0" * 64).returncode == 1
