"""Where the campaign kills, and how the bank behaves meanwhile: every commit, anchor and send of a submission."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LATENCY_MS: Final = 1200
"""Longer than the worker waits for a reply."""


class Moment(StrEnum):
    """On which side of the place."""

    BEFORE = "before"
    AFTER = "after"


class Behaviour(StrEnum):
    """What the bank does with the request in flight; where none is, with the next."""

    ANSWERS = "answers"
    REPLY_DROPPED = "reply_dropped"
    DOWN = "down"
    SLOW = "slow"
    KILLED = "killed"


class Story(StrEnum):
    """What the person was doing."""

    PAY = "pay"  # mistyping the first code
    LOST = "lost"  # the reply to the code is lost
    CANCEL = "cancel"  # taking an accepted payment back
    APP = "app"  # the bank's own app decides before the reply to the start of the authorisation has come
    APP_ASKS = "app_asks"  # it asks upon that start, and the person decides later
    APP_LOST = "app_lost"  # as in APP, and the reply to the start is lost
    TOGETHER = "together"  # two payments, tied and signed by one code
    TOGETHER_LOST = "together_lost"  # the reply to that code is lost
    TOGETHER_APP = "together_app"  # as in APP, of two that are tied


ALONE: Final = (Story.PAY, Story.LOST, Story.CANCEL, Story.APP, Story.APP_ASKS, Story.APP_LOST)
"""The stories of one order; the others are told by ``kill_baskets``."""

IN_APP: Final = frozenset({Story.APP, Story.APP_ASKS, Story.APP_LOST, Story.TOGETHER_APP})
"""Those of a bank whose own app asks as soon as an authorisation is started."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place that is passed: the ``nth`` passage of ``place`` in a story."""

    story: Story
    name: str
    place: str
    nth: int

    @property
    def sends(self) -> bool:
        """Whether a request goes out here."""
        return self.place.startswith("bank.")

    @property
    def operation(self) -> str:
        """The connector's name of the request."""
        return self.place.split(".")[1]


@dataclass(frozen=True, slots=True)
class Cell:
    """One kill. ``planted`` names a defect that the workers are given, for trying the campaign itself."""

    point: Point
    moment: Moment
    behaviour: Behaviour
    planted: str = ""

    @property
    def name(self) -> str:
        """Name the cell in reports."""
        point = self.point
        told = f"{point.story}.{point.name}.{self.moment}.{self.behaviour}"
        return f"{told}.{self.planted}" if self.planted else told

    @property
    def failpoint(self) -> str:
        """The order to the worker: the name of the place, and which passage."""
        return f"{self.point.place}.{self.moment} {self.point.nth}"

    @property
    def gives_up(self) -> bool:
        """Whether the person afterwards gives up where that is allowed, or else goes on."""
        return bool(zlib.crc32(self.name.encode()) % 2) or self.planted in {"answer_before_intent", "start_unrecorded"}

    @property
    def in_flight(self) -> bool:
        """Whether a request is on its way when the worker dies."""
        return self.point.sends and self.moment is Moment.AFTER


_RECORDS: Final[dict[Story, tuple[str, ...]]] = {
    Story.PAY: (
        "intent",
        "initiation",
        "start_intent",
        "authorisation",
        "first_answer",
        "code_refused",
        "second_answer",
        "authorised",
        "accepted",
        "settled",
    ),
    Story.LOST: ("", "", "", "", "", "unknown", "found", "", ""),
    Story.CANCEL: (
        *("", "", "", "", "", "", ""),
        *(
            "cancellation_intent",
            "cancellation_start_intent",
            "cancellation_opened",
            "cancellation_answer",
            "cancellation_authorised",
            "cancelled",
        ),
    ),
    Story.APP: ("", "", "app_start_intent", "app_started", "app_authorised", "", ""),
    Story.APP_ASKS: ("", "", "asks_start_intent", "asks_started", "asks_authorised", "", ""),
    Story.APP_LOST: ("", "", "", "start_unknown", "start_found", "start_authorised", "", ""),
    Story.TOGETHER: (
        *("", "", "second_intent", "second_initiation", "tying_intent", "tied", "start_intent", "authorisation"),
        "answer",
        *("authorised", "first_accepted", "", "", "second_settled"),
    ),
    Story.TOGETHER_LOST: (*("", "", "", "", "", "", "", "", ""), "unknown", "found", "", "", "", ""),
    Story.TOGETHER_APP: (*("", "", "", "", "", ""), "start_intent", "started", "authorised", "", "", "", ""),
}
"""The transactions of each story, in order; those without a name are killed at in another story."""

_SENDS: Final[dict[Story, tuple[tuple[str, str], ...]]] = {
    Story.PAY: (
        ("profile", "profile"),
        ("initiate", "initiate"),
        ("read_back", "read_back"),
        ("authorise", "authorise"),
        ("authenticate", "authenticate"),
        ("method", "method"),
        ("answer", "wrong_code"),
        ("answer", "code"),
        ("read_back", "second_read_back"),
        ("report", "report"),
        ("read_back", "third_read_back"),
        ("report", "second_report"),
    ),
    Story.LOST: (
        *(("profile", ""), ("initiate", ""), ("read_back", ""), ("authorise", ""), ("authenticate", "")),
        *(("method", ""), ("answer", ""), ("authorisation", "authorisation_lookup")),
        *(("read_back", ""), ("report", ""), ("read_back", ""), ("report", "")),
    ),
    Story.CANCEL: (
        *(("profile", ""), ("initiate", ""), ("read_back", ""), ("authorise", ""), ("authenticate", "")),
        *(("method", ""), ("answer", ""), ("read_back", ""), ("report", "")),
        ("cancel", "cancel"),
        ("authorise", "cancellation_authorise"),
        ("authenticate", "cancellation_authenticate"),
        ("method", "cancellation_method"),
        ("answer", "cancellation_code"),
        *(("read_back", "cancellation_read_back"), ("report", "cancellation_report")),
    ),
    Story.APP: (
        *(("profile", ""), ("initiate", ""), ("read_back", ""), ("authorise", "app_authorise")),
        *(("read_back", ""), ("report", ""), ("read_back", ""), ("report", "")),
    ),
    Story.APP_ASKS: (
        *(("profile", ""), ("initiate", ""), ("read_back", ""), ("authorise", "asks_authorise")),
        *(("authorisation", "asks_look"), ("authorisation", "asks_lookup")),
        *(("read_back", ""), ("report", ""), ("read_back", ""), ("report", "")),
    ),
    Story.APP_LOST: (
        *(("profile", ""), ("initiate", ""), ("read_back", ""), ("authorise", "")),
        *(("authorisations", "start_list"), ("authorisation", "start_lookup")),
        *(("read_back", ""), ("report", ""), ("read_back", ""), ("report", "")),
    ),
    Story.TOGETHER: (
        *(("profile", ""), ("profile", ""), ("initiate", ""), ("read_back", "")),
        *(("profile", ""), ("initiate", "second_initiate"), ("read_back", "")),
        *(("read_back", "read_back"), ("read_back", ""), ("tie", "tie"), ("basket", "tied_read_back")),
        *(("authorise", "authorise"), ("authenticate", "authenticate"), ("method", "method")),
        *(("read_back", ""), ("read_back", "once_more"), ("basket", "basket_once_more"), ("answer", "code")),
        *(("read_back", ""), ("report", "first_report"), ("read_back", ""), ("report", "second_report")),
        *(("read_back", ""), ("report", ""), ("read_back", ""), ("report", "")),
    ),
    Story.TOGETHER_LOST: (
        *(("profile", ""), ("profile", ""), ("initiate", ""), ("read_back", "")),
        *(("profile", ""), ("initiate", ""), ("read_back", "")),
        *(("read_back", ""), ("read_back", ""), ("tie", ""), ("basket", "")),
        *(("authorise", ""), ("authenticate", ""), ("method", "")),
        *(("read_back", ""), ("read_back", ""), ("basket", ""), ("answer", "")),
        ("authorisation", "authorisation_lookup"),
        *(("read_back", ""), ("report", ""), ("read_back", ""), ("report", "")),
        *(("read_back", ""), ("report", ""), ("read_back", ""), ("report", "")),
    ),
    Story.TOGETHER_APP: (
        *(("profile", ""), ("profile", ""), ("initiate", ""), ("read_back", "")),
        *(("profile", ""), ("initiate", ""), ("read_back", "")),
        *(("read_back", ""), ("read_back", ""), ("tie", ""), ("basket", "")),
        ("authorise", "authorise"),
        *(("read_back", ""), ("report", ""), ("read_back", ""), ("report", "")),
        *(("read_back", ""), ("report", ""), ("read_back", ""), ("report", "")),
    ),
}


def sends_of(story: Story) -> Sequence[str]:
    """List the requests that a story makes, in order, by their places."""
    return tuple(f"bank.{operation}.send" for operation, _ in _SENDS[story])


def records_of(story: Story) -> int:
    """Count the transactions of a story."""
    return len(_RECORDS[story])


def points_of(story: Story) -> Iterator[Point]:
    """List the points of a story."""
    for nth, name in enumerate(_RECORDS[story], 1):
        if name:
            yield Point(story, f"{name}.commit", "vault.commit", nth)
            yield Point(story, f"{name}.anchor", "vault.anchor", nth)
    seen: dict[str, int] = {}
    for operation, name in _SENDS[story]:
        seen[operation] = seen.get(operation, 0) + 1
        if name:
            yield Point(story, f"{name}.send", f"bank.{operation}.send", seen[operation])


POINTS: Final = tuple(point for story in ALONE for point in points_of(story))
CELLS: Final = tuple(Cell(point, moment, behaviour) for point in POINTS for moment in Moment for behaviour in Behaviour)


def sample(count: int) -> tuple[Cell, ...]:
    """Choose cells, always the same ones, spread over points, moments and behaviours."""
    return spread(CELLS, count)


def spread(cells: Sequence[Cell], count: int) -> tuple[Cell, ...]:
    """Choose so many of them, always the same ones; 0: all."""
    mixed = sorted(cells, key=lambda cell: zlib.crc32(cell.name[::-1].encode()))
    return tuple(mixed[:count] if count else cells)


def _named(story: Story, place: str, nth: int) -> Point:
    return Point(story, f"{place}.{nth}", place, nth)


PLANTED: Final = {
    "send_before_intent": (
        Cell(_named(Story.PAY, "vault.commit", 1), Moment.BEFORE, Behaviour.ANSWERS, "send_before_intent"),
        Cell(_named(Story.PAY, "bank.initiate.send", 1), Moment.AFTER, Behaviour.ANSWERS, "send_before_intent"),
    ),
    "resend_on_unknown": (
        Cell(_named(Story.LOST, "vault.commit", 6), Moment.AFTER, Behaviour.ANSWERS, "resend_on_unknown"),
        Cell(_named(Story.PAY, "vault.commit", 8), Moment.BEFORE, Behaviour.ANSWERS, "resend_on_unknown"),
    ),
    "skip_the_anchor": (
        Cell(_named(Story.PAY, "bank.initiate.send", 1), Moment.BEFORE, Behaviour.ANSWERS, "skip_the_anchor"),
        Cell(_named(Story.PAY, "bank.answer.send", 2), Moment.AFTER, Behaviour.ANSWERS, "skip_the_anchor"),
    ),
    "answer_before_intent": (
        Cell(_named(Story.LOST, "vault.commit", 5), Moment.BEFORE, Behaviour.DOWN, "answer_before_intent"),
    ),
    "start_unrecorded": (
        Cell(_named(Story.APP, "vault.commit", 3), Moment.BEFORE, Behaviour.ANSWERS, "start_unrecorded"),
        Cell(_named(Story.APP_ASKS, "bank.authorise.send", 1), Moment.AFTER, Behaviour.ANSWERS, "start_unrecorded"),
    ),
}
"""Defects that the campaign must catch, and the cells that show each."""

_MATCHES: Final[dict[str, tuple[str, str, str]]] = {
    "profile": ("GET", "/v1/bank-profile$", ""),
    "initiate": ("POST", "/v1/payments/[^/]+$", ""),
    "read_back": ("GET", "/v1/payments/[^/]+/[^/]+$", ""),
    "authorise": ("POST", "authorisations$", ""),
    "authenticate": ("PUT", "authorisations/", "psuData"),
    "method": ("PUT", "authorisations/", "authenticationMethodId"),
    "answer": ("PUT", "authorisations/", "scaAuthenticationData"),
    "report": ("GET", "/status$", ""),
    "authorisation": ("GET", "authorisations/[^/]+$", ""),
    "authorisations": ("GET", "authorisations$", ""),
    "cancel": ("DELETE", "/v1/payments/", ""),
    "tie": ("POST", "/v1/signing-baskets$", ""),
    "basket": ("GET", "/v1/signing-baskets/[^/]+$", ""),
}

Rule = dict[str, str | int]


def lost_answer() -> Rule:
    """Return the trouble that begins the story of the lost reply."""
    return _rule("answer", 1, kind="drop_reply")


def lost_start() -> Rule:
    """Return the trouble that begins the story of the start whose reply is lost."""
    return _rule("authorise", 1, kind="drop_reply")


def trouble_in_flight(cell: Cell) -> tuple[Rule, ...]:
    """Return what the bank is told before the worker starts: trouble with the request that will be on its way."""
    if not cell.in_flight:
        return ()
    operation, nth = cell.point.operation, cell.point.nth
    match cell.behaviour:
        case Behaviour.ANSWERS:
            return ()
        case Behaviour.REPLY_DROPPED:
            return (_rule(operation, nth, kind="drop_reply"),)
        case Behaviour.DOWN:
            return (_rule(operation, nth, kind="drop_request"),)
        case Behaviour.SLOW:
            return (_rule(operation, nth, kind="latency", ms=LATENCY_MS, when="before"),)
        case Behaviour.KILLED:
            return (_rule(operation, nth, kind="kill_self_after"),)


def trouble_afterwards(cell: Cell) -> tuple[Rule, ...]:
    """Return what the bank is told once the worker is dead: trouble with whatever comes next."""
    if cell.in_flight:
        return ()
    anything: Rule = {"method": "*", "path": "/v1/"}
    match cell.behaviour:
        case Behaviour.REPLY_DROPPED:
            return ({**anything, "kind": "drop_reply"},)
        case Behaviour.SLOW:
            return ({**anything, "kind": "latency", "ms": LATENCY_MS, "when": "before"},)
        case Behaviour.KILLED:
            return ({**anything, "kind": "kill_self_before"},)
        case Behaviour.ANSWERS | Behaviour.DOWN:
            return ()


def _rule(operation: str, nth: int, **more: str | int) -> Rule:
    method, path, body = _MATCHES[operation]
    return {"method": method, "path": path, "body": body, "nth": nth, **more}
