"""The dress and the stage of the kit's tests."""

from __future__ import annotations

from tests.gui.kit.conftest import dress, show

__all__ = ["dress", "show"]
