"""Countersign: leads a person through a large payment, stops fraud, and keeps proof."""

__version__ = "0.1.0"
