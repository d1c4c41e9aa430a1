"""Relays: what carries sealed envelopes between devices, and what seals them."""
