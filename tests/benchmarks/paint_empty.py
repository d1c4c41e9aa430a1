"""An empty PySide6 window: says ``painted`` once it is."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication, QWidget

from tests.benchmarks.painted import SayWhenPainted


def main() -> int:
    """Show the window."""
    application = QApplication([])
    SayWhenPainted(application)
    window = QWidget()
    window.resize(1240, 800)
    window.show()
    return QApplication.exec()


if __name__ == "__main__":
    sys.exit(main())
