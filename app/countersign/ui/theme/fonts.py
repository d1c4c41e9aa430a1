"""Choose type faces by language, and notice characters nobody can draw."""

from __future__ import annotations

import unicodedata
from enum import IntEnum
from functools import lru_cache
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase, QTextLayout

from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import TypeSize

_SIMPLIFIED: Final = (
    "PingFang SC",
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
)
_TRADITIONAL: Final = (
    "PingFang TC",
    "Microsoft JhengHei UI",
    "Microsoft JhengHei",
    "Noto Sans CJK TC",
    "Noto Sans TC",
    "Source Han Sans TC",
)
_LAST_RESORT: Final = ("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback")
_LATIN: Final = ("Inter", "Segoe UI", "SF Pro Text", "DejaVu Sans")


class Weight(IntEnum):
    """The weights in use; emphasis by size first, by weight second."""

    REGULAR = 400
    MEDIUM = 500
    SEMIBOLD = 600


def is_traditional(language: str) -> bool:
    """Tell whether a locale tag asks for traditional Chinese forms."""
    tag = language.replace("-", "_")
    return tag.startswith(("zh_TW", "zh_HK", "zh_MO", "zh_Hant"))


def is_chinese(language: str) -> bool:
    """Tell whether the text of the program itself is Chinese."""
    return language.startswith("zh")


@lru_cache(maxsize=8)
def families(language: str) -> tuple[str, ...]:
    """Return installed families, best first: Inter, then Chinese by ``language``.

    An English window still shows Chinese payees, so simplified forms follow there
    too; without this fontconfig would fall back to Japanese forms.
    """
    installed = set(QFontDatabase.families())
    chinese = (*_SIMPLIFIED, *_TRADITIONAL)
    if is_traditional(language):
        chinese = (*_TRADITIONAL, *_SIMPLIFIED)
    wanted = (*_LATIN[:1], *chinese, *_LATIN[1:], *_LAST_RESORT)
    found = tuple(name for name in wanted if name in installed)
    return found or (QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family(),)


@lru_cache(maxsize=8)
def _has_medium(language: str) -> bool:
    """Tell whether the Chinese family in use comes in a medium weight."""
    chinese = next((name for name in families(language) if name != "Inter"), "")
    return any("medium" in style.lower() for style in QFontDatabase.styles(chinese))


def font(size: TypeSize = TypeSize.BODY, weight: Weight = Weight.REGULAR) -> QFont:
    """Return the font of a type size in the look in use, with tabular digits.

    Tabular digits everywhere: figures stand under each other, and a count-down
    doesn't make the text beside it tremble.
    """
    now = look()
    return QFont(_made(now.language, now.px(size), weight))


@lru_cache(maxsize=256)
def _made(language: str, pixels: int, weight: Weight) -> QFont:
    """Return the one font of its kind; callers get copies."""
    made = QFont()
    made.setFamilies(list(families(language)))
    made.setPixelSize(pixels)
    if weight is Weight.MEDIUM and is_chinese(language) and not _has_medium(language):
        # Without a medium cut the bold one is drawn, and everything shouts.
        weight = Weight.REGULAR
    made.setWeight(QFont.Weight(weight))
    made.setFeature(QFont.Tag("tnum"), 1)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


def missing_glyphs(text: str, font: QFont) -> str:
    """Return the characters of ``text`` that no installed font covers.

    Each character once, in order of appearance. Spaces, controls and format
    characters (bidi isolates, joiners, variation selectors) have no shape of
    their own and never count.
    """
    missing: list[str] = []
    for character in dict.fromkeys(text):
        if unicodedata.category(character) in {"Cc", "Cf", "Zs", "Zl", "Zp"}:
            continue
        if "\ufe00" <= character <= "\ufe0f":
            continue
        if not _covered(character, tuple(font.families()), font.pixelSize()):
            missing.append(character)
    return "".join(missing)


@lru_cache(maxsize=8192)
def _covered(character: str, names: tuple[str, ...], pixels: int) -> bool:
    """Tell whether shaping one character, with all fall-backs, finds a real glyph."""
    probe = QFont()
    probe.setFamilies(list(names))
    probe.setPixelSize(max(pixels, 8))
    layout = QTextLayout(character, probe)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    glyphs = [glyph for run in layout.glyphRuns() for glyph in run.glyphIndexes()]
    return bool(glyphs) and all(glyph != 0 for glyph in glyphs)
