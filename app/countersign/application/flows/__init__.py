"""Which step comes next."""
