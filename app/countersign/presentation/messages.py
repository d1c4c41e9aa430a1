"""Speak to people in their language, through compiled gettext catalogues.

Pure Python: presenters make sentences here without any window system.
"""

from __future__ import annotations

import gettext as _gettext
from pathlib import Path
from typing import Final

DOMAIN: Final = "countersign"
_PACKAGE: Final = Path(__file__).resolve().parents[1]


class _Voice:
    """Hold the catalogue in use; one per process, changed by the settings only."""

    def __init__(self) -> None:
        self.tag = "en"
        self.catalogue: _gettext.NullTranslations = _gettext.NullTranslations()


_voice = _Voice()


def catalogue_folders() -> tuple[Path, ...]:
    """Return where compiled catalogues may lie: in the wheel, then in the checkout."""
    return (_PACKAGE / "_catalogues", _PACKAGE.parents[1] / "i18n")


def set_language(tag: str) -> None:
    """Choose the language of everything said from now on.

    Args:
        tag: a locale tag such as ``en``, ``zh_CN`` or ``zh_TW``. Without a
            catalogue for it, the English of the source is spoken.
    """
    _voice.tag = tag
    _voice.catalogue = _gettext.NullTranslations()
    for folder in catalogue_folders():
        if _gettext.find(DOMAIN, str(folder), [tag]) is not None:
            _voice.catalogue = _gettext.translation(DOMAIN, str(folder), [tag])
            return


def language() -> str:
    """Return the tag last given to `set_language` (``en`` at the start)."""
    return _voice.tag


def _(message: str) -> str:
    """Return the translation of ``message``, or ``message`` itself."""
    return _voice.catalogue.gettext(message) if message else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the form of the message that suits ``count`` in the chosen language."""
    return _voice.catalogue.ngettext(singular, plural, count)
