"""The recovery kit: its file is its owner's alone, and its words leave the page with their step."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from countersign.domain.errors import UserFacingError
from countersign.presentation.first_run import NewVaultState, VaultStep
from countersign.ui.kit_pdf import write_kit
from countersign.ui.views.new_vault import NewVaultPage
from countersign.ui.widgets import PlainLabel

WORDS = tuple(f"word{number:02d}" for number in range(1, 13))


def test_a_saved_kit_is_for_its_owner_only_even_over_a_file_that_others_could_read(
    qapp: QApplication,
    tmp_path: Path,
) -> None:
    path = tmp_path / "kit.pdf"
    path.write_bytes(b"something that stood there before")
    path.chmod(0o644)
    write_kit(path, WORDS, "Mei Chen")
    assert path.read_bytes().startswith(b"%PDF-")
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_kit_that_cannot_be_saved_says_so(qapp: QApplication, tmp_path: Path) -> None:
    with pytest.raises(UserFacingError) as refused:
        write_kit(tmp_path / "absent" / "kit.pdf", WORDS, "Mei Chen")
    assert refused.value.code == "kit.not_written"
    assert refused.value.params["reason"]


def test_the_words_leave_the_page_with_their_step(qtbot: QtBot) -> None:
    page = NewVaultPage(lambda _words: None, lambda _words: None)
    qtbot.addWidget(page)

    def shown() -> str:
        return " ".join(label.text() for label in page.findChildren(PlainLabel))

    page.show_state(NewVaultState(VaultStep.KIT, "Kit", ""))
    page.show_kit(WORDS)
    assert all(word in shown() for word in WORDS)
    assert page.kit_words() == WORDS
    page.show_state(NewVaultState(VaultStep.PROOF, "Proof", "", asked=("Word 1", "Word 2")))
    assert not any(word in shown() for word in WORDS)
    assert page.kit_words() == ()
