"""``countersign verify``: its exit codes, its words and its JSON, with real files and the real command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mnemonic import Mnemonic
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QFont, QPainter, QPdfWriter

from countersign import cli
from countersign.application.use_cases.export_receipt import ReceiptGround, receipt_ground
from countersign.presentation.messages import set_language
from countersign.presentation.receipt import receipt_state
from countersign.testing import fakes
from countersign.ui.receipt_pdf import receipt_bytes
from tests.signed_orders import real_keys, settled_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication

WORDS = Mnemonic("english").wordlist


@pytest.fixture(scope="module")
def fingerprint() -> Iterator[str]:
    patch = pytest.MonkeyPatch()
    yield real_keys(patch)
    patch.undo()


@pytest.fixture(scope="module")
def ground(fingerprint: str) -> ReceiptGround:
    world = fakes.make_world()
    return receipt_ground(world.vault, settled_order(world))


@pytest.fixture(scope="module")
def pdf(qapp: QApplication, ground: ReceiptGround) -> bytes:
    return receipt_bytes(receipt_state(ground, WORDS, fakes.ZONE), ground.content)


@pytest.fixture
def folder(tmp_path: Path, ground: ReceiptGround, pdf: bytes) -> Path:
    (tmp_path / "evidence.json").write_bytes(ground.content)
    (tmp_path / "receipt.pdf").write_bytes(pdf)
    return tmp_path


def checked(path: Path, capfd: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, object]]:
    """Run the command with ``--json`` and return exit code and report."""
    code = cli.main(["verify", str(path), "--json", *options])
    report = json.loads(capfd.readouterr().out)
    assert report["exit_code"] == code
    return code, report


@pytest.mark.parametrize("name", ["evidence.json", "receipt.pdf"])
def test_exit_codes_tell_proven_consistent_and_refuted(
    folder: Path, fingerprint: str, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    receipt = folder / name
    code, report = checked(receipt, capfd)
    assert (code, report["verdict"], report["faults"]) == (2, "consistent", [])
    code, report = checked(receipt, capfd, "--trust", fingerprint)
    assert (code, report["verdict"]) == (0, "proven")
    assert report["page_compared"] == (name == "receipt.pdf")
    code, report = checked(receipt, capfd, "--trust", "0" * 64)
    assert (code, report["faults"]) == (1, ["signer.other"])
    code, report = checked(receipt, capfd, "--trust", "abc")
    assert (code, report["faults"]) == (1, ["signer.form"])


def test_the_report_says_what_the_order_says(
    folder: Path, ground: ReceiptGround, capfd: pytest.CaptureFixture[str]
) -> None:
    _, report = checked(folder / "receipt.pdf", capfd)
    payment = ground.record.content.payment
    order = report["order"]
    assert isinstance(order, dict)
    assert order["amount_minor"] == payment.instructed_amount.minor
    assert order["currency"] == "EUR"
    assert order["debtor_account"] == payment.debtor_account
    assert order["creditor_account"] == payment.creditor_account
    assert order["end_to_end_id"] == payment.end_to_end_id
    assert order["fee_minor"] == 35
    assert order["state"] == "settled"
    assert order["transaction_status"] == "ACSC"
    events = report["events"]
    assert isinstance(events, list)
    assert events[0]["kind"] == "order.frozen"
    assert any(event.get("reply", {}).get("text") == "{}" for event in events)


def test_the_command_itself_answers_without_a_window(folder: Path, fingerprint: str) -> None:
    command = [sys.executable, "-m", "countersign", "verify", str(folder / "receipt.pdf"), "--trust", fingerprint]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("PROVEN")
    assert "What is not proven" in ended.stdout
    assert "Who held the device" in ended.stdout
    assert "EUR 6,000.00" in ended.stdout
    assert not ended.stderr


def test_without_trust_it_says_that_anybody_can_make_a_key(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", str(folder / "evidence.json")]) == 2
    said = capfd.readouterr().out
    assert said.startswith("CONSISTENT, but the signer is not established.")
    assert "Anybody can make a key of their own" in said
    assert "--trust FINGERPRINT" in said


def test_a_page_that_says_something_else_is_refuted(
    folder: Path, ground: ReceiptGround, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forger keeps the genuine evidence and paints another page over it."""
    real_keys(monkeypatch)
    world = fakes.make_world()
    world.bank.fee = world.bank.fee.__class__(40, "EUR")
    other = receipt_ground(world.vault, settled_order(world))
    mixed = receipt_bytes(receipt_state(other, WORDS, fakes.ZONE), ground.content)
    (folder / "mixed.pdf").write_bytes(mixed)
    code, report = checked(folder / "mixed.pdf", capfd)
    assert (code, report["faults"]) == (1, ["page.other_amount"])


def painted(lines: list[str], *evidences: bytes) -> bytes:
    """Return a PDF with these lines and attachments."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    for evidence in evidences:
        writer.addFileAttachment("evidence.json", QByteArray(evidence), "application/json")
    painter = QPainter(writer)
    # Where a window was made in this process before, the usual font is the theme's, whose figures have no letters.
    plain = QFont(painter.font().families(), 9)
    plain.setFeature(QFont.Tag("calt"), 0)
    painter.setFont(plain)
    for place, line in enumerate(lines):
        painter.drawText(200, 400 + 300 * place, line)
    painter.end()
    return bytes(buffer.data().data())


GENUINE = ["EUR 6,000.00", "LU20 9990 0123 4567 8901", "DE28 9997 0020 0532 0130 00"]


@pytest.mark.parametrize(
    ("place", "line", "fault"),
    [
        (0, "EUR 60,000.00", ["page.amount", "page.other_amount"]),
        (0, "GBP 6,000.00", ["page.amount", "page.other_amount"]),
        (1, "LU70 9990 0987 6543 2101", ["page.debtor_account", "page.other_account"]),
        (2, "LT30 9999 1000 1234 5678 9", ["page.creditor_account"]),
        (3, "CS000000000000000000000000", ["page.end_to_end_id"]),
    ],
)
def test_each_field_of_the_page_is_compared(
    qapp: QApplication,
    tmp_path: Path,
    ground: ReceiptGround,
    capfd: pytest.CaptureFixture[str],
    place: int,
    line: str,
    fault: list[str],
) -> None:
    lines = [*GENUINE, ground.record.content.payment.end_to_end_id]
    (tmp_path / "right.pdf").write_bytes(painted(lines, ground.content))
    assert checked(tmp_path / "right.pdf", capfd)[0] == 2
    lines[place] = line
    (tmp_path / "wrong.pdf").write_bytes(painted(lines, ground.content))
    code, report = checked(tmp_path / "wrong.pdf", capfd)
    assert (code, report["faults"]) == (1, fault)


def test_what_cannot_be_read_says_why(
    qapp: QApplication, tmp_path: Path, ground: ReceiptGround, pdf: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    files = {
        "receipt.pdf.no_evidence": painted(["nothing"]),
        "receipt.pdf.several_evidences": painted(["two"], ground.content, ground.content),
        "receipt.pdf.broken": pdf[: len(pdf) // 3],
        "evidence.format": ground.content.replace(b'"v":1}', b'"v":3}'),
        "canonical.not_json": b"hello",
        "canonical.other_bytes": b" " + ground.content,
    }
    for code, content in files.items():
        path = tmp_path / "given"
        path.write_bytes(content)
        exit_code, report = checked(path, capfd)
        assert (exit_code, report["faults"]) == (3, [code])
    exit_code, report = checked(tmp_path / "absent", capfd)
    assert (exit_code, report["faults"]) == (3, ["receipt.absent"])


@pytest.mark.parametrize("language", ["en", "zh_CN", "zh_TW"])
def test_a_receipt_in_every_language_is_checked(
    qapp: QApplication, tmp_path: Path, ground: ReceiptGround, capfd: pytest.CaptureFixture[str], language: str
) -> None:
    set_language(language)
    try:
        content = receipt_bytes(receipt_state(ground, WORDS, fakes.ZONE), ground.content)
    finally:
        set_language("en")
    (tmp_path / "receipt.pdf").write_bytes(content)
    assert checked(tmp_path / "receipt.pdf", capfd)[1]["faults"] == []
