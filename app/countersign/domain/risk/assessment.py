"""The outcome of weighing an order: kept in the ledger, and what approvals refer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from countersign.domain.canonical import Fields, Json, NotCanonicalError

ASSESSMENT_FORMAT = 1

Params: TypeAlias = Mapping[str, str | int]


class ConfidenceLevel(StrEnum):
    """How much of the person's own history stands behind an assessment."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure an assessment is, and the number of past payments it rests on."""

    level: ConfidenceLevel
    n: int


@dataclass(frozen=True, slots=True)
class HardStop:
    """Why an order may not be sent at all, whatever its score."""

    code: str
    params: Params = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that fired.

    Attributes:
        code: which (listed in `scorecard`).
        points: what it adds to the score, above 0.
        params: facts for its sentence; untrusted text stays untrusted.
    """

    code: str
    points: int
    params: Params = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Assessment:
    """Score, hard stops and reasons for one order.

    Attributes:
        scorecard: version of the rules that were applied.
        score: 0 (nothing fired) to 100: the points of all reasons, cut off at 100.
        stops: hard stops; with any, the order can't be sent.
        reasons: every rule that fired, heaviest first.
        lowers: codes of what would lower the score, in the order of the reasons.
        confidence: how sure it is.
        interventions: codes of `guidance.interventions` whose question is to be asked.
    """

    scorecard: int
    score: int
    stops: tuple[HardStop, ...]
    reasons: tuple[Reason, ...]
    lowers: tuple[str, ...]
    confidence: Confidence
    interventions: tuple[str, ...]

    @property
    def must_stop(self) -> bool:
        """Tell whether the order may not be sent."""
        return bool(self.stops)

    def canonical(self) -> dict[str, Json]:
        """Return the assessment as a canonical object."""
        return {
            "v": ASSESSMENT_FORMAT,
            "scorecard": self.scorecard,
            "score": self.score,
            "stops": [{"code": stop.code, "params": dict(stop.params)} for stop in self.stops],
            "reasons": [
                {"code": reason.code, "points": reason.points, "params": dict(reason.params)} for reason in self.reasons
            ],
            "lowers": list(self.lowers),
            "confidence": self.confidence.level.value,
            "history": self.confidence.n,
            "interventions": list(self.interventions),
        }

    @classmethod
    def from_canonical(cls, value: Json) -> Assessment:
        """Read an assessment back, of this or another scorecard.

        Raises:
            NotCanonicalError: a member is missing, unknown or of another type, or the format is
                newer than this program.
        """
        fields = Fields(value, "assessment")
        if fields.integer("v") != ASSESSMENT_FORMAT:
            raise NotCanonicalError("assessment.version")
        level = fields.text("confidence")
        if level not in ConfidenceLevel._value2member_map_:
            raise NotCanonicalError("assessment.confidence")
        found = cls(
            scorecard=fields.integer("scorecard"),
            score=fields.integer("score"),
            stops=tuple(_stop(item) for item in fields.items("stops")),
            reasons=tuple(_reason(item) for item in fields.items("reasons")),
            lowers=tuple(fields.texts("lowers")),
            confidence=Confidence(ConfidenceLevel(level), fields.integer("history")),
            interventions=tuple(fields.texts("interventions")),
        )
        fields.end()
        return found


def _stop(value: Json) -> HardStop:
    fields = Fields(value, "assessment.stop")
    found = HardStop(fields.text("code"), _params(fields.mapping("params")))
    fields.end()
    return found


def _reason(value: Json) -> Reason:
    fields = Fields(value, "assessment.reason")
    found = Reason(fields.text("code"), fields.integer("points"), _params(fields.mapping("params")))
    fields.end()
    return found


def _params(value: Mapping[str, Json]) -> Params:
    found: dict[str, str | int] = {}
    for name, item in value.items():
        if isinstance(item, bool) or not isinstance(item, str | int):
            raise NotCanonicalError("assessment.params", field=name)
        found[name] = item
    return found
