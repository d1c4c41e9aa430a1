"""The controls that views are built from."""
