"""The vault: one SQLCipher database, its slots, its anchor and its projections."""
