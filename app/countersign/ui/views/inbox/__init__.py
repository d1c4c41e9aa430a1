"""The approvals inbox on screen."""

from __future__ import annotations

from countersign.ui.views.inbox.page import InboxPage

__all__ = ["InboxPage"]
