"""The bank's file side: the portal where files are handed in and fetched, the bank's own app, statements."""
