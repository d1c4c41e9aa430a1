"""One digest over several orders."""

from __future__ import annotations

import pytest

from countersign.domain.batch_digest import batch_digest

ONE, TWO = "11" * 32, "22" * 32


def test_the_sequence_makes_no_difference_and_every_order_does() -> None:
    assert batch_digest([ONE, TWO]) == batch_digest([TWO, ONE])
    assert len({batch_digest([ONE]), batch_digest([TWO]), batch_digest([ONE, TWO]), ONE}) == 4
    assert len(batch_digest([ONE])) == 64


@pytest.mark.parametrize("digests", [[], [ONE, ONE]])
def test_nothing_and_the_same_twice_are_no_batch(digests: list[str]) -> None:
    with pytest.raises(ValueError, match=r"\d"):
        batch_digest(digests)
