"""The program with a new profile, as a person starts it: says ``painted`` once its first page is."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QApplication

from countersign.adapters.system.keyring_store import FolderStore
from countersign.bootstrap import lay_ground, session_opener
from countersign.ui.start import Running
from tests.benchmarks.painted import SayWhenPainted


def main() -> int:
    """Start as ``countersign`` does, in a home of its own."""
    home = Path(sys.argv[1])
    application = QApplication(["countersign"])
    ground = lay_ground("bench", home, FolderStore(home / "outside"))
    running = Running(ground, partial(session_opener, ground), application.quit)
    shell = running.program.shell
    SayWhenPainted(application, lambda: shell.stack.currentWidget() is not None)
    running.program.show()
    return QApplication.exec()


if __name__ == "__main__":
    sys.exit(main())
