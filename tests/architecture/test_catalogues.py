"""The catalogues' own tool: what it extracts, compiles, merges and refuses."""

from __future__ import annotations

import gettext
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from tests.architecture.source import ROOT

SOURCE: Final = '''"""Planted."""


def f(name: str, count: int) -> tuple[str, ...]:
    # Translators: on the button that sends
    return _("Send"), _("To {name}").format(name=name), ngettext("{count} payment", "{count} payments", count)
'''


@pytest.fixture(scope="module")
def catalogues() -> ModuleType:
    """Load ``packaging/catalogues.py`` by its path: the folder shares its name with a library."""
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / "packaging" / "catalogues.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path, catalogues: ModuleType) -> Path:
    """Lay out a project of one module, with both catalogues begun and translated."""
    package = tmp_path / "app" / "countersign"
    package.mkdir(parents=True)
    (package / "planted.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "i18n").mkdir()
    catalogues.update(tmp_path)
    for locale in catalogues.LOCALES:
        path = catalogues.catalogue_path(tmp_path / "i18n", locale)
        text = path.read_text(encoding="utf-8")
        for source, translated in (("Send", "发送"), ("To {name}", "付给 {name}")):
            text = text.replace(f'msgid "{source}"\nmsgstr ""', f'msgid "{source}"\nmsgstr "{translated}"')
        path.write_text(text.replace('msgstr[0] ""', 'msgstr[0] "{count} 笔付款"'), encoding="utf-8")
    return tmp_path


def change(project: Path, old: str, new: str) -> None:
    """Change the simplified catalogue."""
    path = project / "i18n" / "zh_CN" / "LC_MESSAGES" / "countersign.po"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_complete_catalogue_is_let_through(project: Path, catalogues: ModuleType) -> None:
    assert catalogues.check(project) == []


def test_updating_again_changes_nothing(project: Path, catalogues: ModuleType) -> None:
    before = {path: path.read_bytes() for path in (project / "i18n").rglob("*.po*")}
    catalogues.update(project)
    assert {path: path.read_bytes() for path in (project / "i18n").rglob("*.po*")} == before


def test_the_compiled_catalogue_speaks(project: Path, catalogues: ModuleType) -> None:
    catalogues.compile_all(project / "i18n", project / "made")
    spoken = gettext.translation("countersign", str(project / "made"), ["zh_CN"])
    assert spoken.gettext("Send") == "发送"
    assert spoken.ngettext("{count} payment", "{count} payments", 1) == "{count} 笔付款"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('msgstr "发送"', 'msgstr ""', "not translated: 'Send'"),
        ("付给 {name}", "付给 {who}", "other fields"),
        ("付给 {name}", "付给", "other fields"),
        ("付给 {name}", "付给 {name", "expected '}'"),
        ("{count} 笔付款", "一笔付款", "other fields"),
        ('#: app/countersign/planted.py\nmsgid "Send"', '#, fuzzy\nmsgid "Send"', "fuzzy: 'Send'"),
        ('msgid "Send"', 'msgid "Sent"', "not in the catalogue: 'Send'"),
        ('msgid "Send"', 'msgid "Sent"', "no longer in the sources: 'Sent'"),
    ],
)
def test_a_faulty_catalogue_is_refused(project: Path, catalogues: ModuleType, old: str, new: str, fault: str) -> None:
    change(project, old, new)
    assert any(fault in said for said in catalogues.check(project)), catalogues.check(project)


def test_a_new_message_makes_the_template_stale(project: Path, catalogues: ModuleType) -> None:
    (project / "app" / "countersign" / "more.py").write_text('_("Wait")\n', encoding="utf-8")
    said = catalogues.check(project)
    assert "i18n/countersign.pot is not what the sources say: make catalogues-update" in said
    assert "zh_TW: not in the catalogue: 'Wait'" in said


def test_moving_code_does_not(project: Path, catalogues: ModuleType) -> None:
    (project / "app" / "countersign" / "planted.py").write_text("\n" * 9 + SOURCE, encoding="utf-8")
    assert catalogues.check(project) == []


def test_a_missing_catalogue_is_a_fault(project: Path, catalogues: ModuleType) -> None:
    catalogues.catalogue_path(project / "i18n", "zh_TW").unlink()
    assert "zh_TW: there is no catalogue" in catalogues.check(project)
