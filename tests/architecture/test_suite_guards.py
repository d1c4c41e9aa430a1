"""The guards of the suite fail the guilty test and no other, and the core suite has no Qt."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.source import ROOT

CULPRITS: Final = """
from __future__ import annotations

import logging
import threading
import warnings

import pytest
from PySide6.QtCore import QObject, QThread, QTimer
from PySide6.QtWidgets import QLabel, QWidget

kept = []


def test_thread_left():
    release = threading.Event()
    kept.append(release)
    threading.Thread(target=release.wait, name="left behind", daemon=True).start()


def test_thread_ended():
    release = threading.Event()
    one = threading.Thread(target=release.wait)
    one.start()
    release.set()


def test_timer_left(qapp):
    one = QTimer()
    one.start(10_000)
    kept.append(one)


def test_timer_stopped(qapp):
    one = QTimer()
    one.start(10_000)
    one.stop()
    kept.append(one)


def test_timer_of_a_closed_window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    one = QTimer(window)
    one.start(10_000)
    kept.append((window, one))


def test_qt_thread_left(qapp):
    one = QThread()
    one.start()
    kept.append(one)


def test_qt_thread_ended(qapp):
    one = QThread()
    one.start()
    one.quit()
    kept.append(one)


@pytest.fixture(scope="module")
def long_lived(qapp):
    one = QTimer()
    one.start(10_000)
    yield one
    one.stop()


def test_timer_of_a_wider_fixture(long_lived):
    long_lived.start(20_000)


def test_timer_of_a_wider_fixture_again(long_lived):
    long_lived.start(30_000)


def test_warning_logged():
    logging.getLogger("countersign.x").warning("something is odd")


def test_warning_expected(caplog):
    logging.getLogger("countersign.x").warning("something is odd")
    assert "odd" in caplog.text


def test_warning_raised():
    warnings.warn("old ways", DeprecationWarning, stacklevel=1)


def test_qt_warning(qapp):
    QObject().startTimer(-5)


def test_exception_in_a_thread():
    one = threading.Thread(target=lambda: 1 / 0)
    one.start()
    one.join()


def test_innocent():
    assert kept


def test_let_them_go():
    for one in kept:
        if isinstance(one, QThread):
            one.quit()
            assert one.wait(5_000)
        elif isinstance(one, threading.Event):
            one.set()
"""

GUILTY: Final = {
    "test_thread_left": "thread 'left behind'",
    "test_timer_left": "timer 'QTimer'",
    "test_qt_thread_left": "Qt thread 'QThread'",
    "test_warning_logged": "something is odd",
    "test_warning_raised": "old ways",
    "test_qt_warning": "timer",
    "test_exception_in_a_thread": "ZeroDivisionError",
}


def run_pytest(place: Path, source: str, *options: str) -> str:
    """Run tests written to ``place`` under this suite's own settings and guards."""
    file = place / "test_planted.py"
    file.write_text(source, encoding="utf-8")
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "tests.conftest"),
            *(f"--rootdir={ROOT}", "-c", str(ROOT / "pyproject.toml"), *options, "-v", "-rA", str(file)),
        ],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def test_the_guards_fail_the_guilty_and_only_them(tmp_path: Path) -> None:
    said = run_pytest(tmp_path, CULPRITS)
    failed = set(re.findall(r"^(?:FAILED|ERROR) \S*::(test_\w+)", said, re.MULTILINE))
    assert failed == GUILTY.keys(), said
    for reason in GUILTY.values():
        assert reason in said


@pytest.mark.parametrize("workers", [0, 2])
def test_the_core_suite_can_not_import_qt(tmp_path: Path, workers: int) -> None:
    source = """
import importlib
import pytest

@pytest.mark.parametrize("name", ["PySide6", "PySide6.QtCore", "shiboken6"])
def test_import(name):
    with pytest.raises(ModuleNotFoundError, match="blocked"):
        importlib.import_module(name)
"""
    said = run_pytest(tmp_path, source, f"-n{workers}", "-p", "no:pytest-qt", "-p", "tests.core_without_qt")
    assert "3 passed" in said, said


def test_blocking_too_late_is_an_error() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import PySide6\nimport tests.core_without_qt"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "imported before the core suite began" in done.stderr


@pytest.mark.parametrize("option", ["--strict-markers", "--strict-config"])
def test_strictness_is_on(pytestconfig: pytest.Config, option: str) -> None:
    assert option in pytestconfig.getini("addopts")


def test_every_warning_is_an_error(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getini("filterwarnings")[0] == "error"
    assert pytestconfig.getini("xfail_strict") is True
