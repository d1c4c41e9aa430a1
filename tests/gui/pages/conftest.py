"""Put the program's looks back after each test, and keep the catalogues compiled."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtWidgets import QApplication

from countersign.presentation.messages import set_language
from countersign.ui.theme.style import apply_theme

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def plain_look_afterwards(qapp: QApplication) -> Iterator[None]:
    """Speak English in the light theme again."""
    yield
    set_language("en")
    apply_theme(qapp, motion=False)


@pytest.fixture(scope="session")
def catalogues() -> ModuleType:
    """Give the module that keeps the catalogues; by its path, since its folder shares its name with a library."""
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / "packaging" / "catalogues.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def translations(catalogues: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the catalogues of this checkout, compiled."""
    folder = tmp_path_factory.mktemp("translations")
    assert len(catalogues.compile_all(ROOT / "i18n", folder)) == 2
    return folder


@pytest.fixture(scope="session")
def pseudo(catalogues: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the catalogue that marks every message."""
    from tests.gui.pages.untranslated import write_pseudo_catalogue  # noqa: PLC0415 - not where Qt is blocked

    folder = tmp_path_factory.mktemp("pseudo")
    write_pseudo_catalogue(catalogues.extract(ROOT), folder)
    return folder
