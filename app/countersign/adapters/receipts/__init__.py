"""Reading receipts that come from anybody."""
