"""Reads what banks send: status reports, statements and answers to recalls."""
