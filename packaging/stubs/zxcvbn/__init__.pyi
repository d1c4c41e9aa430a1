"""The shape of zxcvbn 4.5, as far as it is used here."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import TypedDict

class _Feedback(TypedDict):
    warning: str
    suggestions: list[str]

class _Result(TypedDict):
    password: str
    score: int
    guesses: Decimal
    guesses_log10: float
    calc_time: timedelta
    feedback: _Feedback
    crack_times_display: dict[str, str]
    crack_times_seconds: dict[str, Decimal | float]

def zxcvbn(password: str, user_inputs: Iterable[object] | None = ..., max_length: int = ...) -> _Result: ...
