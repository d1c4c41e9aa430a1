"""Tokens hold their contrast, fonts their weights, icons their colours, resources their place."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtGui import QFontInfo, QFontMetricsF, QImage
from PySide6.QtWidgets import QApplication

from countersign.ui.theme import fonts, icons, tokens
from countersign.ui.theme.look import look
from countersign.ui.theme.motion import FADE_MS, fade_in, motion_allowed
from countersign.ui.theme.resources import resource_path
from countersign.ui.theme.style import apply_theme, is_right_to_left
from countersign.ui.theme.tokens import PALETTES, Palette, Theme, Tone, TypeSize, contrast
from countersign.ui.widgets import PlainLabel
from tests.gui.kit.conftest import Dress, Show

GROUNDS = ("bg", "surface", "raised", "sunken")
TEXTS = ("text", "muted", "accent", "accent_hover", "ok", "warn", "danger")
TEXT_PAIRS = (
    *itertools.product(TEXTS, GROUNDS),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_danger", "danger"),
    ("on_danger", "danger_hover"),
    ("text", "accent_soft"),
    ("text", "ok_soft"),
    ("text", "warn_soft"),
    ("text", "danger_soft"),
    ("accent", "danger_soft"),
    ("accent", "warn_soft"),
    ("side_text", "side"),
    ("side_text", "side_sel"),
    ("side_strong", "side"),
    ("side_strong", "side_sel"),
    ("on_side_fill", "side_fill"),
)
SHAPE_PAIRS = (
    *itertools.product(("border_strong", "focus", "accent", "ok", "warn", "danger"), GROUNDS),
    ("focus", "accent_soft"),
    ("side_focus", "side"),
    ("side_focus", "side_sel"),
    ("side_mark", "side"),
    ("side_fill", "side"),
    ("on_accent", "accent"),
    ("on_danger", "danger"),
)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=[str(theme) for theme in PALETTES])
def test_text_can_be_read_and_shapes_can_be_seen(palette: Palette) -> None:
    colours = palette.as_mapping()
    faint = [(ink, on) for ink, on in TEXT_PAIRS if contrast(colours[ink], colours[on]) < 4.5]
    lost = [(ink, on) for ink, on in SHAPE_PAIRS if contrast(colours[ink], colours[on]) < 3]
    assert (faint, lost) == ([], [])
    for tone in Tone:
        assert contrast(*palette.tone(tone)) >= 4.5


def test_contrast_follows_the_published_formula() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


def test_sizes_grow_with_the_setting_and_stay_in_range(dress: Dress) -> None:
    assert dress(percent=200).px(TypeSize.BODY) == 28
    assert dress(percent=90).px(TypeSize.DISPLAY) == 31
    assert dress(percent=500).text_percent == 200
    assert dress(percent=1).text_percent == 90


def test_a_change_of_look_reaches_widgets_that_are_there(show: Show, dress: Dress) -> None:
    label = PlainLabel("Arrives")
    show(label)
    before = label.font().pixelSize(), label.palette().windowText().color().name()
    dress(Theme.DARK, percent=150)
    after = label.font().pixelSize(), label.palette().windowText().color().name()
    assert before == (14, "#0f1b2d")
    assert after == (21, "#eaf0f8")


def test_weights_really_differ(dress: Dress) -> None:
    if "Inter" not in fonts.families("en"):
        pytest.skip("Inter is not installed here: the system's family serves")
    widths = [
        QFontMetricsF(fonts.font(TypeSize.DISPLAY, weight)).horizontalAdvance("Hamburgefonstiv")
        for weight in fonts.Weight
    ]
    assert widths[0] < widths[1] < widths[2]
    assert QFontInfo(fonts.font(weight=fonts.Weight.MEDIUM)).family() == "Inter"


def test_digits_have_one_width(dress: Dress) -> None:
    metrics = QFontMetricsF(fonts.font(TypeSize.DISPLAY))
    assert len({round(metrics.horizontalAdvance(digit * 4), 3) for digit in "0123456789"}) == 1


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [("zh_CN", "SC", "TC"), ("zh_TW", "TC", "SC"), ("zh-Hant", "TC", "SC"), ("en", "SC", "TC")],
)
def test_chinese_forms_follow_the_language(dress: Dress, language: str, first: str, second: str) -> None:
    names = [name for name in fonts.families(language) if name.startswith("Noto Sans CJK")]
    if len(names) < 2:
        pytest.skip("Noto Sans CJK is not installed here")
    assert [name[-2:] for name in names] == [first, second]


def test_characters_nobody_can_draw_are_named_once(dress: Dress) -> None:
    face = fonts.font()
    assert fonts.missing_glyphs("Hartwell & Stone ≈ • \u2066GB29\u2069\n", face) == ""
    assert fonts.missing_glyphs("\U00012000a\U00012000", face) == "\U00012000"


@pytest.mark.parametrize("name", icons.icon_names())
def test_every_icon_draws_in_the_colour_asked_for(qapp: QApplication, name: str) -> None:
    source = resource_path(f"icons/{name}.svg").read_text(encoding="utf-8")
    assert 'viewBox="0 0 24 24"' in source
    assert source.count("stroke=") == 1
    picture = icons.icon_pixmap(name, "#FF00FF", 48, 2.0).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    assert picture.width() == 96
    opaque = {
        picture.pixelColor(x, y).name() for x in range(96) for y in range(96) if picture.pixelColor(x, y).alpha() == 255
    }
    assert opaque == {"#ff00ff"}


def test_only_icons_that_point_along_the_line_turn_round(qapp: QApplication) -> None:
    for name, turns in (("back", True), ("check", False)):
        plain = icons.icon_pixmap(name, "#000000", 24).toImage()
        turned = icons.icon_pixmap(name, "#000000", 24, mirrored=True).toImage()
        assert (plain != turned) is turns


def test_resources_are_named_from_the_root() -> None:
    assert resource_path("icons/home.svg").is_file()
    with pytest.raises(FileNotFoundError):
        resource_path("icons/none.svg")
    with pytest.raises(ValueError, match="outside"):
        resource_path("../pyproject.toml")


def test_direction_follows_the_language(qapp: QApplication, dress: Dress) -> None:
    assert is_right_to_left("ar-EG")
    assert not is_right_to_left("zh_TW")
    dress(language="he")
    assert qapp.isRightToLeft()
    dress()
    assert not qapp.isRightToLeft()


def test_nothing_moves_where_motion_is_unwanted(show: Show, qapp: QApplication) -> None:
    label = PlainLabel("Arrives")
    show(label)
    assert not motion_allowed()
    assert fade_in(label) is None
    apply_theme(qapp, motion=True)
    assert look().motion
    animation = fade_in(label)
    assert animation is not None
    assert animation.duration() <= 150
    assert FADE_MS <= 150
    animation.setCurrentTime(animation.duration())
    assert label.graphicsEffect() is None


def test_scaling_rounds_half_up() -> None:
    assert tokens.scaled(13, 150) == 20
    assert tokens.scaled(14, 100) == 14
