"""The walk over a page catches what is planted, and finds nothing in the gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPalette, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea, QVBoxLayout, QWidget

from countersign.testing.page_walk import Fault, Finding, walk
from countersign.ui import gallery_sheets as sheets
from countersign.ui import widgets as kit
from countersign.ui.gallery import settle
from countersign.ui.theme.tokens import Theme

if TYPE_CHECKING:
    from tests.gui.kit.conftest import Dress, Show


def ground() -> tuple[QWidget, QVBoxLayout]:
    made = QWidget()
    return made, QVBoxLayout(made)


def kinds(findings: list[Finding]) -> set[Fault]:
    return {finding.kind for finding in findings}


def test_a_sound_page_has_no_findings(show: Show) -> None:
    page, body = ground()
    body.addWidget(kit.PlainLabel("Nothing leaves your account until the next step."))
    body.addWidget(kit.PrimaryButton("These details are right"))
    body.addWidget(kit.TextField("Payee", placeholder="Hartwell"))
    assert walk(show(page)) == []


def test_a_line_that_is_cut_off(show: Show) -> None:
    page, body = ground()
    label = kit.PlainLabel("Hartwell & Stone Solicitors LLP", wrap=False)
    label.setFixedWidth(60)
    body.addWidget(label)
    assert kinds(walk(show(page))) == {Fault.CLIPPED}


def test_a_paragraph_without_room_for_its_last_line(show: Show) -> None:
    page, body = ground()
    label = kit.PlainLabel("Use a number you already had, not one from the message. " * 3)
    label.setFixedSize(200, 30)
    body.addWidget(label)
    found = walk(show(page))
    assert [finding.kind for finding in found] == [Fault.CLIPPED]
    assert "height" in found[0].detail


@pytest.mark.parametrize(
    "control",
    [
        lambda: kit.PrimaryButton("Understandingly"),
        lambda: kit.TextField("Payee", placeholder="A rather long example of a name"),
        lambda: kit.SelectField("Day", options=[("a", "Friday 27 November 2026")]),
    ],
)
def test_a_control_too_narrow_for_its_words(show: Show, control: object) -> None:
    page, body = ground()
    made = control()  # type: ignore[operator]
    made.setFixedWidth(70)
    body.addWidget(made)
    assert kinds(walk(show(page))) == {Fault.CLIPPED}


def test_a_figure_cut_off_in_a_table(show: Show) -> None:
    page, body = ground()
    table = kit.KitTable("History")
    model = QStandardItemModel(0, 2, table)
    figure = QStandardItem("CNY 1,260,000.00")
    figure.setTextAlignment(Qt.AlignmentFlag.AlignRight)
    model.appendRow([figure, QStandardItem("x")])
    table.setModel(model)
    table.setColumnWidth(0, 60)
    body.addWidget(table)
    assert kinds(walk(show(page))) == {Fault.CLIPPED}


def test_a_label_that_sticks_out_of_its_parent(show: Show) -> None:
    page, _body = ground()
    label = kit.PlainLabel("Arrives", parent=page)
    label.setGeometry(QRect(450, 10, 120, 30))
    assert kinds(walk(show(page))) == {Fault.CLIPPED}


def test_widgets_over_each_other(show: Show) -> None:
    page = QWidget()
    kit.PlainLabel("Arrives", parent=page).setGeometry(QRect(10, 10, 120, 30))
    kit.PlainLabel("Reference", parent=page).setGeometry(QRect(60, 20, 120, 30))
    assert kinds(walk(show(page))) == {Fault.OVERLAP}


def test_a_character_no_font_can_draw(show: Show) -> None:
    page, body = ground()
    body.addWidget(kit.PlainLabel("Mr \U00012000"))
    found = walk(show(page))
    assert [(finding.kind, finding.detail) for finding in found] == [(Fault.GLYPH, "U+12000")]


def test_controls_without_a_name(show: Show) -> None:
    page, body = ground()
    body.addWidget(kit.TextField())
    body.addWidget(QPushButton())
    body.addWidget(kit.QrView("", kit.qr_matrix("x")))
    found = walk(show(page))
    assert kinds(found) == {Fault.UNNAMED}
    assert len(found) == 3


def test_text_too_faint_for_its_ground(show: Show) -> None:
    page, body = ground()
    label = kit.PlainLabel("Nothing leaves your account.")
    palette = QPalette(label.palette())
    palette.setColor(QPalette.ColorRole.WindowText, QColor("#B0B8C4"))
    label.setPalette(palette)
    body.addWidget(label)
    found = walk(show(page))
    assert kinds(found) == {Fault.CONTRAST}
    assert "#b0b8c4" in found[0].detail


def test_faint_text_below_the_fold_is_found_and_the_page_scrolled_back(show: Show) -> None:
    area = QScrollArea()
    area.setWidgetResizable(True)
    inner, body = ground()
    for number in range(60):
        body.addWidget(kit.PlainLabel(f"Line {number}"))
    body.addWidget(kit.PlainLabel("Faint", ink="border"))
    area.setWidget(inner)
    show(area)
    area.verticalScrollBar().setValue(7)
    found = walk(area)
    assert kinds(found) == {Fault.CONTRAST}
    assert area.verticalScrollBar().value() == 7


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("language", ["en", "zh_CN", "zh_TW", "ar"])
@pytest.mark.parametrize("theme", list(Theme))
def test_the_gallery_is_clean(qapp: QApplication, dress: Dress, theme: Theme, language: str, percent: int) -> None:
    dress(theme, language, percent)
    for name, build in sheets.SHEETS.items():
        widget, size = build(sheets.words(language), percent)
        settle(widget, size)
        findings = walk(widget)
        widget.close()
        widget.deleteLater()
        assert findings == [], name


@pytest.mark.parametrize(("width", "height", "percent"), [(1024, 680, 100), (1024, 680, 150), (1920, 1080, 200)])
def test_the_review_page_holds_at_every_window_size(dress: Dress, width: int, height: int, percent: int) -> None:
    dress(Theme.LIGHT, "en", percent)
    widget, size = sheets.review(sheets.words("en"), percent)
    size.setWidth(width)
    size.setHeight(height)
    settle(widget, size)
    findings = walk(widget)
    actual = widget.size()
    widget.close()
    widget.deleteLater()
    assert findings == []
    assert (actual.width(), actual.height()) == (width, height)
