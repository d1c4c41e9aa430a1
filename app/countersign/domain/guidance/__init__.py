"""Which prompt appears when, and which question it asks."""
