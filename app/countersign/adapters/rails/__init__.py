"""The data pack of the ways to pay, and the closing days of their calendars."""
