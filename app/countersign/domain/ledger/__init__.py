"""The signed log: events, chains, heads, what is valid, and what follows from it. LEDGER has the rules by number."""
