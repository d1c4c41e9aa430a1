"""What members have approved on a day, against the limits of their signatures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

Spent: TypeAlias = Callable[[str, str, int, str], int]
"""``spent(member, currency, utc_day, before_event)``: minor units already approved with a member's authority that day.

It sums the amounts of all *other* orders of that currency that hold an approval without a fault whose
``Approval.authority`` is the member, whose own time lies on that day (``day_of``), and which lies in the past of
``before_event``; an empty ``before_event`` is all that is known. It is asked only where such a limit exists.

An intent asks it once more, by everything in its own past: what two devices of one person signed at once, each without
the other's, is summed there, and neither order is sent while it is too much.
"""

_DAY_MS: Final = 86_400_000


def day_of(at: int) -> int:
    """Return the day (UTC), counted from 1970-01-01, of a time in milliseconds since the epoch."""
    return at // _DAY_MS


def nothing_spent(_member: str, _currency: str, _utc_day: int, _before_event: str) -> int:
    """Stand in where nobody has a daily limit, or nothing else was approved."""
    return 0
