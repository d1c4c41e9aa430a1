"""Put a look on the application: Fusion and one palette; and a style sheet on each of Qt's own controls.

Widgets of the kit paint themselves from the tokens; sheets are for Qt's own (fields, lists, tables, scroll bars), and
set no fonts, so that `setFont` keeps its word. Each such control has its own small sheet: one on the application would
make Qt dress every label and box, too, which takes half as long again to build a page, and to change the theme.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from string import Template
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from countersign.ui.theme.fonts import font
from countersign.ui.theme.look import Look, board
from countersign.ui.theme.tokens import TARGET, Palette, Radius, Space, Theme, clamp_percent

_RIGHT_TO_LEFT: Final = ("ar", "fa", "he", "ug", "ur")

# A focused control has a border one pixel thicker and a padding one pixel smaller:
# the ring never moves or clips the text.
_BORDERED: Final = """
$kind { background: $surface; color: $text; border: 1px solid $border_strong; border-radius: ${radius}px;
  padding: ${down}px ${side}px; selection-background-color: $accent; selection-color: $on_accent; }
$kind:hover { border-color: $text; }
$kind:focus { border: 2px solid $focus; padding: ${down_2}px ${side_2}px; }
$kind[fault="true"] { border: 2px solid $danger; padding: ${down_2}px ${side_2}px; }
"""
_TYPED: Final = """
$kind { placeholder-text-color: $muted; }
$kind[fault="true"]:focus { border: 3px solid $danger; padding: ${down_3}px ${side_3}px; }
"""
_HIGH: Final = "$kind { min-height: ${field}px; }"
_ARROWED: Final = """
$kind::drop-down { border: 0; width: ${arrow}px; }
$kind::down-arrow { image: none; }
"""
_BARS: Final = """
QScrollBar:vertical { background: transparent; width: 12px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 2px; }
QScrollBar::handle { background: $border_strong; border-radius: 4px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $text; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""
_LIST: Final = """
QComboBox QAbstractItemView { background: $raised; color: $text; border: 1px solid $border_strong;
  padding: ${xs}px; outline: 0; selection-background-color: $accent_soft; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: ${item}px; padding: 0 ${s}px; }
"""
_TABLE: Final = """
QTableView { background: $surface; alternate-background-color: $surface; color: $text;
  border: 1px solid $border; border-radius: ${radius}px; gridline-color: transparent;
  selection-background-color: $accent_soft; selection-color: $text; outline: 0; }
QTableView:focus { border: 1px solid $focus; }
QHeaderView { background: transparent; border: 0; }
QHeaderView::section { background: $sunken; color: $muted; border: 0;
  border-bottom: 1px solid $border; padding: ${s}px ${m}px; }
QTableCornerButton::section { background: $sunken; border: 0; }
"""
_PROGRESS: Final = """
QProgressBar { background: $sunken; border: 1px solid $border_strong; border-radius: 5px;
  min-height: 8px; max-height: 8px; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }
"""
_CALENDAR: Final = "QCalendarWidget QWidget { alternate-background-color: $sunken; }"
_READ_ONLY: Final = "QLineEdit:read-only { background: $sunken; }"


class Dress(StrEnum):
    """The controls of Qt that wear a sheet."""

    LINE = "QLineEdit"
    AREA = "QPlainTextEdit"
    CHOICE = "QComboBox"
    DATE = "QDateEdit"
    BAR = "QScrollBar"
    TABLE = "QTableView"
    PROGRESS = "QProgressBar"


_SHEETS: Final[dict[Dress, str]] = {
    Dress.LINE: _BORDERED + _HIGH + _TYPED + _READ_ONLY,
    Dress.AREA: _BORDERED + _TYPED + _BARS,
    Dress.CHOICE: _BORDERED + _HIGH + _ARROWED + _LIST + _BARS,
    Dress.DATE: _BORDERED + _HIGH + _ARROWED + _CALENDAR,
    Dress.BAR: _BARS,
    Dress.TABLE: _TABLE + _BARS,
    Dress.PROGRESS: _PROGRESS,
}


@lru_cache(maxsize=64)
def style_sheet(look: Look, control: Dress) -> str:
    """Return the style sheet of a control in a look."""
    down, side = (7, 7) if control is Dress.AREA else (3, 11)
    sizes = {
        "xs": Space.XS,
        "s": Space.S,
        "m": Space.M,
        "radius": Radius.CONTROL,
        "field": look.px(TARGET) - 8,
        "item": look.px(32),
        "arrow": look.px(32),
        "down": down,
        "side": side,
        "down_2": down - 1,
        "side_2": side - 1,
        "down_3": down - 2,
        "side_3": side - 2,
    }
    named = {name: int(size) for name, size in sizes.items()}
    return Template(_SHEETS[control]).substitute(look.palette.as_mapping(), **named, kind=control.value)


def dress(widget: QWidget, control: Dress) -> None:
    """Put the sheet of the look in use on a control; call it again when the look changes."""
    sheet = style_sheet(board().look, control)
    if widget.styleSheet() != sheet:
        widget.setStyleSheet(sheet)


def qt_palette(palette: Palette) -> QPalette:
    """Return the tokens as Qt's palette, for whatever Fusion draws by itself."""
    made = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: palette.bg,
        role.WindowText: palette.text,
        role.Base: palette.surface,
        role.AlternateBase: palette.sunken,
        role.Text: palette.text,
        role.Button: palette.surface,
        role.ButtonText: palette.text,
        role.BrightText: palette.danger,
        role.Highlight: palette.accent,
        role.HighlightedText: palette.on_accent,
        role.Link: palette.accent,
        role.LinkVisited: palette.accent,
        role.ToolTipBase: palette.raised,
        role.ToolTipText: palette.text,
        role.PlaceholderText: palette.muted,
        role.Mid: palette.border_strong,
        role.Dark: palette.border_strong,
        role.Accent: palette.accent,
    }
    for which, colour in colours.items():
        made.setColor(which, QColor(colour))
    return made


def is_right_to_left(language: str) -> bool:
    """Tell whether a language is read from right to left."""
    return language.replace("-", "_").split("_")[0] in _RIGHT_TO_LEFT


def apply_theme(
    app: QApplication,
    theme: Theme = Theme.LIGHT,
    language: str = "en",
    text_percent: int = 100,
    *,
    motion: bool = True,
) -> Look:
    """Dress the whole application and tell every widget of the kit.

    Args:
        app: the application.
        theme: colour table.
        language: locale tag of the window's words; decides fonts and direction.
        text_percent: size of all text, brought into 90 to 200.
        motion: False stops fades even where the system would allow them.

    Returns:
        The look now in use.
    """
    look = Look(theme, language, clamp_percent(text_percent), motion)
    board().put(look)
    if app.property("countersignDressed") is None:
        app.setStyle("Fusion")
        app.setProperty("countersignDressed", 1)
    right = is_right_to_left(language)
    app.setLayoutDirection(Qt.LayoutDirection.RightToLeft if right else Qt.LayoutDirection.LeftToRight)
    palette = qt_palette(look.palette)
    app.setPalette(palette)
    QToolTip.setPalette(palette)
    app.setFont(font())
    board().changed.emit()
    return look
