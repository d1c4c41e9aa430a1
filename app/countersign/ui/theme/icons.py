"""Draw the program's own icons in any colour and size.

Every icon is an SVG on a 24-unit grid with one black stroke; the black is replaced
by the colour asked for, and the result is rendered at the screen's pixel ratio.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap, QTransform
from PySide6.QtSvg import QSvgRenderer

from countersign.ui.theme.resources import resource_path, resource_root

DIRECTIONAL: Final = frozenset(
    {"back", "forward", "chevron-left", "chevron-right", "send", "external", "undo", "learn"}
)
"""Icons that point along the line of reading, and turn round in right-to-left windows."""


def icon_names() -> tuple[str, ...]:
    """Return the names of all icons, sorted."""
    return tuple(sorted(path.stem for path in (resource_root() / "icons").glob("*.svg")))


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    """Return the SVG text of an icon."""
    return resource_path(f"icons/{name}.svg").read_text(encoding="utf-8")


def read_icons() -> None:
    """Read every icon from disk, on any thread: a page that is painted for the first time shows a dozen."""
    for name in icon_names():
        _source(name)


@lru_cache(maxsize=512)
def icon_pixmap(name: str, colour: str, size: int, ratio: float = 1.0, *, mirrored: bool = False) -> QPixmap:
    """Return an icon as a square pixmap.

    Args:
        name: file name without suffix, see `icon_names`.
        colour: ``#RRGGBB``.
        size: edge in device-independent pixels.
        ratio: device pixel ratio of the window.
        mirrored: whether the window reads from right to left; only icons that
            point along the line of reading turn round.

    Raises:
        FileNotFoundError: there is no such icon.
    """
    svg = _source(name).replace("#000000", colour)
    edge = round(size * ratio)
    pixmap = QPixmap(edge, edge)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, edge, edge))
    painter.end()
    if mirrored and name in DIRECTIONAL:
        pixmap = pixmap.transformed(QTransform().scale(-1, 1))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def paint_icon(painter: QPainter, name: str, where: QRectF, colour: str, *, mirrored: bool = False) -> None:
    """Paint an icon into the centre of a rectangle, as large as its shorter edge."""
    edge = int(min(where.width(), where.height()))
    ratio = painter.device().devicePixelRatioF()
    pixmap = icon_pixmap(name, colour, edge, ratio, mirrored=mirrored)
    left = where.x() + (where.width() - edge) / 2
    top = where.y() + (where.height() - edge) / 2
    painter.drawPixmap(QRectF(left, top, edge, edge), pixmap, QRectF(pixmap.rect()))
