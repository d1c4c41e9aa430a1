"""One order on screen."""

from __future__ import annotations

from countersign.ui.views.order.page import OrderPage

__all__ = ["OrderPage"]
