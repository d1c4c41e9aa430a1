"""The bank's door for programs: NextGenPSD2 1.3 over mutual TLS."""
