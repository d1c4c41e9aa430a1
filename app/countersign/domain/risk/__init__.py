"""Weigh one order against the person's own history: points that add up, each with its reason."""

from __future__ import annotations

from countersign.domain.risk.assessment import (
    Assessment,
    Confidence,
    ConfidenceLevel,
    HardStop,
    Params,
    Reason,
)
from countersign.domain.risk.facts import RiskFacts
from countersign.domain.risk.scorecard import SCORECARD, assess

__all__ = [
    "SCORECARD",
    "Assessment",
    "Confidence",
    "ConfidenceLevel",
    "HardStop",
    "Params",
    "Reason",
    "RiskFacts",
    "assess",
]
