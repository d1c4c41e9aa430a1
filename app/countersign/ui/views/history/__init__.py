"""The page of past transfers."""

from __future__ import annotations

from countersign.ui.views.history.page import HistoryPage

__all__ = ["HistoryPage"]
