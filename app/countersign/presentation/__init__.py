"""Presenters, view-states ready for display, and the messages. No Qt."""
