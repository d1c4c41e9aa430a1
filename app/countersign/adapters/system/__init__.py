"""The machine: keyring, paths, clock, idle time."""
