"""The page *Check these details now*: fields and a box at one side, what came of it at the other."""

from __future__ import annotations

from countersign.ui.views.check.page import CheckPage

__all__ = ["CheckPage"]
