"""A list of very many payments, checked through the windows: progress, stopping, going on, and a window that answers.

What each run took goes to ``build/reports/large_file.json``.
"""

from __future__ import annotations

import time

import pytest
from PySide6.QtWidgets import QProgressBar
from pytestqt.qtbot import QtBot

from countersign.application.batch_state import BatchStage
from countersign.application.use_cases.check_batch import kept_batches
from countersign.presentation.batch_state import Stage
from countersign.testing.conductor import Until
from countersign.testing.plugin import wait_for
from countersign.testing.stalls import StallWatch
from countersign.testing.window import Window
from countersign.ui.start import Running
from countersign.ui.views.batch.page import BatchPage
from countersign.ui.widgets import LinkButton
from tests.benchmarks.made_files import paid_minor, write_pain001
from tests.gui.own_bank.hands import Desk, add_account, make_vault, own_account
from tests.gui.own_bank.test_large_file import Figures, figures

__all__ = ["figures"]


class List:
    """The page, and what it shows while a list is checked."""

    def __init__(self, program: Running, window: Window, qtbot: QtBot, desk: Desk) -> None:
        self.program, self.window, self.qtbot = program, window, qtbot
        self.path = desk.folder / "payments.xml"
        program.program.presenter.open_batch(str(self.path))
        wait_for(qtbot, window.showing("batch.source"))
        self.page = window.find_as("batch.page", BatchPage)
        bar = self.page.progress.findChild(QProgressBar)
        assert isinstance(bar, QProgressBar)
        self.bar, self.shown = bar, list[int]()
        bar.valueChanged.connect(self.shown.append)

    @property
    def stage(self) -> Stage:
        assert self.page._shown is not None  # noqa: SLF001 - what the page shows
        return self.page._shown.stage  # noqa: SLF001

    def stop_half_way(self, seconds: int) -> None:
        """Press *Stop here* in the middle."""

        def is_half_way() -> bool:
            self.program.program.presenter.activity()
            return self.bar.value() * 2 >= self.bar.maximum() > 1

        self.qtbot.waitUntil(is_half_way, timeout=seconds * 1000)
        link = self.page.progress.findChild(LinkButton)
        assert isinstance(link, LinkButton)
        link.click()
        self.wait_for(Stage.CHOOSE, seconds)

    def wait_for(self, stage: Stage, seconds: int) -> None:
        """Wait with a hand on the mouse: after five minutes without one the vault locks itself."""

        def ended() -> bool:
            self.program.program.presenter.activity()
            return self.program.tasks.idle and self.stage is stage

        wait_for(self.qtbot, Until(ended, stage.value, seconds))


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(2_000, marks=pytest.mark.timeout(300)),
        pytest.param(100_000, marks=[pytest.mark.nightly, pytest.mark.timeout(3_000)]),
    ],
)
def test_a_large_list_is_checked(
    program: Running,
    window: Window,
    qtbot: QtBot,
    desk: Desk,
    figures: Figures,
    stall_watch: StallWatch,
    lines: int,
) -> None:
    figures.what, figures.entries, seconds = "list", lines, 120 + lines // 50
    make_vault(window, qtbot)
    account = own_account(program)
    add_account(window, qtbot, account, "manual")
    write_pain001(desk.folder / "payments.xml", lines, lines // 2, account)
    page = List(program, window, qtbot, desk)
    vault = program.program.presenter.session.vault
    with figures.measured(stall_watch):
        window.choose("batch.source", "contract")
        started = time.monotonic()
        window.press("batch.primary")
        page.stop_half_way(seconds)
        figures.seconds_until_stopped = round(time.monotonic() - started, 1)
        (kept,) = kept_batches(vault)
        assert kept.stage is BatchStage.READING
        assert 0 < kept.tally.lines < lines

        figures.steps = len(set(page.shown))
        page.shown.clear()
        started = time.monotonic()
        window.press("batch.on.0")
        page.wait_for(Stage.CHECKED, seconds)
        figures.seconds = round(time.monotonic() - started, 1)
        figures.recorded = page.page.rows.rowCount()
        for shown in ("goes", "all"):
            window.press(f"batch.filter.{shown}")
            wait_for(qtbot, window.idle())
        page.page.table.scrollToBottom()
        wait_for(qtbot, window.idle())
        last = page.page.rows.index(lines - 1, 1)
        qtbot.waitUntil(lambda: page.page.rows.data(last) not in {None, "…"}, timeout=seconds * 1000)
    (kept,) = kept_batches(vault)
    assert (kept.tally.lines, kept.tally.goes) == (lines, lines)
    assert [(total.currency, total.minor) for total in kept.totals] == [
        ("EUR", sum(paid_minor(number) for number in range(1, lines + 1)))
    ]
    assert figures.steps > 1
    assert figures.recorded == lines
    figures.judge()
