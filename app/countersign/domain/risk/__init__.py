"""What speaks against a payment, and how strongly."""
