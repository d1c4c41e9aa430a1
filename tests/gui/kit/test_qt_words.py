"""Qt speaks the program's language where the words are its own."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QLineEdit

from countersign.ui.qt_words import QtWords


@pytest.mark.parametrize(("tag", "cancel"), [("zh_CN", "取消"), ("zh_TW", "取消"), ("en", "Cancel"), ("xx", "Cancel")])
def test_buttons_of_dialogs_speak_the_language(qapp: QApplication, tag: str, cancel: str) -> None:
    assert qapp is not None
    words = QtWords()
    words.speak("zh_CN")
    words.speak(tag)
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == cancel
    words.speak("en")


def test_the_menu_of_a_field_speaks_chinese(qapp: QApplication) -> None:
    assert qapp is not None
    words = QtWords()
    words.speak("zh_CN")
    field = QLineEdit("text")
    menu = field.createStandardContextMenu()
    texts = [action.text() for action in menu.actions()]
    assert any("复制" in text for text in texts), texts
    assert not any("Copy" in text for text in texts)
    words.speak("en")
