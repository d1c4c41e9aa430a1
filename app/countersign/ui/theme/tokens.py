"""Name every colour, space, radius and type size of the program, once.

Colours follow the project's table; contrast is held by a test: text at least
4.5:1, borders of controls and focus rings at least 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum, StrEnum
from typing import Final


class Theme(StrEnum):
    """The looks a person can choose."""

    LIGHT = "light"
    DARK = "dark"
    HIGH_CONTRAST = "high-contrast"


class Tone(StrEnum):
    """What a chip, a banner or a mark says by colour, always beside an icon and a word."""

    OK = "ok"
    WARN = "warn"
    DANGER = "danger"
    INFO = "info"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme, as ``#RRGGBB``."""

    bg: str
    surface: str
    raised: str
    sunken: str
    border: str
    border_strong: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    danger: str
    danger_hover: str
    on_danger: str
    danger_soft: str
    side: str
    side_text: str
    side_sel: str
    side_focus: str
    side_strong: str
    side_fill: str
    on_side_fill: str
    side_mark: str
    focus: str

    def tone(self, tone: Tone) -> tuple[str, str]:
        """Return the foreground and the soft background of a tone."""
        return {
            Tone.OK: (self.ok, self.ok_soft),
            Tone.WARN: (self.warn, self.warn_soft),
            Tone.DANGER: (self.danger, self.danger_soft),
            Tone.INFO: (self.accent, self.accent_soft),
            Tone.NEUTRAL: (self.muted, self.sunken),
        }[tone]

    def as_mapping(self) -> dict[str, str]:
        """Return the colours by name, for the style sheet."""
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}


PALETTES: Final[dict[Theme, Palette]] = {
    Theme.LIGHT: Palette(
        bg="#F5F7FA",
        surface="#FFFFFF",
        raised="#FFFFFF",
        sunken="#EEF2F6",
        border="#D5DCE5",
        border_strong="#7A8798",
        text="#0F1B2D",
        muted="#4A5A70",
        accent="#0B5CAD",
        accent_hover="#094C90",
        on_accent="#FFFFFF",
        accent_soft="#E3EFFB",
        ok="#0F6B43",
        ok_soft="#E2F5EB",
        warn="#8A5200",
        warn_soft="#FFF3DC",
        danger="#B3201B",
        danger_hover="#931814",
        on_danger="#FFFFFF",
        danger_soft="#FDE8E7",
        side="#0F2540",
        side_text="#D6E2F1",
        side_sel="#1D4470",
        side_focus="#9CCBFF",
        side_strong="#FFFFFF",
        side_fill="#FFFFFF",
        on_side_fill="#0F2540",
        side_mark="#FFC266",
        focus="#0B5CAD",
    ),
    Theme.DARK: Palette(
        bg="#0E1520",
        surface="#172130",
        raised="#1D293B",
        sunken="#111A27",
        border="#2C3A50",
        border_strong="#7F91AB",
        text="#EAF0F8",
        muted="#A9B8CC",
        accent="#6CB2FF",
        accent_hover="#8FC4FF",
        on_accent="#06213F",
        accent_soft="#17324F",
        ok="#5FD39B",
        ok_soft="#12342A",
        warn="#FFC266",
        warn_soft="#3A2B10",
        danger="#FF8A80",
        danger_hover="#FFA9A1",
        on_danger="#3A0906",
        danger_soft="#40191B",
        side="#0A101A",
        side_text="#B9C9DD",
        side_sel="#1B3553",
        side_focus="#9CCBFF",
        side_strong="#FFFFFF",
        side_fill="#6CB2FF",
        on_side_fill="#06213F",
        side_mark="#FFC266",
        focus="#9CCBFF",
    ),
    Theme.HIGH_CONTRAST: Palette(
        bg="#000000",
        surface="#000000",
        raised="#000000",
        sunken="#000000",
        border="#FFFFFF",
        border_strong="#FFFFFF",
        text="#FFFFFF",
        muted="#FFFFFF",
        accent="#FFE14D",
        accent_hover="#FFF0A0",
        on_accent="#000000",
        accent_soft="#000000",
        ok="#7CFFB2",
        ok_soft="#000000",
        warn="#FFD24D",
        warn_soft="#000000",
        danger="#FF9E9E",
        danger_hover="#FFC4C4",
        on_danger="#000000",
        danger_soft="#000000",
        side="#000000",
        side_text="#FFFFFF",
        side_sel="#333300",
        side_focus="#FFE14D",
        side_strong="#FFFFFF",
        side_fill="#FFE14D",
        on_side_fill="#000000",
        side_mark="#FFC266",
        focus="#FFE14D",
    ),
}


class Space(IntEnum):
    """Distances between things, in device-independent pixels."""

    XS = 4
    S = 8
    M = 12
    L = 16
    XL = 24
    XXL = 32


class Radius(IntEnum):
    """Corner radii, in device-independent pixels."""

    CONTROL = 8
    CARD = 12


class TypeSize(IntEnum):
    """Type sizes at 100 %, in device-independent pixels."""

    CAPTION = 12
    SMALL = 13
    BODY = 14
    LEAD = 16
    TITLE = 18
    HEADING = 26
    DISPLAY = 34


MIN_PERCENT: Final = 90
MAX_PERCENT: Final = 200
TARGET: Final = 40
"""Height of a control at 100 %; WCAG 2.2, 2.5.8 asks for 24."""


def clamp_percent(percent: int) -> int:
    """Return a text size setting brought into the supported range."""
    return max(MIN_PERCENT, min(MAX_PERCENT, percent))


def scaled(size: int, percent: int) -> int:
    """Return ``size`` pixels at a text size of ``percent``, rounded half up."""
    return (size * percent + 50) // 100


_LINEAR_UP_TO: Final = 0.04045


def _linear(channel: int) -> float:
    """Return the linear light of an sRGB channel (WCAG 2.2, relative luminance)."""
    value = channel / 255
    return value / 12.92 if value <= _LINEAR_UP_TO else ((value + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#RRGGBB``, from 0 to 1."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, 1.4.3)."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
