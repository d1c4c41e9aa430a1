"""Several payments signed at the bank by one code."""
