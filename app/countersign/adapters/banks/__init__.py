"""Connectors to banks. They never see each other."""
