"""The outside: vault, banks, second factors and the machine itself, each behind a port of the application."""
