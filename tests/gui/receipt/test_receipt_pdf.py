"""The receipt on paper: text that can be copied, glyphs for every language, one page, evidence inside."""

from __future__ import annotations

import io
import sys
import unicodedata
from pathlib import Path

import pytest
from mnemonic import Mnemonic
from pypdf import PdfReader
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from countersign.application.use_cases.export_receipt import ReceiptGround, receipt_ground
from countersign.domain.accounts import grouped
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain
from countersign.presentation.messages import set_language
from countersign.presentation.receipt import receipt_state
from countersign.testing import fakes
from countersign.ui.receipt_pdf import ReceiptExporter, receipt_bytes, write_receipt
from countersign.ui.theme.fonts import families, missing_glyphs
from tests.signed_orders import approved_order, settled_order

WORDS = Mnemonic("english").wordlist


@pytest.fixture
def world() -> fakes.World:
    return fakes.make_world()


@pytest.fixture
def ground(world: fakes.World) -> ReceiptGround:
    return receipt_ground(world.vault, settled_order(world))


def text_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    lines = "\n".join(page.extract_text() for page in pages).splitlines()
    return "\n".join(" ".join(unicodedata.normalize("NFKC", line).split()) for line in lines)


@pytest.mark.parametrize("language", ["en", "zh_CN", "zh_TW"])
def test_the_page_can_be_read_by_people_and_programs(qapp: QApplication, ground: ReceiptGround, language: str) -> None:
    set_language(language)
    try:
        state = receipt_state(ground, WORDS, fakes.ZONE)
    finally:
        set_language("en")
    content = receipt_bytes(state, ground.content)
    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == 1
    assert dict(reader.attachments) == {"evidence.json": [ground.content]}
    assert reader.metadata is not None
    assert "EUR 6,000.00" in str(reader.metadata.title)
    payment, text = ground.record.content.payment, text_of(content)
    for wanted in (
        "EUR 6,000.00",
        "EUR 0.35",
        grouped(payment.debtor_account),
        grouped(payment.creditor_account),
        payment.creditor_name,
        payment.end_to_end_id,
        ground.record.digest[:8],
        "UTC+01:00)",
    ):
        assert wanted in text
    words = {"en": "six thousand euros", "zh_CN": "欧元陆仟元整", "zh_TW": "歐元陸仟元整"}
    assert words[language] in text
    face = QFont()
    face.setFamilies(list(families(language)))
    said = [row.value + row.label for section in state.sections for row in section.rows]
    assert missing_glyphs(state.words + state.title + "".join(said), face) == ""


def test_the_receipt_does_not_grow_with_the_windows_text(
    qapp: QApplication, ground: ReceiptGround, dress: object
) -> None:
    state = receipt_state(ground, WORDS, fakes.ZONE)
    before = text_of(receipt_bytes(state, ground.content))
    assert callable(dress)
    dress(percent=200)
    assert text_of(receipt_bytes(state, ground.content)) == before


def test_exporting_writes_the_file_and_a_private_record(qapp: QApplication, world: fakes.World, tmp_path: Path) -> None:
    order, path = settled_order(world), tmp_path / "receipt.pdf"
    path.write_bytes(b"an older receipt")
    written: list[Path] = []
    exporter = ReceiptExporter(world.session, WORDS)
    exporter.export(order, path, written.append, lambda error: pytest.fail(repr(error)))
    assert written == [path]
    assert path.read_bytes().startswith(b"%PDF-1.6")
    assert [item.name for item in tmp_path.iterdir()] == ["receipt.pdf"]
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600
    event = world.vault.events(Chain.PRIVATE)[-1]
    assert event.kind == kinds.RECEIPT_EXPORTED
    assert event.says()["order"] == order


def test_a_folder_that_is_not_there_fails_in_words(qapp: QApplication, world: fakes.World, tmp_path: Path) -> None:
    failed: list[Exception] = []
    exporter = ReceiptExporter(world.session, WORDS)
    nowhere = tmp_path / "absent" / "receipt.pdf"
    exporter.export(settled_order(world), nowhere, lambda _path: pytest.fail("written"), failed.append)
    exporter.export("00" * 16, tmp_path / "r.pdf", lambda _path: pytest.fail("written"), failed.append)
    codes = [error.code for error in failed if isinstance(error, UserFacingError)]
    assert codes == ["receipt.not_written", "order.unknown"]


def test_a_long_reference_and_an_order_that_was_never_sent_fit(
    qapp: QApplication, world: fakes.World, tmp_path: Path
) -> None:
    order = approved_order(world, remittance="W" * 140)
    ground = receipt_ground(world.vault, order)
    write_receipt(tmp_path / "r.pdf", receipt_state(ground, WORDS, fakes.ZONE), ground.content)
    text = text_of((tmp_path / "r.pdf").read_bytes())
    assert "not stated by the bank" in text
    assert "Approved" in text
