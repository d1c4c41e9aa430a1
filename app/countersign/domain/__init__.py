"""The rules of payments: pure values and functions, without I/O, clock, randomness, Qt or prose."""
