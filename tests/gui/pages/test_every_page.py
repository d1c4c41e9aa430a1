"""Walk over every page of the program in every state: nothing cut, covered, boxed, unnamed, faint or untranslated."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Final

import pytest
from PySide6.QtWidgets import QApplication

from countersign.presentation import messages
from countersign.presentation.messages import _, set_language
from countersign.testing.page_walk import Fault, walk
from countersign.ui.widgets import PlainLabel, TextField
from countersign.ui.widgets.buttons import KitButton
from tests.gui.pages.scenes import STORIES, play
from tests.gui.pages.stage import Look, Stage
from tests.gui.pages.untranslated import foreign_texts, own_words, untranslated

LANGUAGES: Final = ("en", "zh_CN", "zh_TW")
THEMES: Final = ("light", "dark", "high_contrast")
PERCENTS: Final = (100, 200)
SIZES: Final = ((1240, 800), (1024, 680))


def looks_of(place: int) -> tuple[Look, ...]:
    """Return looks for the story at ``place``: each language, theme, text and window size once or more.

    Over the stories every pair of two properties comes up.
    """
    return tuple(
        Look(
            LANGUAGES[turn],
            THEMES[(turn + place) % 3],
            PERCENTS[(turn + place // 3) % 2],
            SIZES[(turn + place // 2 + place // 3) % 2],
        )
        for turn in range(3)
    )


COVERING: Final = [
    pytest.param(story, look, id=f"{story}-{look}") for place, story in enumerate(STORIES) for look in looks_of(place)
]
WHOLE: Final = [
    pytest.param(story, Look(*parts), id=f"{story}-{Look(*parts)}")
    for story in STORIES
    for parts in product(LANGUAGES, THEMES, PERCENTS, SIZES)
]


def findings(story: str, look: Look) -> list[str]:
    """Play a story and walk over each of its scenes."""
    return [
        f"{scene}: {found.kind} {found.where}: {found.detail}"
        for scene, stage in play(story, look)
        for found in walk(stage.window.shell)
    ]


@pytest.fixture
def speaking(translations: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Speak the languages of this checkout's catalogues."""
    monkeypatch.setattr(messages, "catalogue_folders", lambda: (translations,))


@pytest.mark.parametrize(("story", "look"), COVERING)
def test_every_page_is_whole(story: str, look: Look, qapp: QApplication, speaking: None) -> None:
    assert findings(story, look) == []


@pytest.mark.nightly
@pytest.mark.parametrize(("story", "look"), WHOLE)
def test_every_page_is_whole_in_every_look(story: str, look: Look, qapp: QApplication, speaking: None) -> None:
    assert findings(story, look) == []


def test_the_looks_cover_every_pair() -> None:
    looks = [look for place in range(len(STORIES)) for look in looks_of(place)]
    told = [(look.language, look.theme, look.percent, look.size) for look in looks]
    kinds = (LANGUAGES, THEMES, PERCENTS, SIZES)
    for first in range(4):
        for second in range(first + 1, 4):
            pairs = {(row[first], row[second]) for row in told}
            assert pairs == set(product(kinds[first], kinds[second]))


@pytest.mark.parametrize("story", list(STORIES))
def test_every_text_is_translated(
    story: str, qapp: QApplication, pseudo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "catalogue_folders", lambda: (pseudo,))
    found = []
    for scene, stage in play(story, Look()):
        foreign = foreign_texts(stage.world)
        found += [f"{scene}: {text}" for text in untranslated(stage.window.shell, foreign)]
    assert found == []


# — what is planted is found —


@pytest.fixture
def home(qapp: QApplication) -> Stage:
    return Stage(Look()).opened()


def kinds_on(stage: Stage) -> set[Fault]:
    stage.settle()
    kinds = {found.kind for found in walk(stage.window.shell)}
    stage.close()
    return kinds


def test_a_sound_page_has_no_findings(home: Stage) -> None:
    assert kinds_on(home) == set()


def test_a_cut_text_is_found(home: Stage) -> None:
    home.window.find_as("home.new_transfer", KitButton).setFixedWidth(60)
    assert Fault.CLIPPED in kinds_on(home)


def test_a_covered_text_is_found(home: Stage) -> None:
    cover = PlainLabel("over it", parent=home.window.find("home.as_of").parentWidget())
    cover.setGeometry(home.window.find("home.as_of").geometry())
    cover.show()
    assert Fault.OVERLAP in kinds_on(home)


def test_a_missing_glyph_is_found(home: Stage) -> None:
    home.window.find_as("home.as_of", PlainLabel).setText("\U0001f9ff\U000f1234")
    assert Fault.GLYPH in kinds_on(home)


def test_a_control_without_a_name_is_found(home: Stage) -> None:
    nameless = TextField("", parent=home.window.find("home.page"))
    nameless.show()
    assert Fault.UNNAMED in kinds_on(home)


def test_a_faint_text_is_found(home: Stage) -> None:
    home.window.find_as("home.as_of", PlainLabel).set_ink("border")
    assert Fault.CONTRAST in kinds_on(home)


def test_an_untranslated_text_is_found(qapp: QApplication, pseudo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "catalogue_folders", lambda: (pseudo,))
    stage = Stage(Look()).opened()
    foreign = foreign_texts(stage.world)
    assert list(untranslated(stage.window.shell, foreign)) == []
    stage.window.find_as("home.as_of", PlainLabel).setText("As of today")
    assert list(untranslated(stage.window.shell, foreign)) == ["'As of today' in 'As of today'"]
    stage.close()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("⟦You send ⟦EUR 5.00⟧⟧", []),
        ("⟦From⟧ Atelier Verhoeven", []),
        ("EUR 6,000.00", []),
        ("23 Oct 2026", []),
        ("About 23 Oct 2026", ["About"]),
        ("silent copper meadow ladder violin harbour", []),
        ("about", ["about"]),
        ("May be", ["May", "be"]),
        ("<p style='white-space:pre-wrap'>Copy: ⟦Fingerprint⟧</p>", ["Copy"]),
    ],
)
def test_words_of_our_own_are_told_from_others(text: str, words: list[str]) -> None:
    assert own_words(text, ("Atelier Verhoeven",)) == words


def test_the_marking_language_marks(pseudo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "catalogue_folders", lambda: (pseudo,))
    set_language("en")
    assert _("New transfer") == "⟦New transfer⟧"
