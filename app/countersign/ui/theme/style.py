"""Put a look on the application: Fusion, one palette, one style sheet.

Widgets of the kit paint themselves from the tokens; the sheet is for Qt's own
(fields, lists, tables, scroll bars, menus), and sets no fonts, so that `setFont`
keeps its word.
"""

from __future__ import annotations

from string import Template
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from countersign.ui.theme.fonts import font
from countersign.ui.theme.look import Look, board
from countersign.ui.theme.tokens import TARGET, Palette, Radius, Space, Theme, clamp_percent

_RIGHT_TO_LEFT: Final = ("ar", "fa", "he", "ug", "ur")

# A focused control has a border one pixel thicker and a padding one pixel smaller:
# the ring never moves or clips the text.
_SHEET: Final = Template("""
QToolTip { background: $raised; color: $text; border: 1px solid $border_strong;
  padding: ${s}px; }
QLineEdit, QPlainTextEdit, QComboBox, QDateEdit { background: $surface; color: $text;
  border: 1px solid $border_strong; border-radius: ${radius}px; padding: 3px 11px;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit, QPlainTextEdit { placeholder-text-color: $muted; }
QLineEdit, QComboBox, QDateEdit { min-height: ${field}px; }
QPlainTextEdit { padding: 7px 7px; }
QLineEdit:hover, QPlainTextEdit:hover, QComboBox:hover, QDateEdit:hover
  { border-color: $text; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QDateEdit:focus
  { border: 2px solid $focus; padding: 2px 10px; }
QPlainTextEdit:focus { padding: 6px 6px; }
QLineEdit[fault="true"], QPlainTextEdit[fault="true"], QComboBox[fault="true"],
QDateEdit[fault="true"] { border: 2px solid $danger; padding: 2px 10px; }
QPlainTextEdit[fault="true"] { padding: 6px 6px; }
QLineEdit[fault="true"]:focus, QPlainTextEdit[fault="true"]:focus
  { border: 3px solid $danger; padding: 1px 9px; }
QLineEdit:read-only { background: $sunken; }
QLineEdit[class="bare"], QLineEdit[class="bare"]:focus, QLineEdit[class="bare"]:hover
  { border: 0; padding: 0; background: transparent; }
QComboBox::drop-down, QDateEdit::drop-down { border: 0; width: ${arrow}px; }
QComboBox::down-arrow, QDateEdit::down-arrow { image: none; }
QComboBox QAbstractItemView, QMenu { background: $raised; color: $text;
  border: 1px solid $border_strong; padding: ${xs}px; outline: 0;
  selection-background-color: $accent_soft; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: ${item}px; padding: 0 ${s}px; }
QMenu::item { padding: ${s}px ${l}px; border: 2px solid transparent; border-radius: 6px; }
QMenu::item:selected { background: $accent_soft; border-color: $focus; color: $text; }
QMenu::separator { height: 1px; background: $border; margin: ${xs}px ${s}px; }
QScrollArea { background: transparent; border: 0; }
QScrollArea > QWidget > QWidget[class="page"] { background: transparent; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 2px; }
QScrollBar::handle { background: $border_strong; border-radius: 4px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $text; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QTableView { background: $surface; alternate-background-color: $surface; color: $text;
  border: 1px solid $border; border-radius: ${radius}px; gridline-color: transparent;
  selection-background-color: $accent_soft; selection-color: $text; outline: 0; }
QTableView:focus { border: 1px solid $focus; }
QHeaderView { background: transparent; border: 0; }
QHeaderView::section { background: $sunken; color: $muted; border: 0;
  border-bottom: 1px solid $border; padding: ${s}px ${m}px; }
QTableCornerButton::section { background: $sunken; border: 0; }
QProgressBar { background: $sunken; border: 1px solid $border_strong; border-radius: 5px;
  min-height: 8px; max-height: 8px; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }
QCalendarWidget QWidget { alternate-background-color: $sunken; }
""")


def style_sheet(look: Look) -> str:
    """Return the style sheet of a look."""
    field = look.px(TARGET) - 8
    sizes = {
        "xs": Space.XS,
        "s": Space.S,
        "m": Space.M,
        "l": Space.L,
        "radius": Radius.CONTROL,
        "field": field,
        "item": look.px(32),
        "arrow": look.px(32),
    }
    return _SHEET.substitute(look.palette.as_mapping(), **{name: int(size) for name, size in sizes.items()})


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
    app.setPalette(qt_palette(look.palette))
    app.setFont(font())
    sheet = style_sheet(look)
    if sheet != app.styleSheet():  # every widget is dressed anew then: that takes longer than all the rest
        app.setStyleSheet(sheet)
    board().changed.emit()
    return look
