"""Fade, shortly, unless the person or the system asks for stillness."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QPropertyAnimation
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGraphicsOpacityEffect, QWidget

from countersign.ui.theme.look import look

FADE_MS: Final = 120
"""Never above 150 ms."""


def system_wants_stillness() -> bool:
    """Tell whether the desktop asks for reduced motion (Qt 6.12 and later say so)."""
    app = QGuiApplication.instance()
    if not isinstance(app, QGuiApplication):
        return False
    hints = app.styleHints()  # keep the reference: the accessibility object dies with it
    accessibility = hints.accessibility()
    preference = getattr(accessibility, "motionPreference", None)
    if preference is None:  # Qt 6.11
        return False
    return bool(getattr(preference(), "name", "") == "ReducedMotion")


def motion_allowed() -> bool:
    """Tell whether a fade may run now."""
    return look().motion and not system_wants_stillness()


def fade_in(widget: QWidget) -> QPropertyAnimation | None:
    """Let a widget appear; at once where motion is unwanted or nothing is on screen.

    Returns:
        The running animation, owned by the widget, or None where there is none.
    """
    if not motion_allowed() or not widget.isVisible():
        return None
    effect = QGraphicsOpacityEffect(widget)
    widget.setGraphicsEffect(effect)
    animation = QPropertyAnimation(effect, b"opacity", widget)
    animation.setDuration(FADE_MS)
    animation.setStartValue(0.0)
    animation.setEndValue(1.0)
    animation.setEasingCurve(QEasingCurve.Type.OutCubic)

    def finish() -> None:
        # An effect left in place costs a pixmap on every repaint.
        widget.setGraphicsEffect(None)  # type: ignore[arg-type]

    animation.finished.connect(finish)
    animation.start(QAbstractAnimation.DeletionPolicy.DeleteWhenStopped)
    return animation
