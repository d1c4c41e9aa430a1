"""Approval: rules as data, what an order requires, whose signature counts, and who may still act."""
