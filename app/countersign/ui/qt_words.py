"""Qt's own words in the program's language: menus of text fields, dialogs for files and for printing."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator


class QtWords:
    """Keeps alive what Qt only points to: the translator it speaks through."""

    def __init__(self) -> None:
        """Speak English, as Qt does by itself."""
        self._translator: QTranslator | None = None

    def speak(self, tag: str) -> None:
        """Have Qt speak another language from now on.

        Args:
            tag: A locale tag such as ``zh_TW``. Where Qt brings no words for it, it speaks English.
        """
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)
            self._translator = None
        translator = QTranslator()
        if translator.load(f"qtbase_{tag}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            QCoreApplication.installTranslator(translator)
            self._translator = translator
