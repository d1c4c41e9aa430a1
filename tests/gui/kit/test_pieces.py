"""The larger pieces: what they show, say, and signal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor, QStandardItem, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QProgressBar, QStackedWidget, QWidget

from countersign.presentation.messages import language, set_language
from countersign.ui import widgets as kit
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Tone
from countersign.ui.widgets.parcel_cards import ParcelOut
from tests.gui.kit.hands import click, double_click, press

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.gui.kit.conftest import Dress, Show

S = kit.StepState
STEPS = [
    kit.Step("Payee", S.DONE),
    kit.Step("Name check", S.DONE),
    kit.Step("Amount", S.DONE),
    kit.Step("Risk check", S.SKIPPED),
    kit.Step("Review", S.CURRENT),
    kit.Step("Confirm", S.TODO),
]


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Collect what screen readers are told: text, and whether it interrupts."""
    heard: list[tuple[str, bool]] = []

    def collect(event: object) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            rude = event.politeness() == QAccessible.AnnouncementPoliteness.Assertive
            heard.append((event.message(), rude))

    monkeypatch.setattr(QAccessible, "updateAccessibility", collect)
    return heard


def test_steps_are_told_in_one_sentence(show: Show) -> None:
    stepper = kit.Stepper(STEPS)
    show(stepper, 800, 80)
    assert stepper.accessibleName() == "Step 5 of 6: Review, current"
    assert "Risk check: not needed" in stepper.accessibleDescription()
    interface = QAccessible.queryAccessibleInterface(stepper)
    assert interface.role() == QAccessible.Role.StaticText
    stepper.set_steps([])
    assert stepper.sentence() == ""


def test_steps_turn_round_with_the_window(show: Show) -> None:
    stepper = kit.Stepper(STEPS)
    show(stepper, 800, 80)
    plain = stepper.grab().toImage()
    done = QColor(look().palette.ok).name()
    x, y = 800 // 12, 8
    assert plain.pixelColor(x, y).name() == done
    stepper.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    turned = stepper.grab().toImage()
    assert turned.pixelColor(x, y).name() != done
    assert turned.pixelColor(799 - x, y).name() == done


def test_a_chart_has_a_role_a_sentence_and_a_table(qtbot: QtBot, show: Show) -> None:
    bars = [kit.Bar(6000, "1 Oct", "6,000.00"), kit.Bar(250_000, "27 Nov", "250,000.00", highlight=True)]
    chart = kit.BarChart("Your payments", "This one is 41 times as large.", bars, headers=("Day", "Amount"))
    show(chart, 400, 300)
    interface = QAccessible.queryAccessibleInterface(chart.canvas)
    assert interface.role() == QAccessible.Role.Chart
    assert interface.text(QAccessible.Text.Name) == "This one is 41 times as large."
    click(chart.toggle)
    texts = [label.text() for label in chart.findChildren(kit.PlainLabel) if label.isVisible()]
    assert texts == ["Your payments", "Day", "Amount", "1 Oct", "6,000.00", "27 Nov", "250,000.00"]
    assert not chart.canvas.isVisible()
    assert chart.toggle.text() == "Show as chart"
    chart.show_table(shown=False)
    assert chart.canvas.isVisible()


def test_the_tallest_bar_is_the_one_to_look_at(show: Show) -> None:
    bars = [kit.Bar(10, "a", "10"), kit.Bar(1000, "b", "1,000", highlight=True)]
    chart = kit.BarChart("", "One bar is larger.", bars, headers=("Day", "Amount"))
    show(chart, 400, 260)
    picture = chart.canvas.grab().toImage()
    warn = QColor(look().palette.warn).name()
    half = picture.height() // 2
    assert picture.pixelColor(picture.width() * 3 // 4, half).name() == warn
    assert picture.pixelColor(picture.width() // 4, half).name() != warn


def test_a_line_tells_how_a_balance_went(show: Show) -> None:
    line = kit.Sparkline("Up by a third.", [kit.Point(1, "a", "1")], headers=("Day", "Balance"))
    show(line)
    line.set_points([kit.Point(3, "a", "3"), kit.Point(2, "b", "2")], "Down a little.")
    assert line.canvas.accessibleName() == "Down a little."
    line.show_table(shown=True)
    assert line.table_shown()


def test_a_parcel_is_saved_once_it_is_ready_and_says_so_before(show: Show) -> None:
    saved: list[str] = []

    class Hands:
        def save_parcel(self) -> None:
            saved.append("saved")

        def read_parcel(self) -> None:
            raise AssertionError

        def paste_parcel(self, picture: bytes, text: str) -> None:
            raise AssertionError(picture or text)

    card = ParcelOut("parcel", "Hand it over")
    card.attach(Hands())
    show(card)
    card.save.click()
    assert saved == []
    assert card.save.blocked_reason()
    card.set_frames((), "This goes as a file.")
    card.save.click()
    assert saved == ["saved"]


def test_pictures_come_and_go_without_harm(show: Show) -> None:
    for number in range(200):
        view = kit.QrView(f"Code {number}", kit.qr_matrix("x"))
        interface = QAccessible.queryAccessibleInterface(view)
        assert interface.role() == QAccessible.Role.Graphic
        view.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_a_code_is_drawn_module_by_module(show: Show) -> None:
    rows = kit.qr_matrix("otpauth://totp/Countersign")
    view = kit.QrView("Code for the authenticator", rows, edge=180)
    show(view, view.sizeHint().width(), view.sizeHint().height())
    picture = view.grab().toImage()
    module = view.sizeHint().width() // (len(rows) + 8)
    drawn = tuple(
        tuple(
            picture.pixelColor((x + 4) * module + module // 2, (y + 4) * module + module // 2).lightness() < 128
            for x in range(len(rows))
        )
        for y in range(len(rows))
    )
    assert drawn == rows


def test_rows_say_which_link_was_pressed(qtbot: QtBot, show: Show) -> None:
    rows = kit.KeyValueRows(
        [
            kit.Row(
                "payee",
                "Pay to",
                "H&S <b>LLP</b>",
                "Close match",
                Tone.WARN,
                change="Change",
                change_name="Change payee",
            ),
            kit.Row("account", "Account", "GB29 NWBK", detail="NatWest", ltr=True),
        ]
    )
    show(rows, 600, 200)
    link = rows.change_link("payee")
    assert link is not None
    assert link.accessibleName() == "Change payee"
    with qtbot.waitSignal(rows.change_pressed) as heard:
        click(link)
    assert heard.args == ["payee"]
    assert rows.change_link("account") is None
    names = [label.accessibleName() for label in rows.findChildren(kit.PlainLabel)]
    assert "Pay to: H&S <b>LLP</b>" in names
    before = rows.findChildren(kit.PlainLabel)
    rows.set_rows(rows.rows())
    assert rows.findChildren(kit.PlainLabel) == before


@pytest.mark.parametrize(("width", "stacked"), [(320, True), (700, False)])
def test_labels_stand_over_values_where_it_is_narrow(show: Show, width: int, stacked: bool) -> None:
    rows = kit.KeyValueRows([kit.Row("account", "Account", "GB29 NWBK 6016 1331 9268 19", ltr=True)])
    show(rows, width, 120)
    label, value = rows.findChildren(kit.PlainLabel)[:2]
    assert (value.y() > label.y() + label.height() // 2) is stacked


def test_a_timeline_tells_states_in_words(show: Show) -> None:
    line = kit.Timeline(
        "Status",
        [
            kit.TimelineEntry("Submitted", kit.Moment.DONE, "done", when="10:04"),
            kit.TimelineEntry("Arrived", kit.Moment.UNKNOWN, "not known yet", "Still waiting for the bank."),
        ],
    )
    show(line)
    names = [label.accessibleName() for label in line.findChildren(kit.PlainLabel)]
    assert names == ["Submitted: done", "10:04", "Arrived: not known yet", "Still waiting for the bank."]


def navigation() -> kit.NavBar:
    entries = [kit.NavEntry(f"p{number}", "home", f"Page {number}") for number in range(1, 9)]
    return kit.NavBar("Pages", entries, product="Countersign", freeze_text="Freeze", lock_text="Lock now")


def test_pages_are_reached_by_mouse_and_by_keys(qtbot: QtBot, show: Show) -> None:
    bar = navigation()
    show(bar, 212, 700)
    heard: list[str] = []
    bar.page_chosen.connect(heard.append)
    click(bar.button("p3"))
    for number in range(1, 9):
        press(bar, Qt.Key(int(Qt.Key.Key_0) + number), Qt.KeyboardModifier.ControlModifier)
    assert heard == ["p3", *(f"p{number}" for number in range(1, 9))]
    bar.set_current("p2")
    assert bar.current() == "p2"
    bar.set_badge("p3", "4", "Page 3, 4 waiting")
    assert bar.button("p3").accessibleName() == "Page 3, 4 waiting"
    bar.set_badge("p3", "")
    assert bar.button("p3").accessibleName() == "Page 3"


def test_freeze_and_lock_are_always_in_sight(qtbot: QtBot, show: Show, dress: Dress) -> None:
    dress(percent=200)
    bar = navigation()
    show(bar, bar.sizeHint().width(), 680)
    for button in (bar.freeze, bar.lock):
        assert button.visibleRegion().boundingRect() == button.rect()
    with qtbot.waitSignal(bar.freeze_pressed):
        click(bar.freeze)
    with qtbot.assertNotEmitted(bar.freeze_pressed):
        press(bar.freeze, Qt.Key.Key_Return)
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    with qtbot.waitSignal(bar.lock_pressed):
        press(bar, Qt.Key.Key_L, modifiers)


def page() -> kit.ScrollPage:
    made = kit.ScrollPage("Check the details", "Nothing has left yet.")
    made.add(kit.Card("Main"))
    made.add_aside(kit.Card("Aside"))
    return made


def test_the_heading_has_the_first_focus_each_time_a_page_opens(qtbot: QtBot, show: Show) -> None:
    stack = QStackedWidget()
    first, second = page(), page()
    field = kit.TextField("Payee")
    first.add(field)
    for one in (first, second):
        stack.addWidget(one)
    show(stack, 1240, 800)
    assert first.heading.hasFocus()
    field.setFocus()
    stack.setCurrentWidget(second)
    assert second.heading.hasFocus()
    stack.setCurrentWidget(first)
    assert first.heading.hasFocus()
    press(first.heading, Qt.Key.Key_Tab)
    assert field.hasFocus()


@pytest.mark.parametrize(
    ("width", "percent", "one"), [(1240, 100, False), (1099, 100, True), (1240, 150, True), (2600, 200, True)]
)
def test_narrow_windows_and_large_text_have_one_column(
    show: Show, dress: Dress, width: int, percent: int, one: bool
) -> None:
    dress(percent=percent)
    made = page()
    show(made, width, 800)
    assert made.one_column() is one


def test_the_bar_shows_why_and_holds_equal_buttons(qtbot: QtBot, show: Show) -> None:
    made = page()
    safe, primary = kit.SafeButton("Stop"), kit.PrimaryButton("These details are right")
    footer = made.set_actions(safe, primary, "Step 5 of 6")
    show(made, 1240, 800)
    assert safe.size() == primary.size()
    assert safe.x() < primary.x()
    primary.set_blocked("Type the last four digits first.")
    click(primary)
    assert footer.reason.isVisible()
    assert footer.reason.text() == "Type the last four digits first."


def test_an_interruption_speaks_at_once_and_takes_the_focus(show: Show, spoken: list[tuple[str, bool]]) -> None:
    holder = QWidget()
    row = QHBoxLayout(holder)
    panel = kit.InterruptionPanel("stop", "The bank never asks this.", ["Hang up."])
    panel.set_actions([kit.PrimaryButton("Stop and call the bank"), kit.SafeButton("Go on")])
    panel.hide()
    row.addWidget(panel)
    show(holder, 700, 400)
    panel.appear()
    assert panel.hasFocus()
    assert spoken == [("The bank never asks this. Hang up.", True)]
    centre = panel.grab().toImage().pixelColor(panel.width() - 20, 20)
    assert centre.name() == QColor(look().palette.side).name()


def test_messages_on_the_phone_are_spoken_once(show: Show, spoken: list[tuple[str, bool]]) -> None:
    phone = kit.PhonePanel("Practice phone", "No messages yet.")
    show(phone)
    first, second = kit.Sms("Bank", "Code 482913"), kit.Sms("Bank", "Done")
    phone.set_messages([first])
    phone.set_messages([first])
    phone.set_messages([first, second])
    assert spoken == [("Bank: Code 482913", False), ("Bank: Done", False)]
    assert phone.messages() == (first, second)


def test_banners_and_chips_change_their_words(show: Show, spoken: list[tuple[str, bool]]) -> None:
    banner = kit.Banner(Tone.DANGER, "Stopped", "Nothing was sent.")
    show(banner)
    banner.set_text("Sent", "It has arrived.")
    banner.appear()
    assert spoken == [("Sent It has arrived.", True)]
    chip = kit.Chip("Match", Tone.OK)
    chip.set_state("No match", Tone.DANGER)
    assert (chip.text(), chip.tone) == ("No match", Tone.DANGER)


def test_progress_never_pretends(qtbot: QtBot, show: Show) -> None:
    work = kit.ProgressRow("Sending", cancel_text="Cancel")
    show(work)
    work.set_progress("Still waiting for the bank. Nothing was sent twice.")
    bar = work.findChild(QProgressBar)
    assert bar is not None
    assert not bar.isVisible()
    work.set_progress("12 of 40", 12, 40)
    assert (bar.isVisible(), bar.value(), bar.maximum()) == (True, 12, 40)
    link = work.findChild(kit.LinkButton)
    assert link is not None
    with qtbot.waitSignal(work.cancel_pressed):
        click(link)
    work.set_cancellable(False)
    assert not link.isVisible()


def test_a_row_opens_by_double_click_and_enter(qtbot: QtBot, show: Show) -> None:
    table = kit.KitTable("History")
    model = QStandardItemModel(0, 1, table)
    for text in ("<b>one</b>", "two"):
        model.appendRow(QStandardItem(text))
    table.setModel(model)
    show(table)
    heard: list[int] = []
    table.row_opened.connect(heard.append)
    table.selectRow(1)
    press(table, Qt.Key.Key_Return)
    where = table.visualRect(model.index(0, 0)).center()
    click(table.viewport(), where)
    double_click(table.viewport(), where)
    assert heard == [1, 0]
    QTest.mouseMove(table.viewport(), where)
    qtbot.waitUntil(lambda: table.hover_row() == 0)
    QApplication.sendEvent(table, QEvent(QEvent.Type.Leave))
    assert table.hover_row() == -1


def test_an_unknown_language_speaks_the_english_of_the_source() -> None:
    before = language()
    set_language("xx")
    field = kit.SecretField()
    button = field.findChild(kit.LinkButton)
    set_language(before)
    assert button is not None
    assert button.text() == "Show"
