"""Fields take what people type and paste, and say what is wrong beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from countersign.ui import widgets as kit
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Theme, contrast
from tests.gui.kit.hands import click, press, type_text

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.gui.kit.conftest import Dress, Show


def page_of(*widgets: QWidget) -> QWidget:
    page = QWidget()
    body = QVBoxLayout(page)
    for widget in widgets:
        body.addWidget(widget)
    return page


def paste(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    QApplication.clipboard().setText(text)
    field.setFocus()
    press(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def test_an_error_is_shown_described_and_cleared(show: Show) -> None:
    field = kit.Field("Payee", kit.TextField(), hint="As in the contract.")
    show(page_of(field))
    field.set_error("Type the name of the payee.")
    assert field.error_label.isVisible()
    assert field.control.accessibleDescription() == "Type the name of the payee. As in the contract."
    assert field.control.property("fault") is True
    field.set_error("")
    assert not field.error_label.isVisible()
    assert field.control.accessibleDescription() == "As in the contract."
    assert field.control.property("fault") is False


def test_the_summary_takes_focus_and_leads_to_the_fields(qtbot: QtBot, show: Show) -> None:
    name, account = kit.Field("Payee", kit.TextField()), kit.Field("Account", kit.AccountField())
    summary = kit.ErrorSummary("Two answers need another look")
    page = page_of(summary, name, account)
    show(page)
    assert not summary.isVisible()
    summary.show_errors([(name, "Type the name."), (account, "Type the account.")])
    assert summary.hasFocus()
    assert [link.text() for link in summary.links()] == ["Type the name.", "Type the account."]
    assert (name.error(), account.error()) == ("Type the name.", "Type the account.")
    click(summary.links()[1])
    assert account.control.hasFocus()
    summary.show_errors([(name, "Type the name.")])
    assert account.error() == ""
    summary.show_errors([])
    assert not summary.isVisible()


def test_an_amount_is_grouped_on_leaving_only(qtbot: QtBot, show: Show) -> None:
    def group(text: str) -> str | None:
        return f"{int(text):,}.00" if text.isdigit() else None

    amount, other = kit.AmountField("Amount", currency="GBP", formatter=group), kit.TextField("Other")
    show(page_of(amount, other))
    amount.setFocus()
    type_text(amount, "250000")
    assert amount.text() == "250000"
    other.setFocus()
    assert amount.text() == "250,000.00"
    amount.setText("twelve")
    amount.setFocus()
    other.setFocus()
    assert amount.text() == "twelve"
    assert amount.alignment() & Qt.AlignmentFlag.AlignRight
    amount.set_currency("EUR")
    assert amount.currency() == "EUR"


def test_an_account_is_shown_in_fours_and_kept_without_spaces(qtbot: QtBot, show: Show) -> None:
    account, other = kit.AccountField("Account"), kit.TextField("Other")
    show(page_of(account, other))
    paste(qtbot, account, "gb29\u00a0nwbk6016 13319268 19")
    other.setFocus()
    assert account.text() == "GB29 NWBK 6016 1331 9268 19"
    assert account.value() == "GB29NWBK60161331926819"
    account.set_groups((3, 4, 4, 1))
    account.set_value("102100099996")
    assert account.text() == "102 1000 9999 6"


@pytest.mark.parametrize(
    ("groups", "text", "shown"),
    [
        ((2, 2, 2), "601613", "60 16 13"),
        ((4, 4, 4, 4, 3), "6222021001112233445", "6222 0210 0111 2233 445"),
        ((4,), "", ""),
    ],
)
def test_groups(groups: tuple[int, ...], text: str, shown: str) -> None:
    assert kit.in_groups(text, groups) == shown
    assert kit.in_groups(shown, groups) == shown


def test_a_secret_is_hidden_shown_and_taken(qtbot: QtBot, show: Show) -> None:
    secret = kit.SecretField("Passphrase")
    show(page_of(secret))
    paste(qtbot, secret, "correct horse battery")
    assert secret.echoMode() == QLineEdit.EchoMode.Password
    button = secret.findChild(kit.LinkButton)
    assert button is not None
    assert button.accessibleName() == "Show what you type"
    click(button)
    assert secret.is_shown()
    assert button.text() == "Hide"
    assert secret.take() == "correct horse battery"
    assert (secret.text(), secret.is_shown()) == ("", False)


def test_a_code_follows_what_the_bank_says(qtbot: QtBot, show: Show) -> None:
    code = kit.OtpField("Code", max_length=6)
    show(page_of(code))
    paste(qtbot, code, " 482-913 ")
    assert code.value() == "482913"
    code.clear()
    type_text(code, "48x29134")
    assert code.value() == "482913"
    code.set_rules(digits_only=False, max_length=8)
    code.clear()
    type_text(code, "ab12cd34ef")
    assert code.value() == "ab12cd34"
    code.set_rules(digits_only=True, max_length=None)
    assert code.value() == "1234"


def test_one_of_a_list(qtbot: QtBot, show: Show) -> None:
    select = kit.SelectField("Language", options=[("en", "English"), ("zh_CN", "简体中文")])
    show(page_of(select))
    select.set_value("zh_CN")
    select.set_value("nowhere")
    assert select.value() == "zh_CN"
    heard: list[str] = []
    select.chosen.connect(heard.append)
    select.setFocus()
    press(select, Qt.Key.Key_Up)
    assert (select.value(), heard) == ("en", ["en"])


def test_a_wheel_never_changes_a_choice(show: Show) -> None:
    select = kit.SelectField("Day", options=[("a", "Today"), ("b", "Tomorrow")])
    day = kit.DateField("2026-11-27", "Day")
    show(page_of(select, day))
    for field in (select, day):
        where = QPointF(5, 5)
        turn = QWheelEvent(
            where,
            where,
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(field, turn)
    assert (select.value(), day.iso()) == ("a", "2026-11-27")


def test_a_statement_is_ticked_anywhere_on_it(qtbot: QtBot, show: Show) -> None:
    check = kit.CheckField("I have called the payee on a number I already had, and they read the account aloud.")
    show(page_of(check), 300, 200)
    assert check.height() > 2 * check.fontMetrics().height()
    click(check, QPoint(check.width() - 5, check.height() // 2))
    assert check.isChecked()
    check.setFocus()
    press(check, Qt.Key.Key_Space)
    assert not check.isChecked()


def test_cards_are_chosen_by_mouse_and_arrows_never_by_enter(qtbot: QtBot, show: Show) -> None:
    cards = kit.ChoiceCards(
        "Is someone on the phone?", [kit.Choice("yes", "Yes"), kit.Choice("no", "No", "I am alone")]
    )
    show(page_of(cards))
    heard: list[str] = []
    cards.chosen.connect(heard.append)
    assert cards.value() is None
    first = cards.card("yes")
    first.setFocus()
    press(first, Qt.Key.Key_Return)
    assert cards.value() is None
    press(first, Qt.Key.Key_Space)
    press(first, Qt.Key.Key_Down)
    click(first)
    assert heard[-1] == "yes"
    assert "no" in heard
    cards.set_value(None)
    assert cards.value() is None
    interface = QAccessible.queryAccessibleInterface(cards.card("no"))
    assert interface.role() == QAccessible.Role.RadioButton
    assert interface.text(QAccessible.Text.Description) == "I am alone"


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("fault", [False, True])
def test_the_ring_of_a_field_shows_and_never_moves_its_text(
    show: Show, dress: Dress, theme: Theme, fault: bool
) -> None:
    dress(theme)
    field, other = kit.Field("Payee", kit.TextField()), kit.TextField("Other")
    control = field.control
    assert isinstance(control, kit.TextField)
    control.setText("Hartwell")
    show(page_of(field, other))
    if fault:
        field.set_error("Type the name.")
    other.setFocus()
    QApplication.sendPostedEvents()
    before_cursor, before_box = QRect(control.cursorRect()), QRect(control.geometry())
    before = control.grab().toImage()
    control.setFocus()
    after = control.grab().toImage()
    assert QRect(control.geometry()) == before_box
    assert QRect(control.cursorRect()) == before_cursor
    middle = control.height() // 2
    inner = 2 if fault else 1
    assert after.pixelColor(inner, middle) != before.pixelColor(inner, middle)
    ring = after.pixelColor(inner, middle).name()
    assert contrast(ring, look().palette.surface) >= 3
