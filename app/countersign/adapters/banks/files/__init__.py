"""Banks reached by files: ISO 20022 messages and MT940, written here and read here."""
