"""The guided transfer on screen."""

from __future__ import annotations

from countersign.ui.views.transfer.page import TransferPage

__all__ = ["TransferPage"]
