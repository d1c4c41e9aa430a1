"""The scorecard: which rules there are, what each weighs, and what would make it lighter.

Points only ever add; a worse fact never weighs less than a better one, so nothing can be hidden
behind something else. The weights are judgements, set so that no single ordinary circumstance
(a first payment, a large amount) reaches 40, while the pattern of a redirected invoice does
several times over; a change of any of them is a new `SCORECARD`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from countersign.domain.payee import DetailsSource, VopOutcome
from countersign.domain.risk.assessment import Assessment, Confidence, ConfidenceLevel, HardStop, Reason
from countersign.domain.risk.remittance_words import script_topic
from countersign.domain.risk.usual import ENOUGH, distance_from_usual

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from countersign.domain.risk.facts import RiskFacts

SCORECARD: Final = 2
"""Version of the rules below, kept with every assessment."""

HIGHEST_SCORE: Final = 100

_FEW: Final = 5  # payments; fewer say little about a person
_WHOLE_DAY: Final = 24
_NIGHT: Final = range(6)
_NEAR_HOURS: Final = 2
_MONTH_HOURS: Final = 720
_TWICE: Final = 2

# (from, points), highest first; hours are "up to".
_CHANGED_HOURS: Final = ((24, 30), (72, 25), (168, 20), (_MONTH_HOURS, 10))
_FAR_TENTHS: Final = ((50, 30), (30, 20), (20, 10))
_PAYEE_TIMES: Final = ((5, 12), (_TWICE, 8))
_DRAINS_PERCENT: Final = ((95, 15), (80, 10), (50, 5))
_MUCH_OF_IT: Final = 10  # points: from 80 per cent of the balance
_VELOCITY: Final = ((6, 10), (3, 5))

_NAME_CHECK: Final[Mapping[VopOutcome, tuple[str, int]]] = {
    VopOutcome.NO_MATCH: ("name_check_no_match", 40),
    VopOutcome.CLOSE_MATCH: ("close_match", 20),
    VopOutcome.NOT_DONE: ("name_check_not_done", 12),
    VopOutcome.NOT_POSSIBLE: ("name_check_not_possible", 10),
}
_SOURCE: Final[Mapping[DetailsSource, tuple[str, int]]] = {
    DetailsSource.EMAIL: ("details_by_email", 15),
    DetailsSource.MESSAGE: ("details_by_message", 15),
    DetailsSource.PHONE_CALL: ("details_by_phone", 10),
}

# What would make a reason lighter. Nothing is listed that would only hide it, such as another wording.
_LOWERS: Final[Mapping[str, tuple[str, ...]]] = {
    "account_changed": ("call_back", "wait"),
    "close_match": ("use_bank_name",),
    "details_by_email": ("call_back",),
    "details_by_message": ("call_back",),
    "details_by_phone": ("call_back",),
    "drains_account": ("smaller_amount",),
    "far_above_usual": ("smaller_amount",),
    "above_payee_usual": ("smaller_amount",),
    "look_alike": ("use_known_payee",),
    "name_check_no_match": ("use_bank_name",),
    "name_check_not_done": ("check_name",),
    "name_check_not_possible": ("check_name",),
    "odd_hour": ("usual_time",),
    "same_name_new_account": ("call_back", "use_known_payee"),
    "same_account_other_name": ("use_known_payee",),
    "velocity": ("wait",),
}
_REDIRECTION: Final = frozenset(
    {
        *("account_changed", "same_name_new_account", "look_alike", "close_match", "name_check_no_match"),
        *("details_by_email", "details_by_message"),
    },
)


def assess(facts: RiskFacts) -> Assessment:
    """Weigh an order.

    Codes of stops: `name_check_no_match`. Codes of reasons, with their params:
    `name_check_no_match`, `close_match`, `name_check_not_done`, `name_check_not_possible`;
    `first_payment`; `account_changed` (hours); `details_by_email`, `details_by_message`,
    `details_by_phone`; `far_above_usual` (times, usual_minor, n); `above_payee_usual` (times,
    largest_minor); `look_alike` (name); `same_name_new_account`; `same_account_other_name`;
    `own_name_new_account`; `on_its_way`; `drains_account` (percent); `remittance_script` (topic); `odd_hour`
    (hour); `velocity` (count).
    """
    fired = [*_about_the_payee(facts), *_about_the_amount(facts), *_about_the_moment(facts)]
    reasons = tuple(sorted(fired, key=lambda reason: (-reason.points, reason.code)))
    refused = facts.name_check is VopOutcome.NO_MATCH
    return Assessment(
        scorecard=SCORECARD,
        score=min(sum(reason.points for reason in reasons), HIGHEST_SCORE),
        stops=(HardStop("name_check_no_match"),) if refused else (),
        reasons=reasons,
        lowers=_lowers(facts, reasons),
        confidence=_confidence(len(facts.history_minor)),
        interventions=_interventions(reasons),
    )


def _about_the_payee(facts: RiskFacts) -> Iterator[Reason]:
    if facts.name_check in _NAME_CHECK:
        yield Reason(*_NAME_CHECK[facts.name_check])
    if facts.details_source in _SOURCE and not facts.called_back:
        yield Reason(*_SOURCE[facts.details_source])
    new = facts.payee_is_new or facts.paid_before_count == 0
    if new:
        yield Reason("first_payment", 15)
    hours = facts.account_changed_hours
    points = 0 if hours is None else next((points for limit, points in _CHANGED_HOURS if hours <= limit), 0)
    if points and hours is not None:
        yield Reason("account_changed", _halved(points, facts), {"hours": hours})
    if facts.look_alike_of:
        yield Reason("look_alike", 25, {"name": facts.look_alike_of})
    if facts.same_name_other_account:
        yield Reason("same_name_new_account", _halved(20, facts))
    if facts.same_account_other_name:
        yield Reason("same_account_other_name", 20)
    if facts.own_name_payee and new:
        yield Reason("own_name_new_account", 10)


def _about_the_amount(facts: RiskFacts) -> Iterator[Reason]:
    distance = distance_from_usual(facts.amount, facts.history_minor)
    points = _from(_FAR_TENTHS, distance.tenths)
    if points and distance.times >= _TWICE:
        params = {"times": distance.times, "usual_minor": distance.usual_minor, "n": len(facts.history_minor)}
        yield Reason("far_above_usual", points, params)
    if facts.max_to_payee_minor:
        times = facts.amount.minor // facts.max_to_payee_minor
        if points := _from(_PAYEE_TIMES, times):
            yield Reason("above_payee_usual", points, {"times": times, "largest_minor": facts.max_to_payee_minor})
    if facts.on_its_way:
        yield Reason("on_its_way", 20)
    if facts.balance_minor is not None:
        share = 100 * facts.amount.minor // facts.balance_minor if facts.balance_minor > 0 else 100
        if points := _from(_DRAINS_PERCENT, share):
            yield Reason("drains_account", points, {"percent": min(share, 100)})


def _about_the_moment(facts: RiskFacts) -> Iterator[Reason]:
    if topic := script_topic(facts.remittance):
        yield Reason("remittance_script", 20, {"topic": topic})
    if _is_odd(facts.local_hour, facts.usual_hours):
        yield Reason("odd_hour", 5, {"hour": facts.local_hour})
    if points := _from(_VELOCITY, facts.payments_last_24h):
        yield Reason("velocity", points, {"count": facts.payments_last_24h})


def _from(bands: tuple[tuple[int, int], ...], value: int) -> int:
    return next((points for limit, points in bands if value >= limit), 0)


def _halved(points: int, facts: RiskFacts) -> int:
    return points // 2 if facts.called_back else points


def _is_odd(hour: int, usual: tuple[int, ...]) -> bool:
    """Tell whether an hour lies more than two hours, around the clock, from every usual one."""
    if not usual:
        return hour in _NIGHT
    return all(min((hour - each) % _WHOLE_DAY, (each - hour) % _WHOLE_DAY) > _NEAR_HOURS for each in usual)


def _lowers(facts: RiskFacts, reasons: tuple[Reason, ...]) -> tuple[str, ...]:
    empty = facts.balance_minor is not None and facts.balance_minor <= 0  # no amount is small enough for it
    found = dict.fromkeys(
        code
        for reason in reasons
        if not (empty and reason.code == "drains_account")
        for code in _LOWERS.get(reason.code, ())
    )
    return tuple(code for code in found if code != "call_back" or not facts.called_back)


def _confidence(n: int) -> Confidence:
    level = ConfidenceLevel.HIGH if n >= ENOUGH else ConfidenceLevel.MEDIUM if n >= _FEW else ConfidenceLevel.LOW
    return Confidence(level, n)


def _interventions(reasons: tuple[Reason, ...]) -> tuple[str, ...]:
    """Match the pattern of reasons to the scams we have a question for (codes of `guidance`)."""
    by_code = {reason.code: reason for reason in reasons}
    codes = by_code.keys()
    topic = by_code["remittance_script"].params["topic"] if "remittance_script" in codes else ""
    found = []
    if codes & _REDIRECTION or topic == "new_details":
        found.append("invoice_redirection")
    told_to_move = "own_name_new_account" in codes or (topic and topic != "new_details")
    emptied = "drains_account" in codes and by_code["drains_account"].points >= _MUCH_OF_IT
    called = "details_by_phone" in codes
    if told_to_move or ("first_payment" in codes and (emptied or called)):
        found.append("safe_account")
    return tuple(found)
