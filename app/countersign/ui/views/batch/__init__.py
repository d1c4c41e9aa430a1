"""The page for lists of payments."""

from __future__ import annotations

from countersign.ui.views.batch.page import BatchPage

__all__ = ["BatchPage"]
