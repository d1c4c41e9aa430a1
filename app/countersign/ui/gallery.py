"""Render every widget in every look to pictures: a tool for the people who draw.

``python -m countersign.ui.gallery OUTDIR`` writes one PNG per sheet, theme, language
and text size, without a display.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget

from countersign.ui import gallery_sheets as sheets
from countersign.ui.theme.style import apply_theme
from countersign.ui.theme.tokens import Theme

LANGUAGES = ("en", "zh_CN")
PERCENTS = (100, 200)


def settle(widget: QWidget, size: QSize) -> None:
    """Show a widget at a size with its layouts done."""
    widget.resize(size)
    widget.show()
    widget.ensurePolished()
    for _round in range(2):
        QApplication.sendPostedEvents()
        layout = widget.layout()
        if layout is not None:
            layout.activate()


def render(app: QApplication, folder: Path, only: str = "") -> list[Path]:
    """Write all pictures whose name holds ``only``, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for theme in Theme:
        for language in (*LANGUAGES, "ar"):
            for percent in PERCENTS:
                apply_theme(app, theme, language, percent, motion=False)
                for name, build in sheets.SHEETS.items():
                    title = f"{name}-{theme}-{language}-{percent}"
                    if only not in title or (language == "ar" and percent != PERCENTS[0]):
                        continue
                    widget, size = build(sheets.words(language), percent)
                    settle(widget, size)
                    path = folder / f"{title}.png"
                    widget.grab().save(str(path))
                    written.append(path)
                    widget.close()
                    widget.deleteLater()
    return written


def main(arguments: list[str]) -> int:
    """Render the gallery into the folder given."""
    if not arguments:
        sys.stderr.write("usage: python -m countersign.ui.gallery OUTDIR [NAME-PART]\n")
        return 2
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    only = arguments[1] if len(arguments) > 1 else ""
    written = render(app, Path(arguments[0]), only)
    sys.stdout.write(f"{len(written)} pictures in {arguments[0]}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
