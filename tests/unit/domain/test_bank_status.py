"""Of several sayings of a bank, the worst counts."""

from __future__ import annotations

import pytest

from countersign.domain.bank_status import NAME_CHECKS, SEVERITY, worst_status


@pytest.mark.parametrize(
    ("said", "worst"),
    [
        ([], ""),
        (["ACSC"], "ACSC"),
        (["RVMC", "RVNM"], "RVNM"),
        (["RVNM", "RVMC", "RCVC"], "RVNM"),
        (["RCVC", "RVNA"], "RVNA"),
        (["ACCC", "RJCT", "ACSC"], "RJCT"),
        (["ACSP", "PDNG"], "PDNG"),
        (["ACSC", ""], ""),
        (["ACSC", "ZZZZ"], "ZZZZ"),
        (["ZZZZ", "PART"], "PART"),
        (["", "ZZZZ"], "ZZZZ"),
        (["RVCM", "RCVC"], "RVCM"),
    ],
)
def test_the_worst_wins(said: list[str], worst: str) -> None:
    assert worst_status(said) == worst
    assert worst_status(reversed(said)) == worst


def test_every_code_has_one_place() -> None:
    assert len(set(SEVERITY)) == len(SEVERITY)
    assert set(SEVERITY) >= NAME_CHECKS
    assert all(worst_status(SEVERITY[: length + 1]) == SEVERITY[length] for length in range(len(SEVERITY)))
