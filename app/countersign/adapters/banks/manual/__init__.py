"""Guided manual: a payment that is agreed and signed here, and typed by the person into the bank's own app."""
