"""Walk over a page and find what a person would stumble over.

Every visible widget is looked at, whatever page it belongs to: text that is cut off,
widgets that lie over each other, characters that show as boxes, things a screen
reader can't name, and text too faint for its ground.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Final, cast

from PySide6.QtCore import QCoreApplication, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QImage, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QWidget,
)

from countersign.testing.text_fit import SLACK, cut_text
from countersign.ui.theme.fonts import missing_glyphs
from countersign.ui.theme.tokens import contrast
from countersign.ui.widgets.buttons import KitButton

TEXT_CONTRAST: Final = 4.5
LARGE_CONTRAST: Final = 3.0
"""For text of 24 px, or 19 px and heavy (WCAG 2.2, 1.4.3)."""
_ROLE = QAccessible.Role
_NAMED_ROLES: Final = frozenset(
    {
        _ROLE.Button,
        _ROLE.ButtonDropDown,
        _ROLE.ButtonMenu,
        _ROLE.Chart,
        _ROLE.CheckBox,
        _ROLE.ComboBox,
        _ROLE.Dialog,
        _ROLE.EditableText,
        _ROLE.Graphic,
        _ROLE.Link,
        _ROLE.List,
        _ROLE.MenuItem,
        _ROLE.PageTab,
        _ROLE.ProgressBar,
        _ROLE.RadioButton,
        _ROLE.Slider,
        _ROLE.SpinBox,
        _ROLE.Table,
        _ROLE.Tree,
    }
)


class Fault(StrEnum):
    """Kinds of findings."""

    CLIPPED = "clipped"
    OVERLAP = "overlap"
    GLYPH = "glyph"
    UNNAMED = "unnamed"
    CONTRAST = "contrast"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: what kind of thing.
        where: path of classes and names from the root to the widget.
        detail: what was measured.
    """

    kind: Fault
    where: str
    detail: str


def walk(root: QWidget) -> list[Finding]:
    """Return everything wrong with what is visible in ``root``, in reading order.

    Args:
        root: a shown widget; its layouts are settled first, its scroll areas are
            scrolled through and put back.
    """
    settle()
    widgets = [root, *visible_widgets(root)]
    findings: list[Finding] = []
    for widget in widgets:
        findings.extend(_clipped(root, widget))
        findings.extend(_glyphs(root, widget))
        findings.extend(_overlaps(root, widget))
    findings.extend(_unnamed(root))
    findings.extend(_faint(root, widgets))
    return findings


def settle() -> None:
    """Let layouts that wait for it be done now."""
    for _round in range(3):
        QCoreApplication.sendPostedEvents()


def visible_widgets(root: QWidget) -> Iterator[QWidget]:
    """Yield every visible widget inside ``root``, parents first."""
    for child in root.children():
        if isinstance(child, QWidget) and child.isVisible() and not child.isWindow():
            yield child
            yield from visible_widgets(child)


def shown_texts(widget: QWidget) -> list[str]:
    """Return the texts a widget shows itself, without those of its children."""
    if isinstance(widget, QLabel | QAbstractButton):
        return [widget.text()] if widget.text() else []
    if isinstance(widget, QLineEdit):
        hidden = widget.echoMode() != QLineEdit.EchoMode.Normal
        texts = [widget.placeholderText(), "" if hidden else widget.text()]
        return [text for text in texts if text]
    if isinstance(widget, QPlainTextEdit):
        return [text for text in (widget.placeholderText(), widget.toPlainText()) if text]
    if isinstance(widget, QComboBox):
        return [widget.itemText(index) for index in range(widget.count())]
    return []


def _path(root: QWidget, widget: QWidget) -> str:
    parts: list[str] = []
    step: QWidget | None = widget
    while step is not None:
        name = step.objectName() or step.accessibleName()[:40]
        parts.append(f"{type(step).__name__}({name})" if name else type(step).__name__)
        if step is root:
            break
        step = step.parentWidget()
    return " / ".join(reversed(parts))


# --- clipped ------------------------------------------------------------------


def _clipped(root: QWidget, widget: QWidget) -> Iterator[Finding]:
    complaint = cut_text(widget) or _cut_by_parent(root, widget)
    if complaint:
        yield Finding(Fault.CLIPPED, _path(root, widget), complaint)


def _cut_by_parent(root: QWidget, widget: QWidget) -> str:
    parent = widget.parentWidget()
    if widget is root or parent is None or not shown_texts(widget):
        return ""
    inside = isinstance(parent.parentWidget(), QAbstractScrollArea)
    scrolled = inside and not isinstance(parent.parentWidget(), QScrollArea)
    if scrolled or isinstance(parent, QAbstractScrollArea):
        return ""
    box = widget.geometry()
    room = parent.rect().adjusted(-SLACK, -SLACK, SLACK, SLACK)
    if room.contains(box):
        return ""
    return f"at {box.getRect()} outside its parent's {parent.width()} × {parent.height()}"


# --- overlapping --------------------------------------------------------------


def _overlaps(root: QWidget, parent: QWidget) -> Iterator[Finding]:
    if isinstance(parent, QAbstractScrollArea | QComboBox | QAbstractSpinBox):
        return
    children = [
        child
        for child in parent.children()
        if isinstance(child, QWidget)
        and child.isVisible()
        and not child.isWindow()
        and not child.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    ]
    for first, second in combinations(children, 2):
        shared = first.geometry().intersected(second.geometry())
        if shared.width() > SLACK and shared.height() > SLACK:
            detail = f"{type(second).__name__} covers {shared.width()} × {shared.height()} px"
            yield Finding(Fault.OVERLAP, _path(root, first), detail)


# --- glyphs -------------------------------------------------------------------


def _glyphs(root: QWidget, widget: QWidget) -> Iterator[Finding]:
    for text in shown_texts(widget):
        missing = missing_glyphs(text, widget.font())
        if missing:
            detail = " ".join(f"U+{ord(character):04X}" for character in missing)
            yield Finding(Fault.GLYPH, _path(root, widget), detail)


# --- unnamed ------------------------------------------------------------------


def _unnamed(root: QWidget) -> Iterator[Finding]:
    top = QAccessible.queryAccessibleInterface(root)
    if top is not None:
        yield from _unnamed_below(root, top, top_level=True)


def _unnamed_below(root: QWidget, thing: QAccessibleInterface, *, top_level: bool = False) -> Iterator[Finding]:
    state = thing.state()
    thing_object = cast("QObject | None", thing.object())
    if state.invisible and not top_level:
        return
    internal = thing_object is not None and thing_object.objectName().startswith("qt_")
    role = thing.role()
    focusable = bool(state.focusable) and role not in (_ROLE.Pane, _ROLE.Window)
    if (role in _NAMED_ROLES or focusable) and not top_level and not internal and not _name(thing):
        where = _path(root, thing_object) if isinstance(thing_object, QWidget) else str(role)
        yield Finding(Fault.UNNAMED, where, f"{role.name} without a name")
    if role in (_ROLE.Table, _ROLE.Tree) or internal:
        return
    for index in range(thing.childCount()):
        child = cast("QAccessibleInterface | None", thing.child(index))
        if child is not None and child.isValid():
            yield from _unnamed_below(root, child)


def _name(thing: QAccessibleInterface) -> str:
    return thing.text(QAccessible.Text.Name).strip()


# --- contrast -----------------------------------------------------------------


def _ink(widget: QWidget) -> str | None:
    """Return the colour of the text a widget draws itself, None where it draws none."""
    if isinstance(widget, KitButton):
        return widget.paint_state().ink if widget.text() else None
    if isinstance(widget, QLabel):
        role = QPalette.ColorRole.WindowText
    elif isinstance(widget, QLineEdit):
        role = QPalette.ColorRole.Text if widget.text() else QPalette.ColorRole.PlaceholderText
    else:
        return None
    return widget.palette().color(role).name() if shown_texts(widget) else None


def _faint(root: QWidget, widgets: list[QWidget]) -> Iterator[Finding]:
    waiting = {widget: ink for widget in widgets if (ink := _ink(widget)) is not None}
    yield from _faint_here(root, waiting)
    for area in [widget for widget in widgets if isinstance(widget, QScrollArea)]:
        bar = area.verticalScrollBar()
        before = bar.value()
        for value in range(bar.minimum(), bar.maximum() + 1, max(bar.pageStep() // 2, 1)):
            bar.setValue(value)
            yield from _faint_here(root, waiting)
        bar.setValue(bar.maximum())
        yield from _faint_here(root, waiting)
        bar.setValue(before)


def _faint_here(root: QWidget, waiting: dict[QWidget, str]) -> Iterator[Finding]:
    """Judge those whose text is wholly in sight, and strike them off."""
    seen = [w for w in waiting if w.visibleRegion().boundingRect() == w.rect()]
    if not seen:
        return
    picture = root.grab().toImage()
    for widget in seen:
        ink = waiting.pop(widget)
        box = QRect(widget.mapTo(root, QPoint(0, 0)), widget.size())
        ground = _commonest(picture, box)
        face = widget.font()
        large = face.pixelSize() >= 24 or (face.pixelSize() >= 19 and face.weight() >= 600)  # noqa: PLR2004
        least = LARGE_CONTRAST if large else TEXT_CONTRAST
        ratio = contrast(ink, ground)
        if ratio < least:
            detail = f"{ink} on {ground} is {ratio:.2f}:1, needs {least}:1"
            yield Finding(Fault.CONTRAST, _path(root, widget), detail)


def _commonest(picture: QImage, box: QRect) -> str:
    ratio = picture.devicePixelRatio()
    left, top = round(box.left() * ratio), round(box.top() * ratio)
    right = min(round(box.right() * ratio), picture.width() - 1)
    bottom = min(round(box.bottom() * ratio), picture.height() - 1)
    step = max((right - left) // 40, 1), max((bottom - top) // 20, 1)
    colours = Counter(
        picture.pixelColor(x, y).name()
        for x in range(max(left, 0), right + 1, step[0])
        for y in range(max(top, 0), bottom + 1, step[1])
    )
    return colours.most_common(1)[0][0] if colours else "#000000"
