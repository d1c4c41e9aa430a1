"""``countersign tour``: the money of its transfer left once, and journal, receipt and report say the same of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from pypdf import PdfReader
from PySide6.QtGui import QImage

PROGRAM: Final = str(Path(sys.executable).with_name("countersign"))
SECONDS: Final = 100
FIELDS: Final = {
    "status",
    "amount_minor",
    "currency",
    "fee_minor",
    "debtor_account",
    "end_to_end_id",
    "lang",
    "theme",
    "longest_stall_ms",
    "steps",
}
LEAST_PICTURES: Final = 20
LOOKS: Final = [
    ("en", "light"),
    pytest.param("zh_CN", "dark", marks=pytest.mark.nightly),
    pytest.param("zh_TW", "light", marks=pytest.mark.nightly),
]
pytestmark = [pytest.mark.serial, pytest.mark.timeout(SECONDS + 60)]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a person would, without a display."""
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [PROGRAM, *arguments],
        env=surroundings,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )


def flat(text: str) -> str:
    """Return a text without any white space: a PDF breaks lines and groups figures as it likes."""
    return "".join(text.split())


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_the_tour_pays_once_and_everything_says_the_same(lang: str, theme: str, tmp_path: Path) -> None:
    out = tmp_path / "tour"
    played = run("tour", "--lang", lang, "--theme", theme, "--out", str(out))
    assert played.returncode == 0, played.stderr
    told = json.loads((out / "tour.json").read_text(encoding="utf-8"))
    the_report_is_whole(told, out, lang, theme)
    the_bank_agrees(told, out)
    the_receipt_agrees(told, out)


def the_report_is_whole(told: dict[str, object], out: Path, lang: str, theme: str) -> None:
    assert set(told) >= FIELDS
    assert (told["status"], told["lang"], told["theme"]) == ("ACSC", lang, theme)
    assert isinstance(told["longest_stall_ms"], int)
    steps = told["steps"]
    assert isinstance(steps, list)
    pictures = [step["picture"] for step in steps]
    assert len(pictures) >= LEAST_PICTURES
    assert len(set(pictures)) == len(pictures)
    assert len({step["name"] for step in steps}) == len(steps)
    for step in steps:
        assert step["seconds"] >= 0
        picture = QImage(str(out / step["picture"]))
        assert (picture.width(), picture.height()) == (1240, 800), step["name"]
        seen = {picture.pixel(x, y) for x in range(0, 1240, 20) for y in range(0, 800, 20)}
        assert len(seen) > 1, f"{step['name']} shows nothing"


def the_bank_agrees(told: dict[str, object], out: Path) -> None:
    dumped = run("practice-bank", "--world", str(out / "world"), "--dump")
    assert dumped.returncode == 0, dumped.stderr
    world = json.loads(dumped.stdout)
    assert len(world["journal"]) == 1
    executed = world["journal"][0]
    for ours, theirs in (
        ("status", "status"),
        ("amount_minor", "amount_minor"),
        ("currency", "currency"),
        ("fee_minor", "fee_minor"),
        ("debtor_account", "debtor_iban"),
        ("creditor_account", "creditor_iban"),
        ("end_to_end_id", "end_to_end_id"),
        ("payment_id", "payment_id"),
    ):
        assert executed[theirs] == told[ours], ours
    account = next(item for item in world["accounts"] if item["iban"] == told["debtor_account"])
    assert account["opening_minor"] == told["opening_minor"]
    assert account["closing_minor"] == account["opening_minor"] - executed["amount_minor"] - executed["fee_minor"]
    untouched = [item for item in world["accounts"] if item["iban"] != told["debtor_account"]]
    assert untouched
    assert all(item["closing_minor"] == item["opening_minor"] for item in untouched)


def the_receipt_agrees(told: dict[str, object], out: Path) -> None:
    receipt = out / "receipt.pdf"
    text = flat("".join(page.extract_text() for page in PdfReader(receipt).pages))
    amount_minor, fee_minor = told["amount_minor"], told["fee_minor"]
    assert isinstance(amount_minor, int)
    assert isinstance(fee_minor, int)
    assert f"{told['currency']}{amount_minor // 100:,}.{amount_minor % 100:02}" in text
    assert f"{told['currency']}{fee_minor // 100}.{fee_minor % 100:02}" in text
    for field in ("debtor_account", "creditor_account", "end_to_end_id", "payment_id", "digest", "status"):
        assert flat(str(told[field])) in text, field
    trusted = run("verify", str(receipt), "--trust", str(told["fingerprint"]))
    assert trusted.returncode == 0, trusted.stdout + trusted.stderr
    assert run("verify", str(receipt)).returncode == 2
    assert run("verify", str(receipt), "--trust", "0" * 64).returncode != 0
