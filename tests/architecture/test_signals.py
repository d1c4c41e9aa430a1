"""The binding survives many emitted signals (PySide6 6.12 on Python 3.11 lost a reference of True at each)."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

from tests.architecture.source import ROOT

EMITTED: Final = 5_000
PROGRAM: Final = f"""
from PySide6.QtCore import QCoreApplication, QObject, Signal

class Bell(QObject):
    rung = Signal(bool)

app = QCoreApplication([])
heard = []
bell = Bell()
bell.rung.connect(heard.append)
for _ in range({EMITTED}):
    bell.rung.emit(True)
print(len(heard))
"""


def test_five_thousand_signals_arrive() -> None:
    """In a process of its own: the fault it looks for ends the interpreter."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, str(EMITTED)), done.stderr
