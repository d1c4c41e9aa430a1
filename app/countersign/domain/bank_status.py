"""What banks' status codes say, and which of several counts.

Sources: ISO 20022 external code sets ExternalPaymentTransactionStatus1Code and ExternalPaymentGroupStatus1Code, second
quarter of 2026; Deutsche Kreditwirtschaft, Anlage 3, for the name check's codes in pain.002.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

MATCH: Final = "RCVC"
CLOSE_MATCH: Final = "RVMC"
NO_MATCH: Final = "RVNM"
NOT_POSSIBLE: Final = "RVNA"
NAME_CHECKS: Final = frozenset({MATCH, CLOSE_MATCH, NO_MATCH, NOT_POSSIBLE})
"""What a bank says of one payee's name. Groups have more: RVCM (some don't match), RVNC (not all were checked)."""

SEVERITY: Final[tuple[str, ...]] = (
    "ACCC",  # the payee's account was credited
    "ACSC",  # settled on the payer's side
    "ACWP",  # accepted, not posted yet
    "ACSP",  # settlement in process
    "ACWC",  # accepted with a change
    "ACCP",  # the payer's profile was checked
    "ACFC",  # funds were checked
    "ACTC",  # the form was checked
    "ACPD",  # handed on to the next bank
    "RCVD",  # received
    MATCH,
    "PATC",  # signatures are missing
    "PDNG",  # waiting
    "RVNC",  # the name check is not complete
    NOT_POSSIBLE,
    CLOSE_MATCH,
    "",  # nothing was said
    "PART",  # some were refused
    "RVCM",  # some names don't match
    NO_MATCH,
    "BLCK",  # blocked
    "CANC",  # cancelled
    "RJCT",  # refused
)
"""From the best to the worst. A code that isn't here is worse than silence and better than a no: nobody knows it."""

_RANK: Final = {code: 2 * rank for rank, code in enumerate(SEVERITY)}
_UNKNOWN: Final = _RANK[""] + 1


def worst_status(codes: Iterable[str]) -> str:
    """Return the worst of what was said of one payment at one level of one report; nothing where nothing was said.

    It is for judging what to tell a person. Whether a payment may be sent again is never decided by it: where one says
    paid and another refused, only the facts of an account do.
    """
    return max(codes, key=lambda code: _RANK.get(code, _UNKNOWN), default="")
