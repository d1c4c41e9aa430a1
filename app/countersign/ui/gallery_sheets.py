"""Compose the sheets of the gallery: samples, with made-up names and numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.ui import widgets as kit
from countersign.ui.theme.icons import icon_names
from countersign.ui.theme.tokens import Space, Tone

LARGE: Final = 200

Words = Callable[[str], str]

_CHINESE: Final[dict[str, str]] = {
    "Home": "首页",
    "New transfer": "新建转账",
    "Approvals": "待复核",
    "Payees": "收款人",
    "History": "历史记录",
    "Incidents": "紧急处置",
    "Learn": "学习中心",
    "Settings": "设置",
    "Freeze": "紧急暂停付款",
    "Lock now": "立即锁定",
    "Payee": "收款人",
    "Name check": "户名核验",
    "Amount and date": "金额与日期",
    "Risk check": "风险检查",
    "Review": "核对",
    "Confirm": "确认",
    "Check the details before you confirm": "确认前请逐项核对",
    "Nothing leaves your account until the next step.": "在您完成下一步之前，款项不会转出。",
    "You send": "转账金额",
    "two hundred and fifty thousand pounds": "英镑贰拾伍万元整",
    "Pay to": "收款人",
    "Account": "收款账号",
    "Arrives": "到账日期",
    "Reference": "附言",
    "From": "付款账户",
    "Change": "修改",
    "Close match": "部分一致",
    "Hartwell & Stone Solicitors LLP": "上海张江置业有限公司",
    "Friday 27 November 2026": "2026年11月27日 星期五",
    "PLOT 14 DEPOSIT": "购房首付款",
    "Why we paused": "为什么请您多看一眼",
    "First payment to this account": "首次向该账户付款",
    "41 times your usual amount": "金额是平时的 41 倍",
    "Account details arrived by email": "收款信息来自电子邮件",
    "Your last 12 payments and this one": "近 12 笔付款与本笔对比",
    "Call back before you pay": "付款前请先回拨核实",
    "Use a number you already had, not one from the message.": "请使用您原有的电话号码，不要使用邮件中的号码。",
    "Something is not right": "有疑问，先不付款",
    "These details are right": "我已核对，信息无误",
    "Step 5 of 6": "第 5 步，共 6 步",
    "Practice money": "练习资金",
    "Nothing here leaves this computer.": "这里的任何操作都不会离开这台电脑。",
    "Is someone on the phone with you now?": "现在有人正在和您通电话吗？",
    "Yes, they are still on the line": "有，对方还没有挂断",
    "No, I am alone": "没有，只有我一个人",
    "Practice phone": "练习手机",
    "The bank never asks you to move money to a safe account.": "银行从不要求您把钱转到“安全账户”。",
    "Anyone who asks this is a thief, whoever they say they are. Hang up. "
    "Call the bank on the number on your card.": "凡是这样要求的都是骗子。请挂断电话，拨打银行卡背面的号码。",
    "Stop and call the bank": "停止付款，致电银行",
    "Go on": "继续",
}


def words(language: str) -> Words:
    """Return the sample words of a language; English where there are none."""
    table = _CHINESE if language.startswith("zh") else {}
    return lambda text: table.get(text, text)


def _surface(size: QSize) -> tuple[QWidget, QVBoxLayout]:
    ground = QWidget()
    ground.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    body = QVBoxLayout(ground)
    body.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
    body.setSpacing(Space.L)
    ground.resize(size)
    return ground, body


def nav(say: Words) -> kit.NavBar:
    """Return the side bar with its eight pages."""
    names = (
        ("home", "home", "Home"),
        ("transfer", "send", "New transfer"),
        ("approvals", "inbox", "Approvals"),
        ("payees", "people", "Payees"),
        ("history", "history", "History"),
        ("incidents", "incident", "Incidents"),
        ("learn", "learn", "Learn"),
        ("settings", "settings", "Settings"),
    )
    bar = kit.NavBar(
        say("Home"),
        [kit.NavEntry(key, icon, say(text)) for key, icon, text in names],
        product="Countersign",
        freeze_text=say("Freeze"),
        lock_text=say("Lock now"),
    )
    bar.set_current("transfer")
    bar.set_badge("approvals", "3", say("Approvals"))
    return bar


def steps(say: Words) -> kit.Stepper:
    """Return the six steps of a transfer, at the review."""
    state = kit.StepState
    names = ("Payee", "Name check", "Amount and date", "Risk check", "Review", "Confirm")
    states = (state.DONE, state.DONE, state.DONE, state.SKIPPED, state.CURRENT, state.TODO)
    return kit.Stepper([kit.Step(say(n), s) for n, s in zip(names, states, strict=True)])


def bars(say: Words) -> kit.BarChart:
    """Return the chart of the last payments."""
    usual = (3900, 6100, 5200, 6300, 3400, 6000, 6400, 5700, 4100, 6000, 7000, 5600)
    made = [kit.Bar(v, f"{i + 1} Oct", f"{v:,}") for i, v in enumerate(usual)]
    made.append(kit.Bar(250_000, "27 Nov", "250,000", highlight=True))
    return kit.BarChart(
        say("Your last 12 payments and this one"),
        "This payment is 41 times as large as your usual one.",
        made,
        headers=(say("Arrives"), say("You send")),
        usual="≈ 6,000",
    )


def review(say: Words, percent: int) -> tuple[QWidget, QSize]:
    """Return the review page within the shell."""
    ground = QWidget()
    row = QHBoxLayout(ground)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.addWidget(nav(say))
    right = QVBoxLayout()
    right.setSpacing(0)
    right.addWidget(kit.PracticeRibbon(say("Practice money"), say("Nothing here leaves this computer.")))
    page = kit.ScrollPage(
        say("Check the details before you confirm"),
        say("Nothing leaves your account until the next step."),
    )
    page.set_top(steps(say))
    card = kit.Card()
    card.body.setSpacing(Space.XS)
    card.add(kit.PlainLabel(say("You send"), kit.Variant.MUTED))
    card.add(kit.PlainLabel("GBP 250,000.00", kit.Variant.DISPLAY, ltr=True))
    card.add(kit.PlainLabel(say("two hundred and fifty thousand pounds"), kit.Variant.MUTED))
    card.body.addSpacing(Space.S)
    card.add(kit.Divider())
    change = say("Change")
    card.add(
        kit.KeyValueRows(
            [
                kit.Row(
                    "payee",
                    say("Pay to"),
                    say("Hartwell & Stone Solicitors LLP"),
                    say("Close match"),
                    Tone.WARN,
                    change=change,
                ),
                kit.Row("account", say("Account"), "GB29 NWBK 6016 1331 9268 19", change=change, ltr=True),
                kit.Row("arrives", say("Arrives"), say("Friday 27 November 2026"), change=change),
                kit.Row("reference", say("Reference"), say("PLOT 14 DEPOSIT"), change=change),
                kit.Row("from", say("From"), "Everyday ••4471", change=change, ltr=True),
            ]
        )
    )
    page.add(card)
    why = kit.Card(say("Why we paused"), tone=Tone.WARN)
    why.add_points(
        [
            say("First payment to this account"),
            say("41 times your usual amount"),
            say("Account details arrived by email"),
        ]
    )
    page.add_aside(why)
    chart = kit.Card()
    chart.add(bars(say), 1)
    page.add_aside(chart)
    call = kit.Card(say("Call back before you pay"), icon="phone")
    call.add(kit.PlainLabel(say("Use a number you already had, not one from the message."), kit.Variant.MUTED))
    page.add_aside(call)
    page.set_actions(
        kit.SafeButton(say("Something is not right")),
        kit.ArmingButton(say("These details are right")),
        say("Step 5 of 6"),
    )
    right.addWidget(page, 1)
    row.addLayout(right, 1)
    return ground, QSize(1240, 800) if percent < LARGE else QSize(1440, 1000)


def controls(say: Words, percent: int) -> tuple[QWidget, QSize]:
    """Return buttons, chips, banners and labels."""
    size = QSize(1100, 1180 if percent < LARGE else 2200)
    ground, body = _surface(size)
    for variant in kit.Variant:
        body.addWidget(kit.PlainLabel(f"{variant} · {say('Amount and date')} 0123456789", variant))
    line = kit.FlowLayout(None, Space.M)
    blocked = kit.PrimaryButton(say("Confirm"))
    blocked.set_blocked(say("Why we paused"))
    waiting = kit.ArmingButton(say("These details are right"))
    waiting.arm_after(60_000)
    focused = kit.SafeButton(say("Something is not right"))
    for button in (
        kit.PrimaryButton(say("These details are right")),
        focused,
        kit.QuietButton(say("Change"), icon="edit"),
        kit.DangerButton(say("Freeze"), icon="freeze"),
        kit.LinkButton(say("Change")),
        blocked,
        waiting,
        kit.IconButton("copy", say("Account")),
    ):
        line.addWidget(button)
    body.addLayout(line)
    chips = kit.FlowLayout(None, Space.S)
    for tone in Tone:
        chips.addWidget(kit.Chip(say("Close match"), tone))
    body.addLayout(chips)
    for tone in Tone:
        body.addWidget(
            kit.Banner(
                tone,
                say("Why we paused"),
                say("Use a number you already had, not one from the message."),
                actions=[kit.LinkButton(say("Change"))] if tone is Tone.WARN else [],
            )
        )
    icons = kit.FlowLayout(None, Space.M)
    for name in icon_names():
        icons.addWidget(kit.IconView(name, 24))
    body.addLayout(icons)
    body.addStretch(1)
    ground.setFocusProxy(focused)
    return ground, size


def forms(say: Words, percent: int) -> tuple[QWidget, QSize]:
    """Return every kind of field, some with faults."""
    size = QSize(760 if percent < LARGE else 1000, 1320 if percent < LARGE else 2300)
    ground, body = _surface(size)
    summary = kit.ErrorSummary(say("Why we paused"))
    body.addWidget(summary)
    name = kit.TextField(placeholder=say("Payee"))
    account = kit.AccountField()
    account.set_value("GB29NWBK60161331926819")
    amount = kit.AmountField(currency="GBP")
    amount.setText("250,000.00")
    secret = kit.SecretField()
    secret.setText("correct horse")
    code = kit.OtpField(max_length=6)
    code.setText("482913")
    choice = kit.SelectField(options=[("a", say("Friday 27 November 2026")), ("b", say("Confirm"))])
    area = kit.TextArea(placeholder=say("Reference"), lines=3)
    fields = [
        kit.Field(say("Payee"), name, hint=say("Account details arrived by email")),
        kit.Field(say("Account"), account),
        kit.Field(say("You send"), amount),
        kit.Field(say("Lock now"), secret),
        kit.Field(say("Confirm"), code),
        kit.Field(say("Arrives"), choice),
        kit.Field(say("Arrives"), kit.DateField("2026-11-27")),
        kit.Field(say("Reference"), area),
        kit.Field(say("Home"), kit.TextField(icon="search", placeholder=say("History"))),
    ]
    for field in fields:
        body.addWidget(field)
    body.addWidget(kit.CheckField(say("Nothing leaves your account until the next step.")))
    body.addWidget(
        kit.ChoiceCards(
            say("Is someone on the phone with you now?"),
            [
                kit.Choice("yes", say("Yes, they are still on the line"), say("Call back before you pay")),
                kit.Choice("no", say("No, I am alone")),
            ],
        )
    )
    body.addStretch(1)
    summary.show_errors([(fields[1], say("Use a number you already had, not one from the message."))])
    return ground, size


def stories(say: Words, percent: int) -> tuple[QWidget, QSize]:
    """Return interruption, timeline, phone, table, QR, progress and empty state."""
    size = QSize(1100, 1500 if percent < LARGE else 2500)
    ground, body = _surface(size)
    panel = kit.InterruptionPanel(
        "stop",
        say("The bank never asks you to move money to a safe account."),
        [
            say(
                "Anyone who asks this is a thief, whoever they say they are. Hang up. "
                "Call the bank on the number on your card."
            )
        ],
    )
    panel.add(
        kit.ChoiceCards(
            say("Is someone on the phone with you now?"),
            [
                kit.Choice("yes", say("Yes, they are still on the line")),
                kit.Choice("no", say("No, I am alone")),
            ],
        )
    )
    panel.set_actions([kit.PrimaryButton(say("Stop and call the bank"), icon="phone"), kit.SafeButton(say("Go on"))])
    body.addWidget(panel)
    row = QHBoxLayout()
    row.setSpacing(Space.L)
    moment = kit.Moment
    card = kit.Card(say("History"))
    card.add(
        kit.Timeline(
            say("History"),
            [
                kit.TimelineEntry(say("Review"), moment.DONE, "", say("First payment to this account"), "27 Nov 10:04"),
                kit.TimelineEntry(say("Confirm"), moment.CURRENT, "", say("Call back before you pay"), "27 Nov 10:05"),
                kit.TimelineEntry(say("Name check"), moment.UNKNOWN, "", say("Why we paused")),
                kit.TimelineEntry(say("Amount and date"), moment.FAILED),
                kit.TimelineEntry(say("Arrives"), moment.TODO),
            ],
        )
    )
    row.addWidget(card, 3)
    phone = kit.PhonePanel(say("Practice phone"), say("History"))
    phone.set_messages([kit.Sms("Practice Bank", "482913 · GBP 250,000.00 → …819", "10:05")])
    row.addWidget(phone, 2)
    row.addWidget(kit.QrView(say("Confirm"), kit.qr_matrix("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP")))
    body.addLayout(row)
    body.addWidget(steps(say))
    table = kit.KitTable(say("History"))
    model = QStandardItemModel(0, 3, table)
    model.setHorizontalHeaderLabels([say("Payee"), say("Arrives"), say("You send")])
    for who, when, much in (
        ("Northwind Logistics GmbH", "2026-11-03", "EUR 84,310.55"),
        ("上海张江精密制造有限公司", "2026-10-21", "CNY 1,260,000.00"),
        ("Pacific Freight Ltd", "2026-10-02", "USD 38,900.00"),
    ):
        items = [QStandardItem(text) for text in (who, when, much)]
        items[2].setTextAlignment(Qt.AlignmentFlag.AlignRight)
        model.appendRow(items)
    table.setModel(model)
    table.setColumnWidth(0, 420)
    table.setColumnWidth(1, 130 if percent < LARGE else 240)
    header = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    model.setHeaderData(2, Qt.Orientation.Horizontal, header, Qt.ItemDataRole.TextAlignmentRole)
    table.selectRow(1)
    table.setMinimumHeight(200 if percent < LARGE else 380)
    body.addWidget(table)
    work = kit.ProgressRow(say("Name check"), cancel_text=say("Change"))
    work.set_progress("12 / 40", 12, 40)
    body.addWidget(work)
    points = [kit.Point(v, str(i), str(v)) for i, v in enumerate((4, 5, 5, 7, 6, 9, 8, 8, 11, 10, 12))]
    spark = kit.Card("Everyday ••4471")
    spark.add(kit.Sparkline("Up by a third in 90 days", points, headers=(say("Arrives"), say("You send"))))
    body.addWidget(spark)
    body.addWidget(
        kit.EmptyState(
            "inbox",
            say("Approvals"),
            say("Nothing leaves your account until the next step."),
            action=kit.PrimaryButton(say("New transfer")),
        )
    )
    body.addStretch(1)
    return ground, size


SHEETS: Final[dict[str, Callable[[Words, int], tuple[QWidget, QSize]]]] = {
    "review": review,
    "controls": controls,
    "forms": forms,
    "stories": stories,
}
