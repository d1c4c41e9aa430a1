"""Countersign: leads a person through a large payment, stops fraud, and keeps proof."""

from __future__ import annotations

__version__ = "0.1.0"
